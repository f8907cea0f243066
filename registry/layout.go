package registry

// layout says how the rows of a kind become rows of a table.
type layout struct {
	table  string
	key    []string // primary key
	keyed  int      // the known column that names the key in errors
	fields []field
	// read fills out, parallel to fields, from a row. Errors are listed in the row.
	read func(r *row, out []any)
	// refs move staged rows that name what does not exist from import_row to import_bad.
	refs []ref
	// stamp are columns that say which import wrote a row, with their values in terms of $1, the
	// number of the import, and $2, its time.
	stamp [][2]string
}

var (
	stampFull   = [][2]string{{"import_id", "$1::bigint"}, {"updated_at", "$2::timestamptz"}}
	stampNumber = [][2]string{{"import_id", "$1::bigint"}}
	stampSource = [][2]string{{"source", "'import/' || $1::bigint"}}
)

// field is a column of the table. On an update it is written only if the file has the known column
// from which it comes: a file that says nothing of a field leaves it alone.
type field struct {
	name string
	from int
}

// fromUnknown is the origin of `extra`: the columns that we do not know. It is merged, not
// replaced.
const fromUnknown = -1

// layoutOf gives the layout of each kind.
var layoutOf = map[Kind]*layout{
	KindUnits: {table: "unit", key: []string{"id"}, keyed: unitID, read: readUnit,
		fields: []field{{"id", unitID}, {"name", unitName}, {"short_name", unitShort},
			{"kind", unitKind}, {"parent_id", unitParent}, {"area", unitArea},
			{"seats", unitSeats}, {"area_rule", unitAreaRule}},
		stamp: stampFull, refs: []ref{refOffice, refParent}},
	KindItems: {table: "item", key: []string{"id"}, keyed: itemID, read: readItem,
		fields: []field{{"id", itemID}, {"name", itemName}, {"category", itemCategory},
			{"kind", itemKind}, {"grade", itemGrade}, {"unit_id", itemUnit},
			{"basis", itemBasis}, {"content", itemContent}, {"method", itemMethod},
			{"checklist", itemChecklist}, {"bank", itemBank}, {"strata_by", itemStrata},
			{"yearly_cap", itemYearlyCap}, {"cooldown_months", itemCooldown},
			{"reserve", itemReserve}, {"published", itemPublished}},
		stamp: stampFull, refs: []ref{refUnit(itemUnit)}},
	KindRatios: {table: "item_ratio", key: []string{"item_id", "class", "cooled", "valid_from"},
		keyed: ratioItem, read: readRatio,
		fields: []field{{"item_id", ratioItem}, {"class", ratioClass}, {"cooled", ratioCooled},
			{"size", ratioSize}, {"num", ratioFloor}, {"den", ratioFloor},
			{"cap_num", ratioCap}, {"cap_den", ratioCap}, {"min_count", ratioMin},
			{"valid_from", ratioFrom}, {"valid_to", ratioTo}},
		stamp: stampNumber, refs: []ref{refItem}},
	KindEntities: {table: "entity", key: []string{"id"}, keyed: entityCode, read: readEntity,
		fields: []field{{"id", entityCode}, {"uscc", entityCode}, {"reg_no", entityRegNo},
			{"name", entityName}, {"kind", entityKind}, {"area", entityArea},
			{"address", entityAddress}, {"legal_rep", entityLegalRep},
			{"phone", entityPhone}, {"industry", entityIndustry},
			{"established", entityEstablished}, {"status", entityStatus},
			{"class", entityClass}, {"banks", entityBanks},
			{"hold_until", entityHoldUntil}, {"hold_reason", entityHoldReason},
			{"extra", fromUnknown}},
		stamp: stampFull},
	KindInspectors: {table: "inspector", key: []string{"id"}, keyed: inspectorID,
		read: readInspector,
		fields: []field{{"id", inspectorID}, {"name", inspectorName},
			{"unit_id", inspectorUnit}, {"area", inspectorArea}, {"cert_no", inspectorCert},
			{"cert_until", inspectorCertUntil}, {"lead", inspectorLead},
			{"max_tasks", inspectorMax}, {"scopes", inspectorScopes},
			{"active", inspectorActive}, {"phone", inspectorPhone}, {"extra", fromUnknown}},
		stamp: stampFull, refs: []ref{refUnit(inspectorUnit), refScopes}},
	KindConflicts: {table: "conflict", key: []string{"inspector_id", "entity_id"},
		keyed: conflictEntity, read: readConflict,
		fields: []field{{"inspector_id", conflictInspector}, {"entity_id", conflictEntity},
			{"reason", conflictReason}, {"until", conflictUntil}},
		stamp: stampFull, refs: []ref{refInspector}},
	KindChecks: {table: "entity_check",
		key:   []string{"entity_id", "checked_on", "level", "kind", "item_id"},
		keyed: checkEntity, read: readCheck,
		fields: []field{{"entity_id", checkEntity}, {"checked_on", checkOn},
			{"level", checkLevel}, {"kind", checkKind}, {"item_id", checkItem}},
		stamp: stampSource},
}
