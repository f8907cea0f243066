-- Plans, periods, the draw state machine (draw/1 §10), entropy, selections and staffing.

-- owner: scheduler
CREATE TABLE plan (                                   -- 抽查计划
    id            text PRIMARY KEY CHECK (id ~ '^[0-9A-Z][0-9A-Z._-]{0,31}$'),
    name          text NOT NULL CHECK (name <> ''),
    number        text NOT NULL DEFAULT '',           -- 计划编号
    year          int  NOT NULL CHECK (year BETWEEN 2000 AND 9999),
    directed      boolean NOT NULL DEFAULT false,     -- 定向 / 不定向
    cron          text NOT NULL,                      -- five fields, Asia/Shanghai
    starts_on     date NOT NULL,                      -- no period that fires before this day
    ends_on       date NOT NULL,
    period_form   text NOT NULL DEFAULT 'month'         -- 2026-11, or 2026-11-03
                  CHECK (period_form IN ('month', 'day')),
    cutoff_hours  int  NOT NULL CHECK (cutoff_hours BETWEEN 1 AND 720),   -- after the commit
    event_hours   int  NOT NULL CHECK (event_hours >= cutoff_hours AND event_hours <= 720),
    visit_days    int  NOT NULL CHECK (visit_days BETWEEN 1 AND 366), -- after the freeze
    label_test    boolean NOT NULL DEFAULT false,     -- a trial run: every label is `test`
    entropy       jsonb NOT NULL,                     -- list of {name, kind, event, bits, by}
    state         text NOT NULL CHECK (state IN ('draft', 'approved', 'closed')),
    author        text NOT NULL,
    approver      text,
    created_at    timestamptz NOT NULL,
    approved_at   timestamptz,
    next_due      timestamptz,                        -- next fire time not yet made a draw
    note          text NOT NULL DEFAULT '',
    failure       text NOT NULL DEFAULT '',           -- last error of firing, cleared by progress
    failed_at     timestamptz,
    CHECK (ends_on >= starts_on),
    CHECK (starts_on >= make_date(year, 1, 1) AND ends_on <= make_date(year, 12, 31)),
    CHECK (next_due IS NULL OR state = 'approved'),
    CHECK ((state = 'draft') = (approver IS NULL) AND (approver IS NULL) = (approved_at IS NULL)),
    CHECK (approver <> author)
);
CREATE INDEX plan_due ON plan (next_due) WHERE state = 'approved' AND next_due IS NOT NULL;

-- What was written is what is approved, and what was approved is what fires: a plan moves only
-- draft, approved, closed, with its approver, its clock and its failure.
CREATE FUNCTION plan_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves text[] := '{state,approver,approved_at,next_due,failure,failed_at}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'plan %: a plan is never deleted', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF to_jsonb(NEW) - moves <> to_jsonb(OLD) - moves
        OR (OLD.approver IS NOT NULL AND (NEW.approver, NEW.approved_at)
            IS DISTINCT FROM (OLD.approver, OLD.approved_at))
        OR NEW.next_due < OLD.next_due
        OR (NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
            (('draft', 'approved'), ('approved', 'closed'))) THEN
        RAISE EXCEPTION 'plan %: what was written or approved cannot change', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_keeps BEFORE UPDATE OR DELETE ON plan
    FOR EACH ROW EXECUTE FUNCTION plan_guard();
