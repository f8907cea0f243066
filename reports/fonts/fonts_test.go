package fonts

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// Every shipped font unpacks to the bytes that README.md names, and has its licence beside it.
func TestShippedFontsAreThoseOfTheReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{SerifRegular, SerifBold, SansMedium, Kai} {
		data, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if !strings.Contains(string(readme), hex.EncodeToString(sum[:])) {
			t.Errorf("%s: sha256 %x is not in README.md", name, sum)
		}
		family, _, _ := strings.Cut(name, "-")
		licence, err := os.ReadFile("LICENSE-" + family + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(licence), "SIL OPEN FONT LICENSE Version 1.1") {
			t.Errorf("LICENSE-%s.txt is not the OFL", family)
		}
	}
}

func TestOpenUnknown(t *testing.T) {
	if _, err := Open("Nothing"); err == nil {
		t.Error("an unknown font opened")
	}
}

func TestUnpackDamaged(t *testing.T) {
	short := sansMedium[:len(sansMedium)/2]
	if _, err := unpack(short); err == nil {
		t.Error("half a font unpacked")
	}
}
