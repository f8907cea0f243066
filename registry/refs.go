package registry

// ref is a statement that moves rows which name what does not exist from import_row to import_bad.
// $1 is the header of the column.
type ref struct {
	column int
	sql    string
}

func refUnit(column int) ref {
	return ref{column, `
		WITH gone AS (
			DELETE FROM import_row r
			WHERE NOT EXISTS (SELECT FROM unit u WHERE u.id = r.unit_id)
			RETURNING line, unit_id)
		INSERT INTO import_bad
		SELECT line, $1, unit_id, '没有这个机构', '先导入执法机构，或改正机构编码' FROM gone`}
}

func refItem(column int) ref {
	return ref{column, `
		WITH gone AS (
			DELETE FROM import_row r WHERE NOT EXISTS (SELECT FROM item i WHERE i.id = r.item_id)
			RETURNING line, item_id)
		INSERT INTO import_bad
		SELECT line, $1, item_id, '没有这个抽查事项', '先导入抽查事项，或改正事项编码' FROM gone`}
}

// refItems is refItem for a field that lists items; field is a name of this package.
func refItems(column int, field string) ref {
	return ref{column, `
		WITH unknown AS (
			SELECT line, min(code) AS code FROM import_row, unnest(` + field + `) AS code
			WHERE NOT EXISTS (SELECT FROM item i WHERE i.id = code) GROUP BY line),
		gone AS (
			DELETE FROM import_row r USING unknown u WHERE r.line = u.line
			RETURNING r.line, u.code)
		INSERT INTO import_bad
		SELECT line, $1, code, '没有这个抽查事项', '先导入抽查事项，或改正事项编码' FROM gone`}
}

var refInspector = ref{conflictInspector, `
	WITH gone AS (
		DELETE FROM import_row r
		WHERE NOT EXISTS (SELECT FROM inspector i WHERE i.id = r.inspector_id)
		RETURNING line, inspector_id)
	INSERT INTO import_bad
	SELECT line, $1, inspector_id, '没有这名执法检查人员', '先导入执法检查人员，或改正人员编号'
	FROM gone`}

// refParent runs until nothing goes any more: a parent may stand in the same file, on any line.
var refParent = ref{unitParent, `
	WITH gone AS (
		DELETE FROM import_row r WHERE r.parent_id IS NOT NULL
		AND NOT EXISTS (SELECT FROM unit u WHERE u.id = r.parent_id)
		AND NOT EXISTS (SELECT FROM import_row o WHERE o.id = r.parent_id)
		RETURNING line, parent_id)
	INSERT INTO import_bad
	SELECT line, $1, parent_id, '没有这个上级机构', '改正上级机构的编码，或为它加一行' FROM gone`}

// refOffice keeps one office 机关: the one that is there, unless the file makes it something else,
// or the first in the file.
var refOffice = ref{unitKind, `
	WITH gone AS (
		DELETE FROM import_row r WHERE r.kind = 'office' AND (
			EXISTS (SELECT FROM unit u WHERE u.kind = 'office' AND u.id <> r.id AND NOT EXISTS
				(SELECT FROM import_row o WHERE o.id = u.id AND o.kind <> 'office'))
			OR EXISTS (SELECT FROM import_row o WHERE o.kind = 'office' AND o.line < r.line))
		RETURNING line, id)
	INSERT INTO import_bad
	SELECT line, $1, '机关', '只能有一个机关', '其他机构的类型写作 科室 或 所' FROM gone`}

// fillArea gives inspectors without an area that of their unit.
const fillArea = `
	UPDATE import_row r SET area = u.area FROM unit u WHERE u.id = r.unit_id AND r.area = ''`

// fillDuties says what an empty cell means: experts and laboratories may lead (nobody else chairs
// their panels), and an expert whose file does not say otherwise is 本系统人员, so that the share of
// outsiders is never overstated.
const fillDuties = `
	UPDATE import_row r SET lead = coalesce(r.lead, u.kind IN ('experts', 'labs')),
		gated = coalesce(r.gated, u.kind = 'experts')
	FROM unit u WHERE u.id = r.unit_id AND (r.lead IS NULL OR r.gated IS NULL)`

// fillGivenArea gives a task without an area that of its entity, if we know it.
const fillGivenArea = `
	UPDATE import_row r SET area = e.area FROM entity e WHERE e.id = r.entity_id AND r.area = ''`

// lockBatches waits for a freeze that is taking one of these batches, and holds off others.
const lockBatches = `
	SELECT FROM given_batch b WHERE b.id IN (SELECT batch FROM import_row) ORDER BY b.id FOR UPDATE`

var refGivenArea = ref{givenArea, `
	WITH gone AS (DELETE FROM import_row r WHERE r.area = '' RETURNING line)
	INSERT INTO import_bad
	SELECT line, $1, '', '名录库中没有这个检查对象，须写明行政区划', '补上 6 至 12 位区划代码' FROM gone`}

// refUsedBatch keeps a batch as the draw that used it has frozen it: only rows that repeat it stay.
var refUsedBatch = ref{givenBatch, `
	WITH gone AS (
		DELETE FROM import_row r USING given_batch b
		WHERE b.id = r.batch AND b.used AND NOT EXISTS (SELECT FROM given_task t
			WHERE (t.batch, t.unit_id, t.entity_id, t.area, t.items, t.from_hash)
				= (r.batch, r.unit_id, r.entity_id, r.area, r.items, r.from_hash))
		RETURNING r.line, r.batch)
	INSERT INTO import_bad
	SELECT line, $1, batch, '这个批次已用于抽取，不能再改', '另立一个批次' FROM gone`}

// touchBatches makes the batches of new tasks. A freeze that took its snapshot before finds the row
// changed and starts over.
const touchBatches = `
	INSERT INTO given_batch AS b (id, import_id) SELECT DISTINCT batch, $1::bigint FROM import_row
	ON CONFLICT (id) DO UPDATE SET import_id = excluded.import_id WHERE NOT b.used`
