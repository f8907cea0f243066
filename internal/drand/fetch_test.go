package drand

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// roundJSON is a round as the public servers write it.
func roundJSON(round uint64, signature string) string {
	return fmt.Sprintf(`{"round":%d,"randomness":"%s","signature":"%s"}`, round,
		Randomness(signature), signature)
}

// Each server that answers anything but the verified round is passed over for the next.
func TestFetch(t *testing.T) {
	p, other := published[1], published[2]
	good := roundJSON(p.round, p.signature)
	for name, bad := range map[string]string{
		"another round": roundJSON(other.round, other.signature),
		"forged":        roundJSON(p.round, other.signature),
		"no round":      `{"signature":"` + p.signature + `"}`,
		"no signature":  `{"round":1000}`,
		"not JSON":      "<html>",
		"two":           good + good,
		"unknown key":   strings.Replace(good, "{", `{"note":1,`, 1),
		"negative":      strings.Replace(good, "1000", "-1000", 1),
		"fraction":      strings.Replace(good, "1000", "1000.5", 1),
		"as text":       strings.Replace(good, "1000", `"1000"`, 1),
		"randomness":    strings.Replace(good, p.randomness, other.randomness, 1),
		"too long":      good + strings.Repeat(" ", maxAnswer),
		"empty":         "",
	} {
		t.Run(name, func(t *testing.T) {
			wrong, right := answering(t, 200, bad), answering(t, 200, good)
			got, from, err := Fetch(t.Context(), NewClient(), []string{wrong, right + "/"}, p.round)
			if err != nil || got != p.signature || from != Address(right, p.round) {
				t.Errorf("got %q from %q: %v", got, from, err)
			}
			if _, _, err := Fetch(t.Context(), NewClient(), []string{wrong}, p.round); err == nil {
				t.Error("accepted")
			}
		})
	}
	if _, _, err := Fetch(t.Context(), NewClient(), nil, p.round); err == nil {
		t.Error("a round without a server")
	}
	missing := answering(t, 404, good)
	_, _, err := Fetch(t.Context(), NewClient(), []string{missing}, p.round)
	if err == nil || !strings.Contains(err.Error(), "status 404") ||
		!strings.Contains(err.Error(), missing) {
		t.Errorf("404: %v", err)
	}
}

// The address asked for is that of drand's HTTP interface; redirects are not followed, and a
// request that was given up asks no further server.
func TestFetchAddress(t *testing.T) {
	var asked atomic.Int64
	var path atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		path.Store(r.URL.Path)
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	if _, _, err := Fetch(t.Context(), NewClient(), []string{server.URL}, 1000); err == nil {
		t.Error("a redirect was followed")
	}
	if asked.Load() != 1 || path.Load() != "/"+ChainHash+"/public/1000" {
		t.Errorf("asked %d times for %v", asked.Load(), path.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Fetch(ctx, NewClient(), []string{server.URL}, 1000); err == nil ||
		asked.Load() != 1 {
		t.Errorf("asked %d times after the end: %v", asked.Load(), err)
	}
}

func TestCheckBase(t *testing.T) {
	for _, good := range []string{"https://api.drand.sh", "http://127.0.0.1:8081/drand/"} {
		if err := CheckBase(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "api.drand.sh", "ftp://x", "https://", "https://u:p@x",
		"https://x/?a=1", "https://x/#a", "https://%zz"} {
		if CheckBase(bad) == nil {
			t.Errorf("%s accepted", bad)
		}
	}
}

func answering(t *testing.T, status int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// FuzzRound: whatever a server writes, only the round asked for with one of its points comes out.
func FuzzRound(f *testing.F) {
	for _, p := range published {
		f.Add([]byte(roundJSON(p.round, p.signature)), p.round)
	}
	f.Add([]byte(`{"round":1,"signature":""}`), uint64(1))
	f.Fuzz(func(t *testing.T, body []byte, round uint64) {
		signature, err := parseRound(body, round)
		if err != nil {
			return
		}
		if _, err := point(signature); err != nil {
			t.Errorf("%q came out", signature)
		}
		if again, err := parseRound([]byte(roundJSON(round, signature)), round); err != nil ||
			again != signature {
			t.Errorf("round %d %q does not come back: %v", round, signature, err)
		}
	})
}
