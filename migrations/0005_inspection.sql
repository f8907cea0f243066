-- What follows a draw: tasks, results, review, publication, notices.

-- owner: inspection
-- 检查结果类别, edition by edition: a result names the edition that its codes belong to, so a new
-- national list is a new edition here and never changes what an old result says. The rows repeat
-- inspection.Categories (a test compares them) for those who read the tables.
CREATE TABLE result_category (
    edition    text    NOT NULL,
    code       text    NOT NULL CHECK (code ~ '^[0-9A-Z]{1,2}$'),
    label      text    NOT NULL CHECK (label <> ''),
    problem    boolean NOT NULL,                      -- false: counts as "no problem"
    valid_from date    NOT NULL,                      -- of the edition
    PRIMARY KEY (edition, code)
);
INSERT INTO result_category (edition, code, label, problem, valid_from) VALUES
    ('gsxt-2017', '1', '未发现问题', false, '2017-10-01'),
    ('gsxt-2017', '2', '未按规定公示应当公示的信息', true, '2017-10-01'),
    ('gsxt-2017', '3', '公示信息隐瞒真实情况弄虚作假', true, '2017-10-01'),
    ('gsxt-2017', '4', '通过登记的住所（经营场所）无法联系', true, '2017-10-01'),
    ('gsxt-2017', '5', '发现问题已责令改正', true, '2017-10-01'),
    ('gsxt-2017', '6', '不配合检查情节严重', true, '2017-10-01'),
    ('gsxt-2017', '7', '未发现开展本次抽查涉及的经营活动', false, '2017-10-01'),
    ('gsxt-2017', '8', '发现问题待后续处理', true, '2017-10-01');
CREATE TRIGGER result_category_history BEFORE UPDATE OR DELETE ON result_category
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER result_category_truncate BEFORE TRUNCATE ON result_category
    EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE dispatch (                               -- 派发: the tasks of a drawn draw were made
    draw_id text PRIMARY KEY REFERENCES draw,         -- once, even if there were none
    tasks   int  NOT NULL CHECK (tasks >= 0),
    sha256  text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    at      timestamptz NOT NULL
);
CREATE TRIGGER dispatch_history BEFORE UPDATE OR DELETE ON dispatch
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dispatch_truncate BEFORE TRUNCATE ON dispatch EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE task (                                   -- 抽查任务: one per unit and entity of a draw
    id            text COLLATE "C" PRIMARY KEY,       -- draw.unit.serial: 2026-11-M.SPJ.0001
    draw_id       text NOT NULL REFERENCES draw,
    unit_id       text NOT NULL REFERENCES unit,
    entity_id     text COLLATE "C" NOT NULL,
    entity_name   text NOT NULL,                      -- as at dispatch: notices print the record
    entity_address text NOT NULL DEFAULT '',
    visit_by      date NOT NULL,
    state         text NOT NULL CHECK (state IN
                    ('dispatched', 'entered', 'returned', 'rejected', 'approved', 'published')),
    version       int  NOT NULL DEFAULT 0,            -- latest result version
    dispatched_at timestamptz NOT NULL,
    completed_on  date,                               -- day of the visit in the latest version
    publish_due   date,                               -- 20 working days after completion
    due_provisional boolean NOT NULL DEFAULT false,   -- a year without official holiday data
    published_at  timestamptz,
    UNIQUE (draw_id, unit_id, entity_id),
    CHECK ((state = 'dispatched') = (version = 0)),
    CHECK ((state = 'published') = (published_at IS NOT NULL)),
    CHECK (state = 'dispatched' OR (completed_on IS NOT NULL AND publish_due IS NOT NULL))
);
CREATE INDEX task_entity ON task (entity_id);
CREATE INDEX task_state ON task (draw_id, state);
CREATE INDEX task_visit ON task (visit_by) WHERE state = 'dispatched';
CREATE INDEX task_due ON task (publish_due) WHERE state NOT IN ('dispatched', 'published');

-- A task moves along the state machine of package inspection only, its version only grows, and
-- what was dispatched or published never changes.
CREATE FUNCTION task_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'task %: a task is never deleted', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state = 'published'
        OR (NEW.id, NEW.draw_id, NEW.unit_id, NEW.entity_id, NEW.entity_name, NEW.entity_address,
            NEW.visit_by, NEW.dispatched_at)
        IS DISTINCT FROM (OLD.id, OLD.draw_id, OLD.unit_id, OLD.entity_id, OLD.entity_name,
            OLD.entity_address, OLD.visit_by, OLD.dispatched_at) THEN
        RAISE EXCEPTION 'task %: what was dispatched or published cannot change', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT ((OLD.state, NEW.state) IN (('dispatched', 'entered'), ('entered', 'entered'),
            ('returned', 'entered'), ('rejected', 'entered'), ('entered', 'approved'),
            ('entered', 'returned'), ('entered', 'rejected'), ('approved', 'published')))
        OR NEW.version <> OLD.version + (CASE NEW.state WHEN 'entered' THEN 1 ELSE 0 END) THEN
        RAISE EXCEPTION 'task %: no way from % version % to % version %', OLD.id,
            OLD.state, OLD.version, NEW.state, NEW.version
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER task_moves BEFORE UPDATE OR DELETE ON task
    FOR EACH ROW EXECUTE FUNCTION task_guard();
