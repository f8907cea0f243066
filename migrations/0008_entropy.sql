-- Hash chains, fetched beacons: the kinds `chain` and `beacon` of draw/1 §5.

-- owner: scheduler
CREATE TABLE chain (                                  -- 哈希链: one lane, made before any plan
    id        text NOT NULL CHECK (id ~ '^[A-Z][0-9A-Z._-]{0,31}$'),
    lane      int  NOT NULL CHECK (lane BETWEEN 1 AND 12),
    links     int  NOT NULL CHECK (links BETWEEN 1 AND 10000),
    tip       text NOT NULL UNIQUE CHECK (tip ~ '^[0-9a-f]{64}$'), -- link 0, public in the log
    held_by   text CHECK (held_by <> ''),             -- who outside the office holds the links
    sealed    bytea,                                  -- the last link, encrypted with the key file
    made_by   text NOT NULL,
    made_at   timestamptz NOT NULL,
    PRIMARY KEY (id, lane),
    CHECK ((held_by IS NULL) = (sealed IS NOT NULL))
);
CREATE TRIGGER chain_history BEFORE UPDATE OR DELETE ON chain
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER chain_truncate BEFORE TRUNCATE ON chain EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE chain_link (                             -- which link a draw has taken
    draw_id   text NOT NULL REFERENCES draw,
    name      text NOT NULL,                          -- the source's
    chain_id  text NOT NULL,
    lane      int  NOT NULL,
    turn      int  NOT NULL,                          -- draws that took this lane, counted from 1
    seq       int  NOT NULL CHECK (seq >= 1),         -- the value is link seq, the commit seq − 1
    commit_hash text NOT NULL CHECK (commit_hash ~ '^[0-9a-f]{64}$'),
    PRIMARY KEY (draw_id, name),
    UNIQUE (chain_id, lane, turn),                    -- two freezes at once cannot take one lane
    FOREIGN KEY (chain_id, lane) REFERENCES chain
);
CREATE TRIGGER chain_link_history BEFORE UPDATE OR DELETE ON chain_link
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER chain_link_truncate BEFORE TRUNCATE ON chain_link
    EXECUTE FUNCTION refuse_change();

-- owner: scheduler
CREATE TABLE chain_reveal (                           -- links that are public: never taken again
    chain_id  text NOT NULL,
    lane      int  NOT NULL,
    seq       int  NOT NULL CHECK (seq >= 1),
    value     text NOT NULL CHECK (value ~ '^[0-9a-f]{64}$'),
    draw_id   text NOT NULL REFERENCES draw,
    at        timestamptz NOT NULL,
    PRIMARY KEY (chain_id, lane, seq),
    FOREIGN KEY (chain_id, lane) REFERENCES chain
);
CREATE TRIGGER chain_reveal_history BEFORE UPDATE OR DELETE ON chain_reveal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER chain_reveal_truncate BEFORE TRUNCATE ON chain_reveal
    EXECUTE FUNCTION refuse_change();

-- The round of drand's quicknet that a committed plan names; NULL where its event names none.
ALTER TABLE draw_entropy ADD COLUMN round bigint
    CHECK (round IS NULL OR round >= 1 AND kind = 'beacon');
CREATE INDEX draw_entropy_round ON draw_entropy (round) WHERE round IS NOT NULL;

-- Where a value was fetched from, verified; NULL for what a person typed.
ALTER TABLE entropy_entry ADD COLUMN fetched_from text CHECK (fetched_from <> '');

-- owner: scheduler
CREATE TABLE beacon_try (                             -- fetches that failed, and when to try again
    draw_id   text NOT NULL REFERENCES draw,
    name      text NOT NULL,
    tries     int  NOT NULL CHECK (tries >= 1),
    next_at   timestamptz NOT NULL,
    failure   text NOT NULL,
    failed_at timestamptz NOT NULL,
    PRIMARY KEY (draw_id, name)
);

GRANT SELECT, INSERT ON chain, chain_link, chain_reveal TO yh_app;
GRANT SELECT, INSERT, UPDATE ON beacon_try TO yh_app;

-- A chain's last link stays with the program; everything else of a chain is public or will be.
GRANT SELECT (id, lane, links, tip, held_by, made_by, made_at) ON chain TO yh_read;
GRANT SELECT ON chain_link, chain_reveal, beacon_try TO yh_read;
