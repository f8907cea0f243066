package registry

// layout says how the rows of a kind become rows of a table.
type layout struct {
	table  string
	key    []string // primary key
	keyed  int      // the known column that names the key in errors
	fields []field
	// read fills out, parallel to fields, from a row. Errors are listed in the row.
	read func(r *row, out []any)
	// fill are statements that complete staged rows, before refs.
	fill []string
	// refs move staged rows that name what does not exist from import_row to import_bad.
	refs []ref
	// settle runs on the rows that are left, before they are merged; $1 is the number of the
	// import. Empty for nothing.
	settle string
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
			{"seats", unitSeats}, {"area_rule", unitAreaRule}, {"gate_max", unitGate},
			{"pool_num", unitPool}, {"pool_den", unitPool}},
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
			{"valid_from", ratioFrom}, {"valid_to", ratioTo}, {"method", ratioMethod}},
		stamp: stampNumber, refs: []ref{refItem(ratioItem)}},
	KindCaps: {table: "item_cap", key: []string{"item_id", "counter", "class"}, keyed: capItem,
		read: readCap,
		fields: []field{{"item_id", capItem}, {"counter", capCounter}, {"class", capClass},
			{"max", capMax}},
		stamp: stampNumber, refs: []ref{refItem(capItem)}},
	KindEntities: {table: "entity", key: []string{"id"}, keyed: entityCode, read: readEntity,
		fields: []field{{"id", entityCode}, {"uscc", entityCode}, {"reg_no", entityRegNo},
			{"name", entityName}, {"kind", entityKind}, {"area", entityArea},
			{"address", entityAddress}, {"legal_rep", entityLegalRep},
			{"phone", entityPhone}, {"industry", entityIndustry},
			{"established", entityEstablished}, {"status", entityStatus},
			{"class", entityClass}, {"banks", entityBanks},
			{"hold_until", entityHoldUntil}, {"hold_reason", entityHoldReason},
			{"weight", entityWeight}, {"extra", fromUnknown}},
		stamp: stampFull},
	KindInspectors: {table: "inspector", key: []string{"id"}, keyed: inspectorID,
		read: readInspector,
		fields: []field{{"id", inspectorID}, {"name", inspectorName},
			{"unit_id", inspectorUnit}, {"area", inspectorArea}, {"cert_no", inspectorCert},
			{"cert_until", inspectorCertUntil}, {"lead", inspectorLead},
			{"max_tasks", inspectorMax}, {"scopes", inspectorScopes},
			{"active", inspectorActive}, {"phone", inspectorPhone}, {"gated", inspectorGated},
			{"extra", fromUnknown}},
		stamp: stampFull, fill: []string{fillArea, fillDuties},
		refs: []ref{refUnit(inspectorUnit), refItems(inspectorScopes, "scopes")}},
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
	KindGiven: {table: "given_task", key: []string{"batch", "unit_id", "entity_id"},
		keyed: givenEntity, read: readGiven,
		fields: []field{{"batch", givenBatch}, {"unit_id", givenUnit}, {"entity_id", givenEntity},
			{"area", givenArea}, {"items", givenItems}, {"from_hash", givenFrom}},
		stamp: stampNumber, fill: []string{fillGivenArea, lockBatches},
		refs:   []ref{refUnit(givenUnit), refItems(givenItems, "items"), refGivenArea, refUsedBatch},
		settle: touchBatches},
}
