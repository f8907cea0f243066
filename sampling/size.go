package sampling

// floorRatio gives num and den of the floor; a census is 1/1.
func (s *Stratum) floorRatio() (num, den int64) {
	switch {
	case s.Ratio != nil:
		return s.Ratio.Num, s.Ratio.Den
	case s.Pace != nil:
		return s.Pace.Num, s.Pace.Den
	}
	return 1, 1
}

// Size gives n, how many of the stratum's N are selected (draw/1 §4.1). With num, den, part, of,
// base and done as in Pace (a ratio has part = of = 1, base = N, done = 0; a census is 1/1):
//
//	floor = max(0, ceil(base·num·part / (den·of)) − done)
//	limit = N; with a ceiling: min(N, max(floor, base·cap.num div cap.den − done))
//	n     = min(N, max(min or 0, floor))
//
// It is rounded once, up, over the whole product, which fits 64 bits for all values that a plan
// may hold. The error is an *Error of CheckPlan: the floor ratio exceeds the ceiling ratio, or n
// is above the limit, which only Min can cause.
func (s *Stratum) Size() (int64, error) {
	num, den := s.floorRatio()
	part, of, base, done := int64(1), int64(1), s.N, int64(0)
	if p := s.Pace; p != nil {
		part, of, base, done = p.Part, p.Of, p.Base, p.Done
	}
	floor := max(0, ceilDiv(base*num*part, den*of)-done)
	n := floor
	if s.Min != nil {
		n = max(*s.Min, n)
	}
	n = min(s.N, n)
	if s.Cap == nil {
		return n, nil
	}
	if num*s.Cap.Den > s.Cap.Num*den {
		return n, sizeError(s, "the floor ratio exceeds the ceiling ratio")
	}
	if limit := min(s.N, max(floor, base*s.Cap.Num/s.Cap.Den-done)); n > limit {
		return n, sizeError(s, "n is above its limit")
	}
	return n, nil
}

// sizeError says which stratum cannot have a legal size.
func sizeError(s *Stratum, rule string) error {
	return &Error{Check: CheckPlan, Value: s.ID, Rule: rule}
}

// ceilDiv gives a/b rounded up, for a ≥ 0 and b ≥ 1.
func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
