-- 一单两库: items, entities, inspectors, conflicts, checks made; imports; frozen files.

-- owner: registry
CREATE TABLE unit (                                   -- 执法机构: the office and its departments
    id          text PRIMARY KEY CHECK (id ~ '^[0-9A-Z][0-9A-Z._-]{0,63}$'),
    name        text NOT NULL CHECK (name <> ''),
    short_name  text NOT NULL DEFAULT '',             -- 机关代字, for numbers such as 〔2026〕1号
    kind        text NOT NULL CHECK (kind IN ('office', 'department', 'station')),
    parent_id   text REFERENCES unit,
    area        text NOT NULL CHECK (area ~ '^[0-9]{6,12}$'),
    seats       int  NOT NULL DEFAULT 2 CHECK (seats BETWEEN 2 AND 99),
    area_rule   text NOT NULL DEFAULT 'any' CHECK (area_rule IN ('any', 'same2', 'same4', 'same6')),
    import_id   bigint NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX unit_one_office ON unit ((true)) WHERE kind = 'office';

-- owner: registry
CREATE TABLE item (                                   -- 抽查事项
    id              text PRIMARY KEY CHECK (id ~ '^[0-9A-Z][0-9A-Z._-]{0,63}$'),
    name            text NOT NULL CHECK (name <> ''),
    category        text NOT NULL DEFAULT '行政检查',
    kind            text NOT NULL CHECK (kind IN ('key', 'seasonal', 'risk', 'routine')),
    grade           text NOT NULL DEFAULT '一般' CHECK (grade IN ('重点', '一般')),
    unit_id         text NOT NULL REFERENCES unit,
    basis           text NOT NULL CHECK (basis <> ''), -- 抽查依据: document and article, a line of draw/1
    content         text NOT NULL DEFAULT '',         -- 抽查内容
    method          text NOT NULL DEFAULT '现场检查', -- 抽查方式
    checklist       text[] NOT NULL DEFAULT '{}',     -- 抽查工作指引: ordered points
    bank            text NOT NULL DEFAULT '',         -- 专项库 whose entities form the frame; '' = all
    strata_by       text[] NOT NULL DEFAULT '{class}',
    yearly_cap      int,                              -- 年度频次上限 per (authority, entity); NULL = none
    cooldown_months int NOT NULL DEFAULT 0 CHECK (cooldown_months BETWEEN 0 AND 60),
    reserve         int NOT NULL DEFAULT 3 CHECK (reserve >= 0),
    published       boolean NOT NULL DEFAULT true,    -- only published items may be drawn (国办发〔2024〕54号)
    import_id       bigint NOT NULL,
    updated_at      timestamptz NOT NULL
);

-- owner: registry
CREATE TABLE item_ratio (                             -- 抽查比例 as dated rules, per class
    item_id     text NOT NULL REFERENCES item,
    class       text NOT NULL,                        -- a class word, '-' unrated, '*' any other
    cooled      boolean NOT NULL DEFAULT false,       -- the rule of the cool-down cell `~`
    size        text NOT NULL CHECK (size IN ('ratio', 'pace', 'all')),
    num         bigint NOT NULL CHECK (num >= 0),
    den         bigint NOT NULL CHECK (den BETWEEN 1 AND 1000000 AND num <= den),
    cap_num     bigint,
    cap_den     bigint CHECK (cap_den BETWEEN 1 AND 1000000),
    min_count   bigint CHECK (min_count >= 0),
    valid_from  date NOT NULL,
    valid_to    date,
    import_id   bigint NOT NULL,
    PRIMARY KEY (item_id, class, cooled, valid_from),
    CHECK ((cap_num IS NULL) = (cap_den IS NULL)),
    CHECK (cap_num IS NULL OR num * cap_den <= cap_num * den)
);

-- owner: registry
CREATE TABLE entity (                                 -- 检查对象
    id          text COLLATE "C" PRIMARY KEY,         -- draw/1 entity identifier
    uscc        text,                                 -- 统一社会信用代码, if it has one
    reg_no      text NOT NULL DEFAULT '',             -- 注册号
    name        text NOT NULL CHECK (name <> ''),
    kind        text NOT NULL DEFAULT '企业',         -- 主体类型
    area        text NOT NULL CHECK (area ~ '^[0-9]{6,12}$'),
    address     text NOT NULL DEFAULT '',
    legal_rep   text NOT NULL DEFAULT '',             -- 法定代表人: personal, never leaves the service
    phone       text NOT NULL DEFAULT '',             -- personal
    industry    text NOT NULL DEFAULT '',             -- GB/T 4754
    established date,
    status      text NOT NULL DEFAULT 'active',       -- draw/1 word; anything else is excluded `inactive`
    class       text NOT NULL DEFAULT '-',            -- 信用风险分类 A..D, '-' unrated
    banks       text[] NOT NULL DEFAULT '{}',         -- 专项库
    hold_until  date,
    hold_reason text NOT NULL DEFAULT '',
    extra       jsonb NOT NULL DEFAULT '{}',          -- columns of the source that we do not know
    import_id   bigint NOT NULL,
    updated_at  timestamptz NOT NULL
);
-- No index on name or banks: "contains" reads the table anyway (0.2 s for a million rows), and an
-- import of a million rows would pay for them every time.

-- owner: registry
CREATE TABLE entity_check (                           -- checks made 检查记录: drawn, case-driven, by superiors
    entity_id   text COLLATE "C" NOT NULL,
    checked_on  date NOT NULL,
    level       text NOT NULL CHECK (level IN ('own', 'city', 'superior', 'other')),
    kind        text NOT NULL CHECK (kind IN ('日常检查', '个案检查', '专项检查')),
    item_id     text NOT NULL DEFAULT '',
    source      text NOT NULL,                        -- import/<id>, or a task id
    PRIMARY KEY (entity_id, checked_on, level, kind, item_id)
);

-- owner: registry
CREATE TABLE inspector (                              -- 执法检查人员
    id          text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[0-9A-Z][0-9A-Z._-]{0,63}$'),
    name        text NOT NULL CHECK (name <> ''),     -- personal
    unit_id     text NOT NULL REFERENCES unit,
    area        text NOT NULL CHECK (area ~ '^[0-9]{6,12}$'),
    cert_no     text NOT NULL CHECK (cert_no <> ''),  -- 执法证编号
    cert_until  date NOT NULL,
    lead        boolean NOT NULL DEFAULT false,       -- may lead a team 主办
    max_tasks   int CHECK (max_tasks >= 0),           -- most tasks in one draw; NULL = no limit
    scopes      text[] NOT NULL DEFAULT '{}',         -- items, sorted strictly
    active      boolean NOT NULL DEFAULT true,
    phone       text NOT NULL DEFAULT '',             -- personal
    extra       jsonb NOT NULL DEFAULT '{}',
    import_id   bigint NOT NULL,
    updated_at  timestamptz NOT NULL
);

-- owner: registry
CREATE TABLE conflict (                               -- 回避
    inspector_id text COLLATE "C" NOT NULL,
    entity_id    text COLLATE "C" NOT NULL,
    reason       text NOT NULL CHECK (reason ~ '^[0-9a-z][0-9a-z._-]{0,31}$'),
    until        date,                                -- NULL = for good
    import_id    bigint NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (inspector_id, entity_id)
);

-- Numbers of imports. A failed import leaves a gap: these are names, not indexes of the log.
CREATE SEQUENCE import_run_id;
GRANT USAGE ON SEQUENCE import_run_id TO yh_app;

-- owner: registry
CREATE TABLE import_run (                             -- one import of one file
    id          bigint PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN
                  ('units', 'items', 'ratios', 'entities', 'inspectors', 'conflicts', 'checks')),
    file_name   text NOT NULL,
    sha256      text NOT NULL,
    encoding    text NOT NULL,
    rows        bigint NOT NULL,
    inserted    bigint NOT NULL,
    updated     bigint NOT NULL,
    unchanged   bigint NOT NULL,
    bad         bigint NOT NULL CHECK (rows = inserted + updated + unchanged + bad),
    unknown     text[] NOT NULL DEFAULT '{}',         -- columns that no alias names
    warnings    text[] NOT NULL DEFAULT '{}',         -- imported, but worth a look
    actor       text NOT NULL,
    at          timestamptz NOT NULL
);
CREATE TRIGGER import_run_history BEFORE UPDATE OR DELETE ON import_run
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER import_run_truncate BEFORE TRUNCATE ON import_run
    EXECUTE FUNCTION refuse_change();

