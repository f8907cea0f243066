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

var refItem = ref{ratioItem, `
	WITH gone AS (
		DELETE FROM import_row r WHERE NOT EXISTS (SELECT FROM item i WHERE i.id = r.item_id)
		RETURNING line, item_id)
	INSERT INTO import_bad
	SELECT line, $1, item_id, '没有这个抽查事项', '先导入抽查事项，或改正事项编码' FROM gone`}

var refScopes = ref{inspectorScopes, `
	WITH unknown AS (
		SELECT line, min(scope) AS scope FROM import_row, unnest(scopes) AS scope
		WHERE NOT EXISTS (SELECT FROM item i WHERE i.id = scope) GROUP BY line),
	gone AS (
		DELETE FROM import_row r USING unknown u WHERE r.line = u.line
		RETURNING r.line, u.scope)
	INSERT INTO import_bad
	SELECT line, $1, scope, '没有这个抽查事项', '先导入抽查事项，或改正事项编码' FROM gone`}

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
