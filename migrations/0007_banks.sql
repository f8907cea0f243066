-- 专家库 and 检验机构库, weights (pareto), caps by counter and class, tasks drawn elsewhere.

-- Seats, gate and kind are joined when a draw is frozen: a file may bring one without the others.
ALTER TABLE unit DROP CONSTRAINT unit_kind_check, DROP CONSTRAINT unit_seats_check;
ALTER TABLE unit
    ADD CONSTRAINT unit_kind_check
        CHECK (kind IN ('office', 'department', 'station', 'experts', 'labs')),
    ADD CONSTRAINT unit_seats_check CHECK (seats BETWEEN 1 AND 99),
    ADD COLUMN gate_max int CHECK (gate_max BETWEEN 0 AND 98),  -- most gated of a team; NULL none
    ADD COLUMN pool_num bigint CHECK (pool_num >= 0),           -- least share of who is not gated
    ADD COLUMN pool_den bigint CHECK (pool_den BETWEEN 1 AND 1000000 AND pool_num <= pool_den),
    ADD CONSTRAINT unit_pool_check CHECK ((pool_num IS NULL) = (pool_den IS NULL));

ALTER TABLE inspector ADD COLUMN gated boolean NOT NULL DEFAULT false;  -- 本系统人员

ALTER TABLE entity ADD COLUMN weight bigint NOT NULL DEFAULT 1          -- 风险权重, for pareto
    CHECK (weight BETWEEN 1 AND 2147483647);

ALTER TABLE item_ratio ADD COLUMN method text NOT NULL DEFAULT 'srs'    -- draw/1 §6
    CHECK (method IN ('srs', 'pareto') AND (size <> 'all' OR method = 'srs'));

-- owner: registry
CREATE TABLE item_cap (                               -- 年度频次上限 by counter and class
    item_id     text NOT NULL REFERENCES item,
    counter     int  NOT NULL CHECK (counter IN (0, 1)), -- 0 own; 1 own and city together
    class       text NOT NULL,                        -- a class word, '-' unrated, '' everybody
    max         bigint NOT NULL CHECK (max >= 0),
    import_id   bigint NOT NULL,
    PRIMARY KEY (item_id, counter, class)
);

-- owner: registry
CREATE TABLE given_batch (                            -- 交办批次: used once, then closed
    id          text PRIMARY KEY CHECK (id ~ '^[0-9A-Z][0-9A-Z._-]{0,63}$'),
    import_id   bigint NOT NULL,                      -- the import that last wrote to it
    used        boolean NOT NULL DEFAULT false        -- a draw has frozen it
);

-- owner: registry
CREATE TABLE given_task (                             -- 交办任务: drawn by a superior
    batch       text COLLATE "C" NOT NULL REFERENCES given_batch,
    unit_id     text NOT NULL REFERENCES unit,
    entity_id   text COLLATE "C" NOT NULL,            -- need not be in our banks
    area        text NOT NULL CHECK (area ~ '^[0-9]{6,12}$'),
    items       text[] NOT NULL CHECK (cardinality(items) >= 1), -- sorted strictly
    from_hash   text NOT NULL DEFAULT '' CHECK (from_hash ~ '^([0-9a-f]{64})?$'),
    import_id   bigint NOT NULL,
    PRIMARY KEY (batch, unit_id, entity_id)
);

-- What a draw has frozen of a batch is the batch for ever.
CREATE FUNCTION given_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed text;
BEGIN
    IF TG_TABLE_NAME = 'given_batch' THEN
        IF TG_OP = 'DELETE' OR NEW.id <> OLD.id OR (OLD.used AND NEW IS DISTINCT FROM OLD) THEN
            closed := OLD.id;
        END IF;
    ELSE
        SELECT id INTO closed FROM given_batch WHERE used AND id IN (
            CASE WHEN TG_OP <> 'INSERT' THEN OLD.batch END,
            CASE WHEN TG_OP <> 'DELETE' THEN NEW.batch END);
    END IF;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'batch %: what a draw has frozen cannot change', closed
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER given_batch_keeps BEFORE UPDATE OR DELETE ON given_batch
    FOR EACH ROW EXECUTE FUNCTION given_guard();
CREATE TRIGGER given_task_keeps BEFORE INSERT OR UPDATE OR DELETE ON given_task
    FOR EACH ROW EXECUTE FUNCTION given_guard();
CREATE TRIGGER given_batch_truncate BEFORE TRUNCATE ON given_batch
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER given_task_truncate BEFORE TRUNCATE ON given_task
    EXECUTE FUNCTION refuse_change();

ALTER TABLE import_run DROP CONSTRAINT import_run_kind_check;
ALTER TABLE import_run ADD CONSTRAINT import_run_kind_check CHECK (kind IN ('units', 'items',
    'ratios', 'caps', 'entities', 'inspectors', 'conflicts', 'checks', 'given'));

-- owner: scheduler
CREATE TABLE plan_given (                             -- units of a plan whose tasks are given
    plan_id   text NOT NULL REFERENCES plan,
    unit_id   text NOT NULL REFERENCES unit,
    batch     text NOT NULL DEFAULT '',               -- of given_task, or
    draw_id   text NOT NULL DEFAULT '',               -- an earlier draw of this office
    items     text[] NOT NULL DEFAULT '{}',           -- of that draw; none = all
    PRIMARY KEY (plan_id, unit_id),
    CHECK ((batch = '') <> (draw_id = '')),
    CHECK (draw_id <> '' OR items = '{}')
);
CREATE INDEX plan_given_draw ON plan_given (draw_id) WHERE draw_id <> '';
CREATE TRIGGER plan_given_history BEFORE UPDATE OR DELETE ON plan_given
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_given_truncate BEFORE TRUNCATE ON plan_given EXECUTE FUNCTION refuse_change();

-- A task of experts or a laboratory has no result of an inspection: it stays as it was assigned
-- (已指派). The guard of task knows no way out of that state.
ALTER TABLE task DROP CONSTRAINT task_state_check, DROP CONSTRAINT task_check,
    DROP CONSTRAINT task_check2;
ALTER TABLE task
    ADD CONSTRAINT task_state_check CHECK (state IN ('dispatched', 'assigned', 'entered',
        'returned', 'rejected', 'approved', 'published')),
    ADD CONSTRAINT task_check CHECK ((state IN ('dispatched', 'assigned')) = (version = 0)),
    ADD CONSTRAINT task_check2 CHECK (state IN ('dispatched', 'assigned')
        OR (completed_on IS NOT NULL AND publish_due IS NOT NULL));

GRANT SELECT, INSERT, UPDATE, DELETE ON item_cap TO yh_app;
GRANT SELECT, INSERT, UPDATE ON given_batch, given_task TO yh_app;
GRANT SELECT, INSERT ON plan_given TO yh_app;

-- Given tasks are a sealed list: yh_read sees which batches there are, not who is in them.
GRANT SELECT ON item_cap, given_batch, plan_given TO yh_read;
