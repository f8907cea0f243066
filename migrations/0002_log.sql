-- The tamper-evident log (防篡改日志). The tree is RFC 6962 as golang.org/x/mod/sumdb/tlog stores
-- it; audit documents the bytes of a leaf, audit/auditdb is the only writer.
--
-- No sequence numbers anything here: a rolled-back sequence leaves a gap, and a gap in this log
-- would look like a removed leaf. The index of a leaf is the size in log_head, read under lock.

-- owner: audit/auditdb
-- One row: how many leaves there are and the root over them. Append locks it FOR UPDATE to the
-- end of its transaction, so leaves have one order and a rollback gives its index back.
CREATE TABLE log_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    size     bigint  NOT NULL CHECK (size >= 0),
    root     bytea   NOT NULL CHECK (octet_length(root) = 32)
);

-- RFC 6962 2.1: the root of the empty tree is SHA-256 of nothing.
INSERT INTO log_head (size, root) VALUES (0, sha256(''::bytea));

-- The head is the one row of the log that changes, and it may only grow.
CREATE FUNCTION log_head_grows() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog
AS $$
BEGIN
    IF NEW.size <= OLD.size THEN
        RAISE EXCEPTION 'log_head only grows: % to %', OLD.size, NEW.size
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER log_head_grows BEFORE UPDATE ON log_head
    FOR EACH ROW EXECUTE FUNCTION log_head_grows();
CREATE TRIGGER log_head_history BEFORE DELETE ON log_head
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_head_truncate BEFORE TRUNCATE ON log_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, UPDATE ON log_head TO yh_app;
GRANT SELECT ON log_head TO yh_read;

-- owner: audit/auditdb
-- body is the truth (the bytes that are hashed); kind, subject and at repeat what it says so that
-- leaves can be found, and Verify compares them.
CREATE TABLE log_leaf (
    index   bigint      PRIMARY KEY CHECK (index >= 0),
    kind    text        NOT NULL CHECK (kind <> ''),
    subject text        NOT NULL CHECK (subject <> ''),
    at      timestamptz NOT NULL,
    body    bytea       NOT NULL CHECK (octet_length(body) > 0)
);

CREATE INDEX log_leaf_subject ON log_leaf (subject, index);
CREATE INDEX log_leaf_kind ON log_leaf (kind, index);

CREATE TRIGGER log_leaf_history BEFORE UPDATE OR DELETE ON log_leaf
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_leaf_truncate BEFORE TRUNCATE ON log_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON log_leaf TO yh_app;
GRANT SELECT ON log_leaf TO yh_read;

-- owner: audit/auditdb
-- Hashes of complete subtrees; index is tlog.StoredHashIndex(level, n).
CREATE TABLE log_hash (
    index bigint PRIMARY KEY CHECK (index >= 0),
    hash  bytea  NOT NULL CHECK (octet_length(hash) = 32)
);

CREATE TRIGGER log_hash_history BEFORE UPDATE OR DELETE ON log_hash
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_hash_truncate BEFORE TRUNCATE ON log_hash
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON log_hash TO yh_app;
GRANT SELECT ON log_hash TO yh_read;

-- owner: audit/auditdb
-- Signed heads (检查点), one for a size: an unchanged head is signed once.
CREATE TABLE log_checkpoint (
    size bigint      PRIMARY KEY CHECK (size >= 0),
    at   timestamptz NOT NULL,
    note text        NOT NULL CHECK (note <> '')
);

CREATE TRIGGER log_checkpoint_history BEFORE UPDATE OR DELETE ON log_checkpoint
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_checkpoint_truncate BEFORE TRUNCATE ON log_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON log_checkpoint TO yh_app;
GRANT SELECT ON log_checkpoint TO yh_read;

-- owner: audit/auditdb
-- Public keys that sign checkpoints, in the order of their use; number 1 is registered on the
-- first start. A database has one log, so a second key must be a decision, not an accident.
CREATE TABLE log_key (
    number   integer PRIMARY KEY CHECK (number >= 1),
    verifier text    NOT NULL UNIQUE CHECK (verifier <> '')
);

CREATE TRIGGER log_key_history BEFORE UPDATE OR DELETE ON log_key
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_key_truncate BEFORE TRUNCATE ON log_key
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON log_key TO yh_app;
GRANT SELECT ON log_key TO yh_read;
