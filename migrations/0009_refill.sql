-- After a draw: seats refilled (递补席位) and entities replaced from the reserve (候补对象), draw/1 §10.

-- A task whose entity was replaced is closed (已递补). A task may be made for a replacement: origin
-- is the number of the request that made it, 0 the dispatch of the draw.
ALTER TABLE task DROP CONSTRAINT task_state_check, DROP CONSTRAINT task_check,
    DROP CONSTRAINT task_check2, DROP CONSTRAINT task_draw_id_unit_id_entity_id_key;
ALTER TABLE task
    ADD COLUMN origin int NOT NULL DEFAULT 0 CHECK (origin >= 0),
    ADD CONSTRAINT task_entity_once UNIQUE (draw_id, unit_id, entity_id, origin),
    ADD CONSTRAINT task_state_check CHECK (state IN ('dispatched', 'assigned', 'entered',
        'returned', 'rejected', 'approved', 'published', 'replaced')),
    ADD CONSTRAINT task_check CHECK
        ((state IN ('dispatched', 'assigned', 'replaced')) = (version = 0)),
    ADD CONSTRAINT task_check2 CHECK (state IN ('dispatched', 'assigned', 'replaced')
        OR (completed_on IS NOT NULL AND publish_due IS NOT NULL));

CREATE OR REPLACE FUNCTION task_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'task %: a task is never deleted', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state = 'published'
        OR (NEW.id, NEW.draw_id, NEW.unit_id, NEW.entity_id, NEW.entity_name, NEW.entity_address,
            NEW.visit_by, NEW.dispatched_at, NEW.origin)
        IS DISTINCT FROM (OLD.id, OLD.draw_id, OLD.unit_id, OLD.entity_id, OLD.entity_name,
            OLD.entity_address, OLD.visit_by, OLD.dispatched_at, OLD.origin) THEN
        RAISE EXCEPTION 'task %: what was dispatched or published cannot change', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT ((OLD.state, NEW.state) IN (('dispatched', 'entered'), ('entered', 'entered'),
            ('returned', 'entered'), ('rejected', 'entered'), ('entered', 'approved'),
            ('entered', 'returned'), ('entered', 'rejected'), ('approved', 'published'),
            ('dispatched', 'replaced')))
        OR NEW.version <> OLD.version + (CASE NEW.state WHEN 'entered' THEN 1 ELSE 0 END) THEN
        RAISE EXCEPTION 'task %: no way from % version % to % version %', OLD.id,
            OLD.state, OLD.version, NEW.state, NEW.version
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- A team that changes is written anew under the next number; the earlier ones stay.
ALTER TABLE task_member DROP CONSTRAINT task_member_pkey,
    DROP CONSTRAINT task_member_task_id_inspector_id_key;
ALTER TABLE task_member
    ADD COLUMN team int NOT NULL DEFAULT 1 CHECK (team >= 1),
    ADD PRIMARY KEY (task_id, team, pos),
    ADD UNIQUE (task_id, team, inspector_id);

-- The present team of every task.
CREATE VIEW task_team AS
    SELECT m.task_id, m.pos, m.inspector_id, m.team FROM task_member m
    WHERE NOT EXISTS (SELECT FROM task_member x WHERE x.task_id = m.task_id AND x.team > m.team);

-- owner: inspection
CREATE TABLE refill_request (                         -- 递补申请, carried out in the order of no
    draw_id   text NOT NULL REFERENCES draw,
    no        int  NOT NULL CHECK (no >= 1),          -- 1, 2, … in the draw, taken at the request
    kind      text NOT NULL CHECK (kind IN ('seat', 'entity')),
    task_id   text COLLATE "C" NOT NULL REFERENCES task,
    inspector_id text COLLATE "C" NOT NULL DEFAULT '', -- of kind seat: who leaves
    reason    text NOT NULL CHECK (reason ~ '^[0-9a-z][0-9a-z._-]{0,31}$'),
    event     text NOT NULL UNIQUE CHECK (event <> ''), -- as announced; never used twice
    event_at  timestamptz NOT NULL,
    person    text NOT NULL,
    sha256    text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- of the request text
    at        timestamptz NOT NULL,
    PRIMARY KEY (draw_id, no),
    CHECK ((kind = 'seat') = (inspector_id <> '')),
    CHECK (event_at > at)
);
CREATE INDEX refill_request_task ON refill_request (task_id);
CREATE TRIGGER refill_request_history BEFORE UPDATE OR DELETE ON refill_request
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refill_request_truncate BEFORE TRUNCATE ON refill_request
    EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE refill_entry (                           -- typed values; two who agree make one
    draw_id   text NOT NULL,
    no        int  NOT NULL,
    seq       int  NOT NULL CHECK (seq >= 1),
    person    text NOT NULL,
    value     text NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (draw_id, no, seq),
    FOREIGN KEY (draw_id, no) REFERENCES refill_request
);
CREATE TRIGGER refill_entry_history BEFORE UPDATE OR DELETE ON refill_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refill_entry_truncate BEFORE TRUNCATE ON refill_entry
    EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE refill_withdrawal (                      -- requests to withdraw a request
    draw_id   text NOT NULL,
    no        int  NOT NULL,
    person    text NOT NULL,
    reason    text NOT NULL CHECK (reason <> ''),
    at        timestamptz NOT NULL,
    PRIMARY KEY (draw_id, no, person),
    FOREIGN KEY (draw_id, no) REFERENCES refill_request
);
CREATE TRIGGER refill_withdrawal_history BEFORE UPDATE OR DELETE ON refill_withdrawal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refill_withdrawal_truncate BEFORE TRUNCATE ON refill_withdrawal
    EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE refill_end (                             -- how a request ended; without a row it is open
    draw_id   text NOT NULL,
    no        int  NOT NULL,
    outcome   text NOT NULL CHECK (outcome IN ('done', 'failed', 'withdrawn')),
    note      text NOT NULL DEFAULT '',               -- why it failed or was withdrawn
    at        timestamptz NOT NULL,
    PRIMARY KEY (draw_id, no),
    FOREIGN KEY (draw_id, no) REFERENCES refill_request,
    CHECK ((outcome = 'done') = (note = ''))
);
CREATE TRIGGER refill_end_history BEFORE UPDATE OR DELETE ON refill_end
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refill_end_truncate BEFORE TRUNCATE ON refill_end EXECUTE FUNCTION refuse_change();

-- owner: inspection
CREATE TABLE refill_record (                          -- what sampling gave, byte for byte
    draw_id   text NOT NULL,
    serial    int  NOT NULL CHECK (serial >= 1),      -- 1, 2, … in the draw: refills/<serial>.json
    no        int  NOT NULL,                          -- a request with several items has several
    record    bytea NOT NULL,
    sha256    text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    PRIMARY KEY (draw_id, serial),
    FOREIGN KEY (draw_id, no) REFERENCES refill_request
);
CREATE INDEX refill_record_no ON refill_record (draw_id, no);
CREATE TRIGGER refill_record_history BEFORE UPDATE OR DELETE ON refill_record
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refill_record_truncate BEFORE TRUNCATE ON refill_record
    EXECUTE FUNCTION refuse_change();

GRANT SELECT ON task_team TO yh_app;
GRANT SELECT, INSERT ON refill_request, refill_entry, refill_withdrawal, refill_end, refill_record
    TO yh_app;

-- yh_read sees what is announced, not whom it concerns.
GRANT SELECT (draw_id, no, kind, reason, event, event_at, person, sha256, at) ON refill_request
    TO yh_read;
GRANT SELECT ON refill_withdrawal, refill_end TO yh_read;
