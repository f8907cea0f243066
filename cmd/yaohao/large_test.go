package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"yaohao/internal/pg/pgtest"
)

// largeRows is how many firms the large import has in CI; YAOHAO_LARGE_ROWS makes it as large as a
// city's registry (300000 takes some minutes and wants the progress line too).
const largeRows = 20_000

// mostMemory is what the program may use at most, however long the file: kilobytes.
const mostMemory = 100_000

// code gives the 统一社会信用代码 of the i-th firm (GB 32100-2015: weights 3^n mod 31).
func code(i int) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	head := fmt.Sprintf("91339921%09d", i)
	sum, weight := 0, 1
	for _, c := range head {
		sum += strings.IndexRune(alphabet, c) * weight
		weight = weight * 3 % 31
	}
	return head + string(alphabet[(31-sum%31)%31])
}

// expected counts what the import of a large file should find.
type expected struct{ rows, good, bad, old int }

// writeLarge writes a registry as it is exported in earnest: of 1,000 firms two have a code of 15
// digits from before 2015 and two a damaged one; cells hold commas, quotes, line ends and N/A; and
// the file ends in the middle of a character.
func writeLarge(t *testing.T, path string, rows int) (e expected) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	line := func(format string, args ...any) {
		if _, err := fmt.Fprintf(w, format, args...); err != nil {
			t.Fatal(err)
		}
	}
	line("统一代码,主体名称,主体类型,行政区划,注册地址,法定代表人,经营范围,登记状态,信用风险分类\n")
	for i := range rows {
		id := code(i)
		switch i % 1000 {
		case 17, 517:
			id = fmt.Sprintf("339921%09d", i)
			e.old++
		case 29, 529:
			id = id[:17] + string("0123456789"[(strings.IndexByte("0123456789", id[17])+1)%10])
			e.bad++
		default:
			e.good++
		}
		e.rows++
		address := fmt.Sprintf(`"临溪县解放街%d号,东侧 ""%d"" 单元"`, i%900, i%9)
		if i%7 == 0 {
			address = "N/A"
		}
		line("%s,临溪县第%d号食品贸易有限公司,企业,339921%03d,%s,某某,%s,存续,%c\n", id, i, i%20+1,
			address, `"食品销售
一般项目"`, "ABCD"[i%4])
	}
	line("%s,临溪县\xe9\xa3", code(rows)) // 食 without its last byte
	e.rows, e.bad = e.rows+1, e.bad+1
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return e
}

// A large registry goes in whole but for its bad rows, in memory that does not grow with it, and
// with its progress shown; once more changes nothing.
func TestLargeImport(t *testing.T) {
	t.Parallel()
	rows := number(t, "YAOHAO_LARGE_ROWS", largeRows)
	set := map[string]string{"DATABASE_URL": pgtest.URL(t), "YAOHAO_STATE": t.TempDir()}
	path := filepath.Join(t.TempDir(), "firms.csv")
	e := writeLarge(t, path, rows)
	importLarge(t, set, path, rows, fmt.Sprintf("共 %d 行：新增 %d，更新 0，未变 0，有误 %d",
		e.rows, e.good, e.bad+e.old), "--dry-run")
	importLarge(t, set, path, rows, fmt.Sprintf("共 %d 行：新增 %d，更新 0，未变 0，有误 %d",
		e.rows, e.good, e.bad+e.old))
	importLarge(t, set, path, rows, fmt.Sprintf("共 %d 行：新增 0，更新 0，未变 %d，有误 %d",
		e.rows, e.good, e.bad+e.old))
	importLarge(t, set, path, rows, fmt.Sprintf("共 %d 行：新增 %d，更新 0，未变 %d，有误 %d",
		e.rows, e.old, e.good, e.bad), "--old-numbers")
}

var progressLine = regexp.MustCompile(`已处理 \d+ 行，每秒 \d+ 行，\d+%，还需约 \S+`)

// importLarge imports the file in a process of its own and wants its counts.
func importLarge(t *testing.T, set map[string]string, path string, rows int, want string,
	options ...string) {
	t.Helper()
	s := start(t, set, append([]string{"import", "entities", path}, options...)...)
	most := s.memory()
	text, state := s.output.String(), s.cmd.ProcessState
	if state.ExitCode() != 0 || !strings.Contains(text, want) {
		t.Fatalf("exit code %d, want %s\n%s", state.ExitCode(), want, text)
	}
	t.Logf("%v: %d KB at most, %s of CPU", options, most, state.UserTime())
	if most == 0 || most > mostMemory {
		t.Errorf("%d KB of memory, more than %d", most, mostMemory)
	}
	if rows >= 10*largeRows && !progressLine.MatchString(text) {
		t.Errorf("no progress shown:\n%s", text)
	}
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// memory waits for the end of the process and gives the most memory that it used, in kilobytes.
// (Its resource usage would hold this test's own, from before it was another program.)
func (s *server) memory() int {
	most := 0
	for ; ; pause() {
		select {
		case <-s.ended:
			return most
		default:
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
		if err != nil {
			continue // it has just ended
		}
		if m := highWater.FindSubmatch(text); m != nil {
			n, err := strconv.Atoi(string(m[1]))
			if err != nil {
				s.t.Fatal(err)
			}
			most = max(most, n)
		}
	}
}
