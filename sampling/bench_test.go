package sampling

import (
	"crypto/sha256"
	"encoding"
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

const benchSeed = "5a05197ab71b16639040f3ca0862b454198b0e427e5c50579821fbd2abcabc84"

// benchIDs gives n well-formed entity ids of the length of a 统一社会信用代码. They lie in one piece,
// as in a file: a million objects would keep the garbage collector busy, as no draw does.
func benchIDs(n int) [][]byte {
	ids, text := make([][]byte, n), make([]byte, 0, n*usccLength)
	for i := range ids {
		start := len(text)
		text = fmt.Appendf(text, "R.%016d", i)
		ids[i] = text[start:]
	}
	return ids
}

// bareLoop is the yardstick of design §8: nothing but SHA-256 from the state after the seed.
func bareLoop(ids [][]byte) (sum byte) {
	h := sha256.New()
	h.Write([]byte(benchSeed))
	state, _ := h.(encoding.BinaryMarshaler).MarshalBinary()
	restore := h.(encoding.BinaryUnmarshaler)
	head := []byte("|sel-sx-001|")
	var text, out []byte
	for _, id := range ids {
		_ = restore.UnmarshalBinary(state)
		text = append(append(text[:0], head...), id...)
		h.Write(text)
		out = h.Sum(out[:0])
		sum ^= out[0]
	}
	return sum
}

// pickLoop computes the same tickets and selects keep of them.
func pickLoop(ids [][]byte, keep int64) drawn {
	tickets := newTicketer(sha256Suite, benchSeed, "sel-sx-001")
	p := testPicker(keep, 2, int64(len(ids)), true)
	p.ticket = tickets.of
	for _, id := range ids {
		showLine(p, tickets.of(id), id, nil)
	}
	return p.finish()
}

// clock reads the time by which two works are compared. On one processor that is the time of this
// process, so that others who use the machine do not decide the ratio; on several it is real time.
func clock(tb testing.TB) time.Duration {
	if runtime.GOMAXPROCS(0) > 1 {
		return time.Since(firstClock)
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var firstClock = time.Now()

// versus does a work and its yardstick in turn and gives the shortest time of each: whatever else
// the machine does can only make a run longer.
func versus(b *testing.B, yardstick, work func()) (yard, took time.Duration) {
	b.Helper()
	yard, took = math.MaxInt64, math.MaxInt64
	for b.Loop() {
		for range 10 {
			start := clock(b)
			yardstick()
			middle := clock(b)
			work()
			yard, took = min(yard, middle-start), min(took, clock(b)-middle)
		}
	}
	return yard, took
}

// BenchmarkTicketSelect reports ticket+select over the bare loop: budget 1.25 (design §8).
func BenchmarkTicketSelect(b *testing.B) {
	ids := benchIDs(200_000)
	for _, percent := range []int64{1, 5, 30} {
		b.Run(strconv.FormatInt(percent, 10)+"%", func(b *testing.B) {
			keep := int64(len(ids)) * percent / 100
			bare, pick := versus(b, func() { bareLoop(ids) }, func() { pickLoop(ids, keep) })
			b.ReportMetric(float64(pick)/float64(bare), "×bare")
			b.ReportMetric(float64(pick)/float64(len(ids)), "ns/id")
		})
	}
}

// benchBundle makes a bundle of n candidates, one of a thousand of which is drawn, with one inspector
// for every 10 tasks.
func benchBundle(tb testing.TB, n int) (fstest.MapFS, *Plan, []EntropyValue) {
	tb.Helper()
	office := newOffice()
	for i := range n {
		office.candidates = append(office.candidates, Candidate{
			ID: EntityID(fmt.Sprintf("R.%016d", i)), Area: "330102", Status: StatusActive,
			Class: string("ABCD"[i%4]), Visits: []int64{int64(i % 3)}, Weight: 1})
	}
	for j := range max(4, n/10_000) {
		office.roster = append(office.roster, RosterLine{ID: InspectorID(fmt.Sprintf("I%06d", j)),
			Area: "330102", Scopes: []ItemID{"SX-001"}, Lead: j%2 == 0, CertUntil: "2027-12-31",
			Cap: NoCap})
	}
	office.ratio = Ratio{1, 1000}
	return office.freeze(tb)
}

// BenchmarkVerify reports Verify over Draw on the same bundle: budget 1.1 (design §8).
func BenchmarkVerify(b *testing.B) {
	files, plan, values := benchBundle(b, 200_000)
	bundle(b, files, plan, values)
	draw, verify := versus(b, func() {
		if _, err := Draw(plan, files, values); err != nil {
			b.Fatal(err)
		}
	}, func() {
		if r := Verify(files, "", io.Discard); r.ExitCode() != ExitOK {
			b.Fatal(r)
		}
	})
	b.ReportMetric(float64(verify)/float64(draw), "×draw")
	b.ReportMetric(float64(draw)/200_000, "ns/candidate")
}
