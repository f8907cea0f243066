-- People who sign in, and their sessions.

-- owner: internal/account
CREATE TABLE account (
    id           text PRIMARY KEY,                    -- P0001: stands in the log instead of a name
    login        text NOT NULL UNIQUE CHECK (login ~ '^[a-z][a-z0-9._-]{1,31}$'),
    name         text NOT NULL CHECK (name <> ''),    -- personal
    unit_id      text NOT NULL REFERENCES unit,
    inspector_id text COLLATE "C" UNIQUE REFERENCES inspector,
    posts        text[] NOT NULL DEFAULT '{}',
    password     text NOT NULL,                       -- argon2id, PHC string
    disabled     boolean NOT NULL DEFAULT false,
    failures     int NOT NULL DEFAULT 0,              -- wrong passwords in a row
    locked_until timestamptz,                         -- no sign-in before, after five of them
    created_at   timestamptz NOT NULL,
    CHECK (inspector_id IS NOT NULL OR NOT 'inspector' = ANY (posts))
);

-- owner: web
CREATE TABLE sessions (                               -- alexedwards/scs pgxstore
    token  text PRIMARY KEY,
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);

GRANT SELECT, INSERT, UPDATE ON account TO yh_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO yh_app;
