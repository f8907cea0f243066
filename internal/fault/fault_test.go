package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestFault(t *testing.T) {
	cause := errors.New("unique_violation")
	err := fmt.Errorf("create: %w",
		New(Conflict, "代号 %q 已有", "M").WithHint("换一个代号").WithField("id").Wrap(cause))
	f, ok := As(err)
	if !ok {
		t.Fatal("a wrapped fault is not found")
	}
	if f.Kind != Conflict || f.Field != "id" || f.Error() != `代号 "M" 已有（换一个代号）` {
		t.Errorf("%+v: %v", f, f)
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if !Is(err, Conflict) || Is(err, Invalid) || Is(nil, Conflict) {
		t.Error("Is")
	}
	if got := New(Invalid, "空名").Error(); got != "空名" {
		t.Errorf("without a hint: %q", got)
	}
	if _, ok := As(cause); ok {
		t.Error("our own fault was taken for a person's mistake")
	}
}
