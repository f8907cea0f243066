package drand

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// fetchTime is how long one server may take, from the name look-up to the last byte.
	fetchTime = 10 * time.Second
	// maxAnswer is more than any server writes: a round is about 260 bytes.
	maxAnswer = 4096
)

// NewClient gives an HTTP client for Fetch: proxies as the environment says, no redirects (a beacon
// has an address of its own), fetchTime for each request.
func NewClient() *http.Client {
	return &http.Client{Timeout: fetchTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// CheckBase reports why a base address cannot be used: it is http or https, with a host, and
// without query, fragment and password.
func CheckBase(base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("not an http or https address")
	}
	return nil
}

// Address gives where a server with this base publishes a round.
func Address(base string, round uint64) string {
	return fmt.Sprintf("%s/%s/public/%d", strings.TrimRight(base, "/"), ChainHash, round)
}

// Fetch asks the servers in turn for a round and gives the first signature that verifies, with the
// address that it came from. The error joins what each server did wrong. Nothing is trusted: a
// server can only withhold.
func Fetch(ctx context.Context, client *http.Client, bases []string, round uint64) (
	signature, from string, err error) {
	var failed []error
	for _, base := range bases {
		from := Address(base, round)
		signature, err := fetchOne(ctx, client, from, round)
		if err == nil {
			return signature, from, nil
		}
		failed = append(failed, fmt.Errorf("%s: %w", from, err))
	}
	if failed == nil {
		return "", "", errors.New("no beacon server is configured")
	}
	return "", "", errors.Join(failed...)
}

func fetchOne(ctx context.Context, client *http.Client, from string, round uint64) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) { // it repeats the address
			err = u.Err
		}
		return "", err
	}
	defer resp.Body.Close() //nolint:errcheck // nothing is written
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return "", err
	}
	signature, err := parseRound(body, round)
	if err != nil {
		return "", err
	}
	return signature, Verify(round, signature)
}

// parseRound reads {"round":…,"signature":"…"}, with "randomness" beside it if the server says it
// too; it must then be the signature's. Anything else in the answer is refused: an answer that we
// do not know may mean something that we do not know.
func parseRound(body []byte, round uint64) (string, error) {
	if len(body) > maxAnswer {
		return "", fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	var answer struct {
		Round      *uint64 `json:"round"`
		Signature  string  `json:"signature"`
		Randomness string  `json:"randomness"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&answer); err != nil {
		return "", fmt.Errorf("not the JSON of a round: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", errors.New("something follows the JSON")
	}
	if answer.Round == nil || *answer.Round != round {
		return "", fmt.Errorf("not round %d", round)
	}
	if _, err := point(answer.Signature); err != nil {
		return "", err
	}
	if answer.Randomness != "" && answer.Randomness != Randomness(answer.Signature) {
		return "", errors.New("the randomness is not that of the signature")
	}
	return answer.Signature, nil
}
