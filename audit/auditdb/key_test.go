package auditdb_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"yaohao/audit/auditdb"
	"yaohao/internal/fault"
)

func TestLoadKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.key")
	signer, vkey, created, err := auditdb.LoadKey(path, origin)
	if err != nil || !created || signer.Name() != origin {
		t.Fatalf("first start: created %v, %v", created, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	again, vkey2, created, err := auditdb.LoadKey(path, origin)
	if err != nil || created || vkey2 != vkey || again.KeyHash() != signer.KeyHash() {
		t.Errorf("second start: created %v, key %s, want %s, %v", created, vkey2, vkey, err)
	}
	onlyFile(t, path)
}

// onlyFile checks that nothing else was left in a key's folder.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 || files[0].Name() != filepath.Base(path) {
		t.Errorf("the folder has %v, %v", files, err)
	}
}

// TestLoadKeyAtOnce starts many servers on one folder: one makes the key, all have it.
func TestLoadKeyAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.key")
	var mu sync.Mutex
	keys := map[string]int{}
	makers := 0
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, vkey, created, err := auditdb.LoadKey(path, origin)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			keys[vkey]++
			if created {
				makers++
			}
		})
	}
	wg.Wait()
	if len(keys) != 1 || makers != 1 {
		t.Errorf("%d keys, %d made one", len(keys), makers)
	}
	onlyFile(t, path)
}

func TestLoadKeyRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.key")
	if _, _, _, err := auditdb.LoadKey(good, origin); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	secret := string(text[len(text)-20 : len(text)-1])
	for _, c := range []struct {
		name, content, origin string
		mode                  os.FileMode
		kind                  fault.Kind
	}{
		{"world-readable", string(text), origin, 0o604, fault.Forbidden},
		{"group-readable", string(text), origin, 0o640, fault.Forbidden},
		{"empty", "", origin, 0o600, fault.Invalid},
		{"cut off", string(text[:len(text)-9]), origin, 0o600, fault.Invalid},
		{"no final LF", strings.TrimSuffix(string(text), "\n"), origin, 0o600, fault.Invalid},
		{"two lines", string(text) + "\n", origin, 0o600, fault.Invalid},
		{"another text", "hello\n", origin, 0o600, fault.Invalid},
		{"too long", strings.Repeat("x", 2000), origin, 0o600, fault.Invalid},
		{"another log", string(text), "other.example", 0o600, fault.Conflict},
		{"origin with a space", string(text), "my log", 0o600, fault.Invalid},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		signer, _, _, err := auditdb.LoadKey(path, c.origin)
		if !fault.Is(err, c.kind) || signer != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the message has the secret: %v", c.name, err)
		}
		if now, err := os.ReadFile(path); err != nil || string(now) != c.content {
			t.Errorf("%s: the file was changed, %v", c.name, err)
		}
	}
	if _, _, _, err := auditdb.LoadKey(dir, origin); err == nil {
		t.Error("a folder is a key")
	}
	if _, _, _, err := auditdb.LoadKey(filepath.Join(dir, "no", "such"), origin); err == nil {
		t.Error("a key in a folder that does not exist")
	}
}

func TestRegisterKey(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	_, vkey := newKey(t)
	_, other := newKey(t)
	for range 2 { // the same key again changes nothing
		if err := auditdb.RegisterKey(t.Context(), db.Querier(), vkey); err != nil {
			t.Fatal(err)
		}
	}
	err := auditdb.RegisterKey(t.Context(), db.Querier(), other)
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Conflict || !strings.Contains(f.Hint, "YAOHAO_LOG_KEY") {
		t.Errorf("another key: %v", err)
	}
	if err := auditdb.RegisterKey(t.Context(), db.Querier(), "x"); !fault.Is(err, fault.Invalid) {
		t.Errorf("no key: %v", err)
	}
	keys, err := auditdb.Keys(t.Context(), db.Querier())
	if err != nil || len(keys) != 1 || keys[0] != vkey {
		t.Errorf("registered: %v, %v", keys, err)
	}
}

// TestRegisterKeyAtOnce: of two servers that start with different keys one is told so.
func TestRegisterKeyAtOnce(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	_, a := newKey(t)
	_, b := newKey(t)
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, key := range []string{a, b} {
		wg.Go(func() { errs[i] = auditdb.RegisterKey(t.Context(), db.Querier(), key) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("both end with %v and %v", errs[0], errs[1])
	}
}
