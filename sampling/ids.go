package sampling

// This file says what identifies an entity 检查对象 (draw/1 §1). One firm must have one identifier,
// or it would have two tickets: so a 统一社会信用代码 stands as it is, never behind `R.`, and one with
// a wrong check character is refused, not corrected.

import "strings"

// usccAlphabet holds the 31 characters of a 统一社会信用代码 in the order of their values
// (GB 32100-2015, table 1): I, O, S, V and Z are left out.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// usccLength is the length of a 统一社会信用代码.
const usccLength = 18

// usccValue gives the value 0…30 of a character, or 31 for any other byte.
var usccValue = func() (t [256]uint8) {
	for i := range t {
		t[i] = 31
	}
	for i := range len(usccAlphabet) {
		t[usccAlphabet[i]] = uint8(i)
	}
	return t
}()

// usccWeight is 3^i mod 31 for i = 0…16 and 1 for the check character (GB 32100-2015).
var usccWeight = func() (w [usccLength]uint32) {
	v := uint32(1)
	for i := range usccLength - 1 {
		w[i] = v
		v = v * 3 % 31
	}
	w[usccLength-1] = 1
	return w
}()

// validUSCC reports whether s is a 统一社会信用代码 with the right check character.
func validUSCC[T string | []byte](s T) bool {
	if len(s) != usccLength {
		return false
	}
	sum := uint32(0)
	for i := range usccLength {
		v := usccValue[s[i]]
		if v == 31 {
			return false
		}
		sum += uint32(v) * usccWeight[i]
	}
	return sum%31 == 0
}

// CheckUSCC reports why s is not a 统一社会信用代码: 18 characters c0…c17 of
// 0123456789ABCDEFGHJKLMNPQRTUWXY (values 0…30) where the sum of value(ci)·3^i over i = 0…16, plus
// value(c17), is divisible by 31 (GB 32100-2015). A code is never mended: lower case, full width
// and wrong check characters are errors.
func CheckUSCC(s string) error {
	if len(s) != usccLength {
		return broken(s, "a unified social credit code has %d characters", usccLength)
	}
	for i := range usccLength {
		if usccValue[s[i]] == 31 {
			return broken(s, "character %d is not one of %s", i+1, usccAlphabet)
		}
	}
	if !validUSCC(s) {
		return broken(s, "the check character of the unified social credit code is wrong")
	}
	return nil
}

// ParseEntityID reads an entity identifier of draw/1 §1: a 统一社会信用代码, or KIND.local where KIND
// is [A-Z][0-9A-Z]* and the whole an identifier. `R.` before a valid code is refused: it would
// give one firm two tickets.
func ParseEntityID(s string) (EntityID, error) {
	if !strings.ContainsRune(s, '.') {
		if err := CheckUSCC(s); err != nil {
			return "", err
		}
		return EntityID(s), nil
	}
	if !validEntityID(s) {
		if local, ok := strings.CutPrefix(s, "R."); ok && validUSCC(local) {
			return "", broken(s, "a valid unified social credit code stands without R.")
		}
		return "", broken(s, "not an entity identifier")
	}
	return EntityID(s), nil
}

// validEntityID is ParseEntityID without the reasons, for files of many million lines.
func validEntityID[T string | []byte](s T) bool {
	return validUSCC(s) || validKindID(string(s))
}

// validKindID reports whether s is an entity identifier of the other kind, KIND.local.
func validKindID(s string) bool {
	dot := strings.IndexByte(s, '.')
	if dot <= 0 || dot == len(s)-1 || !isUpper(s[0]) || !ValidIdentifier(s) {
		return false
	}
	// KIND has no marks, so the first dot ends it and nothing else could be meant as the kind.
	for i := range dot {
		if isMark(s[i]) {
			return false
		}
	}
	return s[:dot] != "R" || !validUSCC(s[dot+1:])
}

// ParseInspectorID reads an inspector's identifier (draw/1 §1).
func ParseInspectorID(s string) (InspectorID, error) {
	if !ValidIdentifier(s) {
		return "", broken(s, "not an identifier")
	}
	return InspectorID(s), nil
}

// ParseLabel reads a label (draw/1 §1).
func ParseLabel(s string) (string, error) {
	if !ValidLabel(s) {
		return "", broken(s, "not a label")
	}
	return s, nil
}
