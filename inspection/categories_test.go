package inspection

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The eight national categories, word for word, and which of them are no problem.
func TestNationalWording(t *testing.T) {
	want := []Category{
		{"1", "未发现问题", false},
		{"2", "未按规定公示应当公示的信息", true},
		{"3", "公示信息隐瞒真实情况弄虚作假", true},
		{"4", "通过登记的住所（经营场所）无法联系", true},
		{"5", "发现问题已责令改正", true},
		{"6", "不配合检查情节严重", true},
		{"7", "未发现开展本次抽查涉及的经营活动", false},
		{"8", "发现问题待后续处理", true},
	}
	if got := EditionOn("2026-11-05").Categories; !slices.Equal(got, want) {
		t.Errorf("categories = %v", got)
	}
	if len(FollowUps()) != 6 || len(Methods()) != 6 {
		t.Errorf("%d follow-ups, %d methods; the lists have 6 each", len(FollowUps()), len(Methods()))
	}
}

// Table result_category repeats Editions.
func TestCategoryTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	type row struct {
		Edition, Code, Label string
		Problem              bool
		From                 string
	}
	rows, err := w.db.Query(t.Context(), `SELECT edition, code, label, problem, valid_from::text
		FROM result_category ORDER BY valid_from, edition, code`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		t.Fatal(err)
	}
	var want []row
	for _, e := range Editions() {
		for _, c := range e.Categories {
			want = append(want, row{e.ID, c.Code, c.Label, c.Problem, string(e.From)})
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("table has %v\nGo has %v", got, want)
	}
}

func TestCategoryLabel(t *testing.T) {
	if got := CategoryLabel("gsxt-2017", "7"); got != "未发现开展本次抽查涉及的经营活动" {
		t.Errorf("label of 7 = %q", got)
	}
	if got := CategoryLabel("other", "7"); got != "7" {
		t.Errorf("label of 7 in an unknown edition = %q, want the code", got)
	}
}