CREATE TRIGGER task_truncate BEFORE TRUNCATE ON task EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE task_item (
    task_id   text COLLATE "C" NOT NULL REFERENCES task,
    item_id   text NOT NULL,
    item_name text NOT NULL,                          -- as at dispatch
    area      text NOT NULL,
    PRIMARY KEY (task_id, item_id)
);
CREATE TRIGGER task_item_history BEFORE UPDATE OR DELETE ON task_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER task_item_truncate BEFORE TRUNCATE ON task_item EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE task_member (
    task_id      text COLLATE "C" NOT NULL REFERENCES task,
    pos          int  NOT NULL,                       -- 1 = 主办
    inspector_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (task_id, pos),
    UNIQUE (task_id, inspector_id)
);
CREATE INDEX task_member_inspector ON task_member (inspector_id);
CREATE TRIGGER task_member_history BEFORE UPDATE OR DELETE ON task_member
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER task_member_truncate BEFORE TRUNCATE ON task_member EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE result (                                 -- 检查结果, every version stays
    task_id    text COLLATE "C" NOT NULL REFERENCES task,
    version    int  NOT NULL CHECK (version >= 1),
    entrant    text NOT NULL,                         -- account 录入员
    visited_on date NOT NULL,
    edition    text NOT NULL DEFAULT 'gsxt-2017',     -- of result_category
    categories text[] NOT NULL CHECK (cardinality(categories) >= 1), -- all labels, codes 1..8
    methods    text[] NOT NULL DEFAULT '{}',          -- 核查方式
    follow_up  text NOT NULL DEFAULT '',              -- 后续处置措施
    remark     text NOT NULL DEFAULT '',
    sha256     text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- of the canonical result text
    at         timestamptz NOT NULL,
    PRIMARY KEY (task_id, version)
);
CREATE TRIGGER result_history BEFORE UPDATE OR DELETE ON result
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER result_truncate BEFORE TRUNCATE ON result EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE result_item (
    task_id  text COLLATE "C" NOT NULL,
    version  int  NOT NULL,
    item_id  text NOT NULL,
    checked  boolean NOT NULL,                        -- 是否检查
    reason   text NOT NULL DEFAULT '',                -- why the item was not checked
    category text NOT NULL CHECK (category <> ''),    -- national code of this item
    finding  text NOT NULL DEFAULT '',                -- 发现问题情况
    disposal text NOT NULL DEFAULT '',                -- 处置情况
    PRIMARY KEY (task_id, version, item_id),
    FOREIGN KEY (task_id, version) REFERENCES result,
    FOREIGN KEY (task_id, item_id) REFERENCES task_item,
    CHECK (checked = (reason = ''))
);
CREATE TRIGGER result_item_history BEFORE UPDATE OR DELETE ON result_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER result_item_truncate BEFORE TRUNCATE ON result_item EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE review (                                 -- 审核
    task_id  text COLLATE "C" NOT NULL,
    version  int  NOT NULL,
    reviewer text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approved', 'returned', 'rejected')),
    opinion  text NOT NULL DEFAULT '' CHECK (decision = 'approved' OR opinion <> ''),
    at       timestamptz NOT NULL,
    PRIMARY KEY (task_id, version),
    FOREIGN KEY (task_id, version) REFERENCES result
);
CREATE TRIGGER review_history BEFORE UPDATE OR DELETE ON review
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER review_truncate BEFORE TRUNCATE ON review EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE publication (                            -- 公示 of an approved version
    task_id     text COLLATE "C" NOT NULL,
    version     int  NOT NULL,
    publisher   text NOT NULL,
    due_on      date NOT NULL,
    late        boolean NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (task_id, version),
    FOREIGN KEY (task_id, version) REFERENCES result
);
CREATE INDEX publication_at ON publication (at DESC, task_id);
CREATE TRIGGER publication_history BEFORE UPDATE OR DELETE ON publication
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER publication_truncate BEFORE TRUNCATE ON publication EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE notice (                                 -- 公告 as issued, byte for byte
    draw_id   text NOT NULL REFERENCES draw,
    kind      text NOT NULL CHECK (kind IN ('result')),
    year      int  NOT NULL,
    number    int  NOT NULL,                          -- serial of the year 第NNN号
    sha256    text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    pdf       bytea NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (draw_id, kind),
    UNIQUE (year, number)
);
CREATE TRIGGER notice_history BEFORE UPDATE OR DELETE ON notice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_truncate BEFORE TRUNCATE ON notice EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE list_access (                            -- who looked at a sealed list, when
    at      timestamptz NOT NULL,
    person  text NOT NULL,
    draw_id text NOT NULL,
    what    text NOT NULL
);
CREATE INDEX list_access_draw ON list_access (draw_id, at);
CREATE TRIGGER list_access_history BEFORE UPDATE OR DELETE ON list_access
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER list_access_truncate BEFORE TRUNCATE ON list_access EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON task TO yh_app;
GRANT SELECT, INSERT ON dispatch, task_item, task_member, result, result_item, review,
    publication, notice, list_access TO yh_app;
GRANT SELECT ON result_category TO yh_app;
GRANT SELECT ON result_category, dispatch, publication, notice, list_access TO yh_read;