-- owner: registry
CREATE TABLE import_error (                           -- rows that were not imported, and why
    import_id   bigint NOT NULL REFERENCES import_run,
    seq         bigint NOT NULL,
    line        bigint NOT NULL,
    column_name text NOT NULL,
    value       text NOT NULL,                        -- cut to 200 characters, made printable
    rule        text NOT NULL,
    hint        text NOT NULL DEFAULT '',
    PRIMARY KEY (import_id, seq)
);
CREATE TRIGGER import_error_history BEFORE UPDATE OR DELETE ON import_error
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER import_error_truncate BEFORE TRUNCATE ON import_error
    EXECUTE FUNCTION refuse_change();

-- owner: registry
CREATE TABLE frozen_file (                            -- frozen files of draw/1 §2
    draw_id     text NOT NULL,
    name        text NOT NULL,
    sha256      text NOT NULL,
    root        text NOT NULL,                        -- Merkle root of a population; else empty
    lines       bigint NOT NULL,
    bytes       bigint NOT NULL,
    PRIMARY KEY (draw_id, name)
);
CREATE TRIGGER frozen_file_history BEFORE UPDATE OR DELETE ON frozen_file
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_file_truncate BEFORE TRUNCATE ON frozen_file
    EXECUTE FUNCTION refuse_change();

-- owner: registry
CREATE TABLE frozen_chunk (                           -- their bytes, in pieces of about 1 MiB
    draw_id     text NOT NULL,
    name        text NOT NULL,
    seq         int  NOT NULL,
    data        bytea NOT NULL,
    PRIMARY KEY (draw_id, name, seq)
);
-- Digits and codes hardly shrink, and trying costs more than writing them.
ALTER TABLE frozen_chunk ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TRIGGER frozen_chunk_history BEFORE UPDATE OR DELETE ON frozen_chunk
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_chunk_truncate BEFORE TRUNCATE ON frozen_chunk
    EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE, DELETE
    ON unit, item, item_ratio, entity, entity_check, inspector, conflict TO yh_app;
GRANT SELECT, INSERT ON import_run, import_error, frozen_file, frozen_chunk TO yh_app;
GRANT SELECT ON unit, item, item_ratio, entity, entity_check, inspector, conflict,
    import_run, import_error, frozen_file, frozen_chunk TO yh_read;
