-- The hash suite 杂凑算法 of a plan and of a chain (draw/1 §1): SHA-256, or SM3 of GB/T 32905-2016.

-- plan_guard keeps it as it was written, like everything else of a plan.
ALTER TABLE plan ADD COLUMN hash text NOT NULL DEFAULT 'sha256'
    CHECK (hash IN ('sha256', 'sm3'));

-- A chain serves plans of its own suite only: each link is H of the next.
ALTER TABLE chain ADD COLUMN hash text NOT NULL DEFAULT 'sha256'
    CHECK (hash IN ('sha256', 'sm3'));
GRANT SELECT (hash) ON chain TO yh_read;

-- The digest of a frozen file is H of its draw's plan, which need not be SHA-256.
ALTER TABLE frozen_file RENAME COLUMN sha256 TO digest;