CREATE TRIGGER plan_truncate BEFORE TRUNCATE ON plan EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE plan_item (                              -- items that the plan draws
    plan_id   text NOT NULL REFERENCES plan,
    item_id   text NOT NULL REFERENCES item,
    label     text NOT NULL CHECK (label ~ '^[0-9a-z][0-9a-z._-]{0,31}$'),
    PRIMARY KEY (plan_id, item_id)
);
CREATE TRIGGER plan_item_history BEFORE UPDATE OR DELETE ON plan_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_item_truncate BEFORE TRUNCATE ON plan_item EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE draw (                                   -- one period of one plan
    id            text PRIMARY KEY CHECK (id ~ '^[0-9A-Z][0-9A-Z._-]{0,63}$'),
    plan_id       text NOT NULL REFERENCES plan,
    period        text NOT NULL,                      -- 2026-11
    state         text NOT NULL CHECK (state IN
                    ('planned', 'frozen', 'committed', 'awaiting', 'drawn', 'published', 'void')),
    due_at        timestamptz NOT NULL,               -- when cron fired
    late          boolean NOT NULL DEFAULT false,     -- caught up after the service was down
    created_at    timestamptz NOT NULL,
    wake_at       timestamptz,                        -- Advance has work from then on; NULL: none
    frozen_at     timestamptz,
    committed_at  timestamptz,
    cutoff_at     timestamptz,
    event_at      timestamptz,
    drawn_at      timestamptz,
    published_at  timestamptz,
    voided_at     timestamptz,
    visit_by      date,
    draft         bytea,                              -- the plan as frozen, before prev and events
    plan_json     bytea,
    commit_hash   text,
    prev_hash     text,
    seed_txt      bytea,
    seed          text,
    grade         text,
    transcript    bytea,
    transcript_hash text,
    teams         bigint NOT NULL DEFAULT 0,          -- tasks that inspection will dispatch
    shortages     int NOT NULL DEFAULT 0,             -- units without a legal staffing
    failure       text NOT NULL DEFAULT '',           -- last error of Advance, cleared by progress
    failed_at     timestamptz,
    void_reason   text,
    UNIQUE (plan_id, period),
    CHECK (state IN ('planned', 'void') OR frozen_at IS NOT NULL),
    CHECK (state <> 'frozen' OR (draft IS NOT NULL AND visit_by IS NOT NULL)),
    CHECK (state IN ('planned', 'frozen', 'void') OR (commit_hash IS NOT NULL
        AND plan_json IS NOT NULL AND committed_at IS NOT NULL AND cutoff_at IS NOT NULL
        AND event_at IS NOT NULL)),
    CHECK (state NOT IN ('drawn', 'published') OR (seed IS NOT NULL AND seed_txt IS NOT NULL AND
        transcript IS NOT NULL AND transcript_hash IS NOT NULL AND grade IS NOT NULL
        AND drawn_at IS NOT NULL)),
    CHECK (event_at IS NULL OR (committed_at <= cutoff_at AND cutoff_at <= event_at)),
    CHECK ((state = 'published') = (published_at IS NOT NULL)),
    CHECK ((state = 'void') = (voided_at IS NOT NULL)),
    CHECK (state <> 'void' OR void_reason <> '')
);
CREATE INDEX draw_wake ON draw (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX draw_drawn ON draw (id) WHERE state = 'drawn';
CREATE INDEX draw_list ON draw (due_at DESC, id);

-- A draw moves along draw/1 §10 only; what is committed or drawn never changes.
CREATE FUNCTION draw_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'draw %: a draw is never deleted', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.id <> OLD.id OR NEW.plan_id <> OLD.plan_id OR NEW.period <> OLD.period
        OR NEW.due_at <> OLD.due_at OR OLD.state IN ('published', 'void')
        OR NEW.late <> OLD.late OR NEW.created_at <> OLD.created_at
        OR (OLD.frozen_at IS NOT NULL AND (NEW.frozen_at, NEW.visit_by, NEW.draft)
            IS DISTINCT FROM (OLD.frozen_at, OLD.visit_by, OLD.draft))
        OR (OLD.committed_at IS NOT NULL AND
            (NEW.committed_at, NEW.cutoff_at, NEW.event_at, NEW.prev_hash, NEW.grade)
            IS DISTINCT FROM
            (OLD.committed_at, OLD.cutoff_at, OLD.event_at, OLD.prev_hash, OLD.grade))
        OR (OLD.drawn_at IS NOT NULL AND (NEW.drawn_at, NEW.teams, NEW.shortages)
            IS DISTINCT FROM (OLD.drawn_at, OLD.teams, OLD.shortages))
        OR (OLD.plan_json IS NOT NULL AND NEW.plan_json IS DISTINCT FROM OLD.plan_json)
        OR (OLD.commit_hash IS NOT NULL AND NEW.commit_hash IS DISTINCT FROM OLD.commit_hash)
        OR (OLD.seed IS NOT NULL AND NEW.seed IS DISTINCT FROM OLD.seed)
        OR (OLD.seed_txt IS NOT NULL AND NEW.seed_txt IS DISTINCT FROM OLD.seed_txt)
        OR (OLD.transcript IS NOT NULL AND NEW.transcript IS DISTINCT FROM OLD.transcript)
        OR (OLD.transcript_hash IS NOT NULL
            AND NEW.transcript_hash IS DISTINCT FROM OLD.transcript_hash) THEN
        RAISE EXCEPTION 'draw %: what was committed or drawn cannot change', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state <> OLD.state AND NOT (
        (OLD.state, NEW.state) IN (('planned', 'frozen'), ('frozen', 'committed'),
            ('committed', 'awaiting'), ('awaiting', 'drawn'), ('drawn', 'published'))
        OR (NEW.state = 'void'
            AND OLD.state IN ('planned', 'frozen', 'committed', 'awaiting'))) THEN
        RAISE EXCEPTION 'draw %: no way from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draw_moves BEFORE UPDATE OR DELETE ON draw
    FOR EACH ROW EXECUTE FUNCTION draw_guard();
CREATE TRIGGER draw_truncate BEFORE TRUNCATE ON draw EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE draw_transition (
    draw_id   text NOT NULL REFERENCES draw,
    seq       int  NOT NULL,
    from_state text NOT NULL,
    to_state  text NOT NULL,
    at        timestamptz NOT NULL,
    actor     text NOT NULL,
    note      text NOT NULL DEFAULT '',
    leaf      bigint,                                 -- index in the log, if the step has a leaf
    PRIMARY KEY (draw_id, seq)
);
CREATE TRIGGER draw_transition_history BEFORE UPDATE OR DELETE ON draw_transition
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_transition_truncate BEFORE TRUNCATE ON draw_transition
    EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE draw_seal (                              -- the office's seals, made before the plan
    draw_id   text NOT NULL REFERENCES draw,
    name      text NOT NULL,
    commit_hash text NOT NULL CHECK (commit_hash ~ '^[0-9a-f]{64}$'),
    sealed    bytea NOT NULL,                         -- the value, encrypted with the key file
    PRIMARY KEY (draw_id, name)
);
CREATE TRIGGER draw_seal_history BEFORE UPDATE OR DELETE ON draw_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_seal_truncate BEFORE TRUNCATE ON draw_seal
    EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE draw_entropy (                           -- the entropy of a committed plan, draw/1 §5
    draw_id   text NOT NULL REFERENCES draw,
    seq       int  NOT NULL,
    name      text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('public', 'beacon', 'witness', 'seal', 'chain')),
    event     text NOT NULL,
    bits      int  NOT NULL,
    commit_hash text,                                 -- seal and chain
    held_by   text,                                   -- seal and chain: `by`
    PRIMARY KEY (draw_id, seq),
    UNIQUE (draw_id, name)
);
CREATE INDEX draw_entropy_event ON draw_entropy (event) WHERE kind IN ('public', 'beacon');
CREATE TRIGGER draw_entropy_history BEFORE UPDATE OR DELETE ON draw_entropy
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_entropy_truncate BEFORE TRUNCATE ON draw_entropy
    EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE entropy_entry (                          -- typed values; two who agree make one
    draw_id   text NOT NULL REFERENCES draw,
    name      text NOT NULL,
    seq       int  NOT NULL,
    person    text NOT NULL,
    value     text NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (draw_id, name, seq)
);
CREATE TRIGGER entropy_entry_history BEFORE UPDATE OR DELETE ON entropy_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entropy_entry_truncate BEFORE TRUNCATE ON entropy_entry
    EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE void_request (
    draw_id   text NOT NULL REFERENCES draw,
    person    text NOT NULL,
    reason    text NOT NULL CHECK (reason <> ''),
    at        timestamptz NOT NULL,
    PRIMARY KEY (draw_id, person)
);
CREATE TRIGGER void_request_history BEFORE UPDATE OR DELETE ON void_request
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER void_request_truncate BEFORE TRUNCATE ON void_request
    EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE draw_stratum (                           -- sizes, for pages and statistics
    draw_id   text NOT NULL REFERENCES draw,
    item_id   text NOT NULL,
    stratum   text NOT NULL,
    population bigint NOT NULL,
    selected  bigint NOT NULL,
    cut       text NOT NULL,
    PRIMARY KEY (draw_id, item_id, stratum)
);
CREATE TRIGGER draw_stratum_history BEFORE UPDATE OR DELETE ON draw_stratum
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_stratum_truncate BEFORE TRUNCATE ON draw_stratum
    EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE selection (                              -- 抽取结果: selected and reserve
    draw_id   text NOT NULL REFERENCES draw,
    item_id   text NOT NULL,
    stratum   text NOT NULL,
    pos       int  NOT NULL,                          -- 1-based within selected, and within reserve
    reserve   boolean NOT NULL,
    entity_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (draw_id, item_id, stratum, reserve, pos)
);
CREATE INDEX selection_entity ON selection (entity_id);
CREATE TRIGGER selection_history BEFORE UPDATE OR DELETE ON selection
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER selection_truncate BEFORE TRUNCATE ON selection
    EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE team_member (                            -- 执法检查人员 of a task, lead first
    draw_id      text NOT NULL REFERENCES draw,
    unit_id      text NOT NULL,
    entity_id    text COLLATE "C" NOT NULL,
    pos          int  NOT NULL,                       -- 1 = 主办
    inspector_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (draw_id, unit_id, entity_id, pos),
    UNIQUE (draw_id, unit_id, entity_id, inspector_id)
);
CREATE INDEX team_member_inspector ON team_member (inspector_id);
CREATE TRIGGER team_member_history BEFORE UPDATE OR DELETE ON team_member
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER team_member_truncate BEFORE TRUNCATE ON team_member
    EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE draw_shortage (                          -- 人员缺口 of a unit, draw/1 §7
    draw_id   text NOT NULL REFERENCES draw,
    unit_id   text NOT NULL,
    tasks     bigint NOT NULL,
    needed    bigint NOT NULL,
    available bigint NOT NULL,
    PRIMARY KEY (draw_id, unit_id)
);
CREATE TRIGGER draw_shortage_history BEFORE UPDATE OR DELETE ON draw_shortage
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_shortage_truncate BEFORE TRUNCATE ON draw_shortage
    EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON plan, draw TO yh_app;
GRANT SELECT, INSERT ON plan_item, draw_transition, draw_seal, draw_entropy, entropy_entry,
    void_request, draw_stratum, selection, team_member, draw_shortage TO yh_app;

-- yh_read sees nothing that is sealed until publication: no seed, no selection, no team.
GRANT SELECT ON plan, plan_item, draw_transition, draw_entropy, void_request, draw_stratum,
    draw_shortage TO yh_read;
GRANT SELECT (id, plan_id, period, state, due_at, late, created_at, wake_at, frozen_at,
    committed_at, cutoff_at, event_at, drawn_at, published_at, voided_at, visit_by, plan_json,
    commit_hash, prev_hash, grade, transcript_hash, teams, shortages, failure, failed_at,
    void_reason) ON draw TO yh_read;
GRANT SELECT (draw_id, name, commit_hash) ON draw_seal TO yh_read;
