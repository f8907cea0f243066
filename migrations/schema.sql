-- The schema after all migrations. Written by "make schema"; do not edit.

CREATE FUNCTION public.draw_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.given_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.log_head_grows() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    IF NEW.size <= OLD.size THEN
        RAISE EXCEPTION 'log_head only grows: % to %', OLD.size, NEW.size
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.plan_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    RAISE EXCEPTION 'history table %: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION public.task_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE TABLE public.account (
    id text NOT NULL,
    login text NOT NULL,
    name text NOT NULL,
    unit_id text NOT NULL,
    inspector_id text COLLATE pg_catalog."C",
    posts text[] DEFAULT '{}'::text[] NOT NULL,
    password text NOT NULL,
    disabled boolean DEFAULT false NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT account_check CHECK (((inspector_id IS NOT NULL) OR (NOT ('inspector'::text = ANY (posts))))),
    CONSTRAINT account_login_check CHECK ((login ~ '^[a-z][a-z0-9._-]{1,31}$'::text)),
    CONSTRAINT account_name_check CHECK ((name <> ''::text))
);

CREATE TABLE public.beacon_try (
    draw_id text NOT NULL,
    name text NOT NULL,
    tries integer NOT NULL,
    next_at timestamp with time zone NOT NULL,
    failure text NOT NULL,
    failed_at timestamp with time zone NOT NULL,
    CONSTRAINT beacon_try_tries_check CHECK ((tries >= 1))
);

CREATE TABLE public.chain (
    id text NOT NULL,
    lane integer NOT NULL,
    links integer NOT NULL,
    tip text NOT NULL,
    held_by text,
    sealed bytea,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    hash text DEFAULT 'sha256'::text NOT NULL,
    CONSTRAINT chain_check CHECK (((held_by IS NULL) = (sealed IS NOT NULL))),
    CONSTRAINT chain_hash_check CHECK ((hash = ANY (ARRAY['sha256'::text, 'sm3'::text]))),
    CONSTRAINT chain_held_by_check CHECK ((held_by <> ''::text)),
    CONSTRAINT chain_id_check CHECK ((id ~ '^[A-Z][0-9A-Z._-]{0,31}$'::text)),
    CONSTRAINT chain_lane_check CHECK (((lane >= 1) AND (lane <= 12))),
    CONSTRAINT chain_links_check CHECK (((links >= 1) AND (links <= 10000))),
    CONSTRAINT chain_tip_check CHECK ((tip ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE public.chain_link (
    draw_id text NOT NULL,
    name text NOT NULL,
    chain_id text NOT NULL,
    lane integer NOT NULL,
    turn integer NOT NULL,
    seq integer NOT NULL,
    commit_hash text NOT NULL,
    CONSTRAINT chain_link_commit_hash_check CHECK ((commit_hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT chain_link_seq_check CHECK ((seq >= 1))
);

CREATE TABLE public.chain_reveal (
    chain_id text NOT NULL,
    lane integer NOT NULL,
    seq integer NOT NULL,
    value text NOT NULL,
    draw_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT chain_reveal_seq_check CHECK ((seq >= 1)),
    CONSTRAINT chain_reveal_value_check CHECK ((value ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE public.conflict (
    inspector_id text NOT NULL COLLATE pg_catalog."C",
    entity_id text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL,
    until date,
    import_id bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT conflict_reason_check CHECK ((reason ~ '^[0-9a-z][0-9a-z._-]{0,31}$'::text))
);

CREATE TABLE public.dispatch (
    draw_id text NOT NULL,
    tasks integer NOT NULL,
    sha256 text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT dispatch_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT dispatch_tasks_check CHECK ((tasks >= 0))
);

CREATE TABLE public.draw (
    id text NOT NULL,
    plan_id text NOT NULL,
    period text NOT NULL,
    state text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    late boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    wake_at timestamp with time zone,
    frozen_at timestamp with time zone,
    committed_at timestamp with time zone,
    cutoff_at timestamp with time zone,
    event_at timestamp with time zone,
    drawn_at timestamp with time zone,
    published_at timestamp with time zone,
    voided_at timestamp with time zone,
    visit_by date,
    draft bytea,
    plan_json bytea,
    commit_hash text,
    prev_hash text,
    seed_txt bytea,
    seed text,
    grade text,
    transcript bytea,
    transcript_hash text,
    teams bigint DEFAULT 0 NOT NULL,
    shortages integer DEFAULT 0 NOT NULL,
    failure text DEFAULT ''::text NOT NULL,
    failed_at timestamp with time zone,
    void_reason text,
    CONSTRAINT draw_check CHECK (((state = ANY (ARRAY['planned'::text, 'void'::text])) OR (frozen_at IS NOT NULL))),
    CONSTRAINT draw_check1 CHECK (((state <> 'frozen'::text) OR ((draft IS NOT NULL) AND (visit_by IS NOT NULL)))),
    CONSTRAINT draw_check2 CHECK (((state = ANY (ARRAY['planned'::text, 'frozen'::text, 'void'::text])) OR ((commit_hash IS NOT NULL) AND (plan_json IS NOT NULL) AND (committed_at IS NOT NULL) AND (cutoff_at IS NOT NULL) AND (event_at IS NOT NULL)))),
    CONSTRAINT draw_check3 CHECK (((state <> ALL (ARRAY['drawn'::text, 'published'::text])) OR ((seed IS NOT NULL) AND (seed_txt IS NOT NULL) AND (transcript IS NOT NULL) AND (transcript_hash IS NOT NULL) AND (grade IS NOT NULL) AND (drawn_at IS NOT NULL)))),
    CONSTRAINT draw_check4 CHECK (((event_at IS NULL) OR ((committed_at <= cutoff_at) AND (cutoff_at <= event_at)))),
    CONSTRAINT draw_check5 CHECK (((state = 'published'::text) = (published_at IS NOT NULL))),
    CONSTRAINT draw_check6 CHECK (((state = 'void'::text) = (voided_at IS NOT NULL))),
    CONSTRAINT draw_check7 CHECK (((state <> 'void'::text) OR (void_reason <> ''::text))),
    CONSTRAINT draw_id_check CHECK ((id ~ '^[0-9A-Z][0-9A-Z._-]{0,63}$'::text)),
    CONSTRAINT draw_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'frozen'::text, 'committed'::text, 'awaiting'::text, 'drawn'::text, 'published'::text, 'void'::text])))
);

CREATE TABLE public.draw_entropy (
    draw_id text NOT NULL,
    seq integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    event text NOT NULL,
    bits integer NOT NULL,
    commit_hash text,
    held_by text,
    round bigint,
    CONSTRAINT draw_entropy_check CHECK (((round IS NULL) OR ((round >= 1) AND (kind = 'beacon'::text)))),
    CONSTRAINT draw_entropy_kind_check CHECK ((kind = ANY (ARRAY['public'::text, 'beacon'::text, 'witness'::text, 'seal'::text, 'chain'::text])))
);

CREATE TABLE public.draw_seal (
    draw_id text NOT NULL,
    name text NOT NULL,
    commit_hash text NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT draw_seal_commit_hash_check CHECK ((commit_hash ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE public.draw_shortage (
    draw_id text NOT NULL,
    unit_id text NOT NULL,
    tasks bigint NOT NULL,
    needed bigint NOT NULL,
    available bigint NOT NULL
);

CREATE TABLE public.draw_stratum (
    draw_id text NOT NULL,
    item_id text NOT NULL,
    stratum text NOT NULL,
    population bigint NOT NULL,
    selected bigint NOT NULL,
    cut text NOT NULL
);

CREATE TABLE public.draw_transition (
    draw_id text NOT NULL,
    seq integer NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    leaf bigint
);

CREATE TABLE public.entity (
    id text NOT NULL COLLATE pg_catalog."C",
    uscc text,
    reg_no text DEFAULT ''::text NOT NULL,
    name text NOT NULL,
    kind text DEFAULT '企业'::text NOT NULL,
    area text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    legal_rep text DEFAULT ''::text NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    industry text DEFAULT ''::text NOT NULL,
    established date,
    status text DEFAULT 'active'::text NOT NULL,
    class text DEFAULT '-'::text NOT NULL,
    banks text[] DEFAULT '{}'::text[] NOT NULL,
    hold_until date,
    hold_reason text DEFAULT ''::text NOT NULL,
    extra jsonb DEFAULT '{}'::jsonb NOT NULL,
    import_id bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    weight bigint DEFAULT 1 NOT NULL,
    CONSTRAINT entity_area_check CHECK ((area ~ '^[0-9]{6,12}$'::text)),
    CONSTRAINT entity_name_check CHECK ((name <> ''::text)),
    CONSTRAINT entity_weight_check CHECK (((weight >= 1) AND (weight <= 2147483647)))
);

CREATE TABLE public.entity_check (
    entity_id text NOT NULL COLLATE pg_catalog."C",
    checked_on date NOT NULL,
    level text NOT NULL,
    kind text NOT NULL,
    item_id text DEFAULT ''::text NOT NULL,
    source text NOT NULL,
    CONSTRAINT entity_check_kind_check CHECK ((kind = ANY (ARRAY['日常检查'::text, '个案检查'::text, '专项检查'::text]))),
    CONSTRAINT entity_check_level_check CHECK ((level = ANY (ARRAY['own'::text, 'city'::text, 'superior'::text, 'other'::text])))
);

CREATE TABLE public.entropy_entry (
    draw_id text NOT NULL,
    name text NOT NULL,
    seq integer NOT NULL,
    person text NOT NULL,
    value text NOT NULL,
    at timestamp with time zone NOT NULL,
    fetched_from text,
    CONSTRAINT entropy_entry_fetched_from_check CHECK ((fetched_from <> ''::text))
);

CREATE TABLE public.frozen_chunk (
    draw_id text NOT NULL,
    name text NOT NULL,
    seq integer NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE ONLY public.frozen_chunk ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE public.frozen_file (
    draw_id text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    root text NOT NULL,
    lines bigint NOT NULL,
    bytes bigint NOT NULL
);

CREATE TABLE public.given_batch (
    id text NOT NULL,
    import_id bigint NOT NULL,
    used boolean DEFAULT false NOT NULL,
    CONSTRAINT given_batch_id_check CHECK ((id ~ '^[0-9A-Z][0-9A-Z._-]{0,63}$'::text))
);

CREATE TABLE public.given_task (
    batch text NOT NULL COLLATE pg_catalog."C",
    unit_id text NOT NULL,
    entity_id text NOT NULL COLLATE pg_catalog."C",
    area text NOT NULL,
    items text[] NOT NULL,
    from_hash text DEFAULT ''::text NOT NULL,
    import_id bigint NOT NULL,
    CONSTRAINT given_task_area_check CHECK ((area ~ '^[0-9]{6,12}$'::text)),
    CONSTRAINT given_task_from_hash_check CHECK ((from_hash ~ '^([0-9a-f]{64})?$'::text)),
    CONSTRAINT given_task_items_check CHECK ((cardinality(items) >= 1))
);

CREATE TABLE public.import_error (
    import_id bigint NOT NULL,
    seq bigint NOT NULL,
    line bigint NOT NULL,
    column_name text NOT NULL,
    value text NOT NULL,
    rule text NOT NULL,
    hint text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.import_run (
    id bigint NOT NULL,
    kind text NOT NULL,
    file_name text NOT NULL,
    sha256 text NOT NULL,
    encoding text NOT NULL,
    rows bigint NOT NULL,
    inserted bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    bad bigint NOT NULL,
    unknown text[] DEFAULT '{}'::text[] NOT NULL,
    warnings text[] DEFAULT '{}'::text[] NOT NULL,
    actor text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT import_run_check CHECK ((rows = (((inserted + updated) + unchanged) + bad))),
    CONSTRAINT import_run_kind_check CHECK ((kind = ANY (ARRAY['units'::text, 'items'::text, 'ratios'::text, 'caps'::text, 'entities'::text, 'inspectors'::text, 'conflicts'::text, 'checks'::text, 'given'::text])))
);

CREATE SEQUENCE public.import_run_id
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.inspector (
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    unit_id text NOT NULL,
    area text NOT NULL,
    cert_no text NOT NULL,
    cert_until date NOT NULL,
    lead boolean DEFAULT false NOT NULL,
    max_tasks integer,
    scopes text[] DEFAULT '{}'::text[] NOT NULL,
    active boolean DEFAULT true NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    extra jsonb DEFAULT '{}'::jsonb NOT NULL,
    import_id bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    gated boolean DEFAULT false NOT NULL,
    CONSTRAINT inspector_area_check CHECK ((area ~ '^[0-9]{6,12}$'::text)),
    CONSTRAINT inspector_cert_no_check CHECK ((cert_no <> ''::text)),
    CONSTRAINT inspector_id_check CHECK ((id ~ '^[0-9A-Z][0-9A-Z._-]{0,63}$'::text)),
    CONSTRAINT inspector_max_tasks_check CHECK ((max_tasks >= 0)),
    CONSTRAINT inspector_name_check CHECK ((name <> ''::text))
);

CREATE TABLE public.item (
    id text NOT NULL,
    name text NOT NULL,
    category text DEFAULT '行政检查'::text NOT NULL,
    kind text NOT NULL,
    grade text DEFAULT '一般'::text NOT NULL,
    unit_id text NOT NULL,
    basis text NOT NULL,
    content text DEFAULT ''::text NOT NULL,
    method text DEFAULT '现场检查'::text NOT NULL,
    checklist text[] DEFAULT '{}'::text[] NOT NULL,
    bank text DEFAULT ''::text NOT NULL,
    strata_by text[] DEFAULT '{class}'::text[] NOT NULL,
    yearly_cap integer,
    cooldown_months integer DEFAULT 0 NOT NULL,
    reserve integer DEFAULT 3 NOT NULL,
    published boolean DEFAULT true NOT NULL,
    import_id bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT item_basis_check CHECK ((basis <> ''::text)),
    CONSTRAINT item_cooldown_months_check CHECK (((cooldown_months >= 0) AND (cooldown_months <= 60))),
    CONSTRAINT item_grade_check CHECK ((grade = ANY (ARRAY['重点'::text, '一般'::text]))),
    CONSTRAINT item_id_check CHECK ((id ~ '^[0-9A-Z][0-9A-Z._-]{0,63}$'::text)),
    CONSTRAINT item_kind_check CHECK ((kind = ANY (ARRAY['key'::text, 'seasonal'::text, 'risk'::text, 'routine'::text]))),
    CONSTRAINT item_name_check CHECK ((name <> ''::text)),
    CONSTRAINT item_reserve_check CHECK ((reserve >= 0))
);

CREATE TABLE public.item_cap (
    item_id text NOT NULL,
    counter integer NOT NULL,
    class text NOT NULL,
    max bigint NOT NULL,
    import_id bigint NOT NULL,
    CONSTRAINT item_cap_counter_check CHECK ((counter = ANY (ARRAY[0, 1]))),
    CONSTRAINT item_cap_max_check CHECK ((max >= 0))
);

CREATE TABLE public.item_ratio (
    item_id text NOT NULL,
    class text NOT NULL,
    cooled boolean DEFAULT false NOT NULL,
    size text NOT NULL,
    num bigint NOT NULL,
    den bigint NOT NULL,
    cap_num bigint,
    cap_den bigint,
    min_count bigint,
    valid_from date NOT NULL,
    valid_to date,
    import_id bigint NOT NULL,
    method text DEFAULT 'srs'::text NOT NULL,
    CONSTRAINT item_ratio_cap_den_check CHECK (((cap_den >= 1) AND (cap_den <= 1000000))),
    CONSTRAINT item_ratio_check CHECK ((((den >= 1) AND (den <= 1000000)) AND (num <= den))),
    CONSTRAINT item_ratio_check1 CHECK (((cap_num IS NULL) = (cap_den IS NULL))),
    CONSTRAINT item_ratio_check2 CHECK (((cap_num IS NULL) OR ((num * cap_den) <= (cap_num * den)))),
    CONSTRAINT item_ratio_check3 CHECK (((method = ANY (ARRAY['srs'::text, 'pareto'::text])) AND ((size <> 'all'::text) OR (method = 'srs'::text)))),
    CONSTRAINT item_ratio_min_count_check CHECK ((min_count >= 0)),
    CONSTRAINT item_ratio_num_check CHECK ((num >= 0)),
    CONSTRAINT item_ratio_size_check CHECK ((size = ANY (ARRAY['ratio'::text, 'pace'::text, 'all'::text])))
);

CREATE TABLE public.list_access (
    at timestamp with time zone NOT NULL,
    person text NOT NULL,
    draw_id text NOT NULL,
    what text NOT NULL
);

CREATE TABLE public.log_checkpoint (
    size bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    note text NOT NULL,
    CONSTRAINT log_checkpoint_note_check CHECK ((note <> ''::text)),
    CONSTRAINT log_checkpoint_size_check CHECK ((size >= 0))
);

CREATE TABLE public.log_hash (
    index bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT log_hash_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT log_hash_index_check CHECK ((index >= 0))
);

CREATE TABLE public.log_head (
    only_row boolean DEFAULT true NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    CONSTRAINT log_head_only_row_check CHECK (only_row),
    CONSTRAINT log_head_root_check CHECK ((octet_length(root) = 32)),
    CONSTRAINT log_head_size_check CHECK ((size >= 0))
);

CREATE TABLE public.log_key (
    number integer NOT NULL,
    verifier text NOT NULL,
    CONSTRAINT log_key_number_check CHECK ((number >= 1)),
    CONSTRAINT log_key_verifier_check CHECK ((verifier <> ''::text))
);

CREATE TABLE public.log_leaf (
    index bigint NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    at timestamp with time zone NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT log_leaf_body_check CHECK ((octet_length(body) > 0)),
    CONSTRAINT log_leaf_index_check CHECK ((index >= 0)),
    CONSTRAINT log_leaf_kind_check CHECK ((kind <> ''::text)),
    CONSTRAINT log_leaf_subject_check CHECK ((subject <> ''::text))
);

CREATE TABLE public.notice (
    draw_id text NOT NULL,
    kind text NOT NULL,
    year integer NOT NULL,
    number integer NOT NULL,
    sha256 text NOT NULL,
    pdf bytea NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT notice_kind_check CHECK ((kind = 'result'::text)),
    CONSTRAINT notice_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE public.plan (
    id text NOT NULL,
    name text NOT NULL,
    number text DEFAULT ''::text NOT NULL,
    year integer NOT NULL,
    directed boolean DEFAULT false NOT NULL,
    cron text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    period_form text DEFAULT 'month'::text NOT NULL,
    cutoff_hours integer NOT NULL,
    event_hours integer NOT NULL,
    visit_days integer NOT NULL,
    label_test boolean DEFAULT false NOT NULL,
    entropy jsonb NOT NULL,
    state text NOT NULL,
    author text NOT NULL,
    approver text,
    created_at timestamp with time zone NOT NULL,
    approved_at timestamp with time zone,
    next_due timestamp with time zone,
    note text DEFAULT ''::text NOT NULL,
    failure text DEFAULT ''::text NOT NULL,
    failed_at timestamp with time zone,
    hash text DEFAULT 'sha256'::text NOT NULL,
    CONSTRAINT plan_check CHECK (((event_hours >= cutoff_hours) AND (event_hours <= 720))),
    CONSTRAINT plan_check1 CHECK ((ends_on >= starts_on)),
    CONSTRAINT plan_check2 CHECK (((starts_on >= make_date(year, 1, 1)) AND (ends_on <= make_date(year, 12, 31)))),
    CONSTRAINT plan_check3 CHECK (((next_due IS NULL) OR (state = 'approved'::text))),
    CONSTRAINT plan_check4 CHECK ((((state = 'draft'::text) = (approver IS NULL)) AND ((approver IS NULL) = (approved_at IS NULL)))),
    CONSTRAINT plan_check5 CHECK ((approver <> author)),
    CONSTRAINT plan_cutoff_hours_check CHECK (((cutoff_hours >= 1) AND (cutoff_hours <= 720))),
    CONSTRAINT plan_hash_check CHECK ((hash = ANY (ARRAY['sha256'::text, 'sm3'::text]))),
    CONSTRAINT plan_id_check CHECK ((id ~ '^[0-9A-Z][0-9A-Z._-]{0,31}$'::text)),
    CONSTRAINT plan_name_check CHECK ((name <> ''::text)),
    CONSTRAINT plan_period_form_check CHECK ((period_form = ANY (ARRAY['month'::text, 'day'::text]))),
    CONSTRAINT plan_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'approved'::text, 'closed'::text]))),
    CONSTRAINT plan_visit_days_check CHECK (((visit_days >= 1) AND (visit_days <= 366))),
    CONSTRAINT plan_year_check CHECK (((year >= 2000) AND (year <= 9999)))
);

CREATE TABLE public.plan_given (
    plan_id text NOT NULL,
    unit_id text NOT NULL,
    batch text DEFAULT ''::text NOT NULL,
    draw_id text DEFAULT ''::text NOT NULL,
    items text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT plan_given_check CHECK (((batch = ''::text) <> (draw_id = ''::text))),
    CONSTRAINT plan_given_check1 CHECK (((draw_id <> ''::text) OR (items = '{}'::text[])))
);

CREATE TABLE public.plan_item (
    plan_id text NOT NULL,
    item_id text NOT NULL,
    label text NOT NULL,
    CONSTRAINT plan_item_label_check CHECK ((label ~ '^[0-9a-z][0-9a-z._-]{0,31}$'::text))
);

CREATE TABLE public.publication (
    task_id text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    publisher text NOT NULL,
    due_on date NOT NULL,
    late boolean NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.refill_end (
    draw_id text NOT NULL,
    no integer NOT NULL,
    outcome text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT refill_end_check CHECK (((outcome = 'done'::text) = (note = ''::text))),
    CONSTRAINT refill_end_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'failed'::text, 'withdrawn'::text])))
);

CREATE TABLE public.refill_entry (
    draw_id text NOT NULL,
    no integer NOT NULL,
    seq integer NOT NULL,
    person text NOT NULL,
    value text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT refill_entry_seq_check CHECK ((seq >= 1))
);

CREATE TABLE public.refill_record (
    draw_id text NOT NULL,
    serial integer NOT NULL,
    no integer NOT NULL,
    record bytea NOT NULL,
    sha256 text NOT NULL,
    CONSTRAINT refill_record_serial_check CHECK ((serial >= 1)),
    CONSTRAINT refill_record_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE public.refill_request (
    draw_id text NOT NULL,
    no integer NOT NULL,
    kind text NOT NULL,
    task_id text NOT NULL COLLATE pg_catalog."C",
    inspector_id text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL,
    event text NOT NULL,
    event_at timestamp with time zone NOT NULL,
    person text NOT NULL,
    sha256 text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT refill_request_check CHECK (((kind = 'seat'::text) = (inspector_id <> ''::text))),
    CONSTRAINT refill_request_check1 CHECK ((event_at > at)),
    CONSTRAINT refill_request_event_check CHECK ((event <> ''::text)),
    CONSTRAINT refill_request_kind_check CHECK ((kind = ANY (ARRAY['seat'::text, 'entity'::text]))),
    CONSTRAINT refill_request_no_check CHECK ((no >= 1)),
    CONSTRAINT refill_request_reason_check CHECK ((reason ~ '^[0-9a-z][0-9a-z._-]{0,31}$'::text)),
    CONSTRAINT refill_request_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE public.refill_withdrawal (
    draw_id text NOT NULL,
    no integer NOT NULL,
    person text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT refill_withdrawal_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE public.result (
    task_id text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    entrant text NOT NULL,
    visited_on date NOT NULL,
    edition text DEFAULT 'gsxt-2017'::text NOT NULL,
    categories text[] NOT NULL,
    methods text[] DEFAULT '{}'::text[] NOT NULL,
    follow_up text DEFAULT ''::text NOT NULL,
    remark text DEFAULT ''::text NOT NULL,
    sha256 text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT result_categories_check CHECK ((cardinality(categories) >= 1)),
    CONSTRAINT result_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT result_version_check CHECK ((version >= 1))
);

CREATE TABLE public.result_category (
    edition text NOT NULL,
    code text NOT NULL,
    label text NOT NULL,
    problem boolean NOT NULL,
    valid_from date NOT NULL,
    CONSTRAINT result_category_code_check CHECK ((code ~ '^[0-9A-Z]{1,2}$'::text)),
    CONSTRAINT result_category_label_check CHECK ((label <> ''::text))
);

CREATE TABLE public.result_item (
    task_id text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    item_id text NOT NULL,
    checked boolean NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    category text NOT NULL,
    finding text DEFAULT ''::text NOT NULL,
    disposal text DEFAULT ''::text NOT NULL,
    CONSTRAINT result_item_category_check CHECK ((category <> ''::text)),
    CONSTRAINT result_item_check CHECK ((checked = (reason = ''::text)))
);

CREATE TABLE public.review (
    task_id text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    reviewer text NOT NULL,
    decision text NOT NULL,
    opinion text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT review_check CHECK (((decision = 'approved'::text) OR (opinion <> ''::text))),
    CONSTRAINT review_decision_check CHECK ((decision = ANY (ARRAY['approved'::text, 'returned'::text, 'rejected'::text])))
);

CREATE TABLE public.schema_version (
    version integer NOT NULL
);

CREATE TABLE public.selection (
    draw_id text NOT NULL,
    item_id text NOT NULL,
    stratum text NOT NULL,
    pos integer NOT NULL,
    reserve boolean NOT NULL,
    entity_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.sessions (
    token text NOT NULL,
    data bytea NOT NULL,
    expiry timestamp with time zone NOT NULL
);

CREATE TABLE public.task (
    id text NOT NULL COLLATE pg_catalog."C",
    draw_id text NOT NULL,
    unit_id text NOT NULL,
    entity_id text NOT NULL COLLATE pg_catalog."C",
    entity_name text NOT NULL,
    entity_address text DEFAULT ''::text NOT NULL,
    visit_by date NOT NULL,
    state text NOT NULL,
    version integer DEFAULT 0 NOT NULL,
    dispatched_at timestamp with time zone NOT NULL,
    completed_on date,
    publish_due date,
    due_provisional boolean DEFAULT false NOT NULL,
    published_at timestamp with time zone,
    origin integer DEFAULT 0 NOT NULL,
    CONSTRAINT task_check CHECK (((state = ANY (ARRAY['dispatched'::text, 'assigned'::text, 'replaced'::text])) = (version = 0))),
    CONSTRAINT task_check1 CHECK (((state = 'published'::text) = (published_at IS NOT NULL))),
    CONSTRAINT task_check2 CHECK (((state = ANY (ARRAY['dispatched'::text, 'assigned'::text, 'replaced'::text])) OR ((completed_on IS NOT NULL) AND (publish_due IS NOT NULL)))),
    CONSTRAINT task_origin_check CHECK ((origin >= 0)),
    CONSTRAINT task_state_check CHECK ((state = ANY (ARRAY['dispatched'::text, 'assigned'::text, 'entered'::text, 'returned'::text, 'rejected'::text, 'approved'::text, 'published'::text, 'replaced'::text])))
);

CREATE TABLE public.task_item (
    task_id text NOT NULL COLLATE pg_catalog."C",
    item_id text NOT NULL,
    item_name text NOT NULL,
    area text NOT NULL
);

CREATE TABLE public.task_member (
    task_id text NOT NULL COLLATE pg_catalog."C",
    pos integer NOT NULL,
    inspector_id text NOT NULL COLLATE pg_catalog."C",
    team integer DEFAULT 1 NOT NULL,
    CONSTRAINT task_member_team_check CHECK ((team >= 1))
);

CREATE VIEW public.task_team AS
 SELECT m.task_id,
    m.pos,
    m.inspector_id,
    m.team
   FROM public.task_member m
  WHERE (NOT (EXISTS ( SELECT
           FROM public.task_member x
          WHERE ((x.task_id = m.task_id) AND (x.team > m.team)))));

CREATE TABLE public.team_member (
    draw_id text NOT NULL,
    unit_id text NOT NULL,
    entity_id text NOT NULL COLLATE pg_catalog."C",
    pos integer NOT NULL,
    inspector_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.unit (
    id text NOT NULL,
    name text NOT NULL,
    short_name text DEFAULT ''::text NOT NULL,
    kind text NOT NULL,
    parent_id text,
    area text NOT NULL,
    seats integer DEFAULT 2 NOT NULL,
    area_rule text DEFAULT 'any'::text NOT NULL,
    import_id bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    gate_max integer,
    pool_num bigint,
    pool_den bigint,
    CONSTRAINT unit_area_check CHECK ((area ~ '^[0-9]{6,12}$'::text)),
    CONSTRAINT unit_area_rule_check CHECK ((area_rule = ANY (ARRAY['any'::text, 'same2'::text, 'same4'::text, 'same6'::text]))),
    CONSTRAINT unit_check CHECK ((((pool_den >= 1) AND (pool_den <= 1000000)) AND (pool_num <= pool_den))),
    CONSTRAINT unit_gate_max_check CHECK (((gate_max >= 0) AND (gate_max <= 98))),
    CONSTRAINT unit_id_check CHECK ((id ~ '^[0-9A-Z][0-9A-Z._-]{0,63}$'::text)),
    CONSTRAINT unit_kind_check CHECK ((kind = ANY (ARRAY['office'::text, 'department'::text, 'station'::text, 'experts'::text, 'labs'::text]))),
    CONSTRAINT unit_name_check CHECK ((name <> ''::text)),
    CONSTRAINT unit_pool_check CHECK (((pool_num IS NULL) = (pool_den IS NULL))),
    CONSTRAINT unit_pool_num_check CHECK ((pool_num >= 0)),
    CONSTRAINT unit_seats_check CHECK (((seats >= 1) AND (seats <= 99)))
);

CREATE TABLE public.void_request (
    draw_id text NOT NULL,
    person text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT void_request_reason_check CHECK ((reason <> ''::text))
);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_inspector_id_key UNIQUE (inspector_id);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_login_key UNIQUE (login);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.beacon_try
    ADD CONSTRAINT beacon_try_pkey PRIMARY KEY (draw_id, name);

ALTER TABLE ONLY public.chain_link
    ADD CONSTRAINT chain_link_chain_id_lane_turn_key UNIQUE (chain_id, lane, turn);

ALTER TABLE ONLY public.chain_link
    ADD CONSTRAINT chain_link_pkey PRIMARY KEY (draw_id, name);

ALTER TABLE ONLY public.chain
    ADD CONSTRAINT chain_pkey PRIMARY KEY (id, lane);

ALTER TABLE ONLY public.chain_reveal
    ADD CONSTRAINT chain_reveal_pkey PRIMARY KEY (chain_id, lane, seq);

ALTER TABLE ONLY public.chain
    ADD CONSTRAINT chain_tip_key UNIQUE (tip);

ALTER TABLE ONLY public.conflict
    ADD CONSTRAINT conflict_pkey PRIMARY KEY (inspector_id, entity_id);

ALTER TABLE ONLY public.dispatch
    ADD CONSTRAINT dispatch_pkey PRIMARY KEY (draw_id);

ALTER TABLE ONLY public.draw_entropy
    ADD CONSTRAINT draw_entropy_draw_id_name_key UNIQUE (draw_id, name);

ALTER TABLE ONLY public.draw_entropy
    ADD CONSTRAINT draw_entropy_pkey PRIMARY KEY (draw_id, seq);

ALTER TABLE ONLY public.draw
    ADD CONSTRAINT draw_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draw
    ADD CONSTRAINT draw_plan_id_period_key UNIQUE (plan_id, period);

ALTER TABLE ONLY public.draw_seal
    ADD CONSTRAINT draw_seal_pkey PRIMARY KEY (draw_id, name);

ALTER TABLE ONLY public.draw_shortage
    ADD CONSTRAINT draw_shortage_pkey PRIMARY KEY (draw_id, unit_id);

ALTER TABLE ONLY public.draw_stratum
    ADD CONSTRAINT draw_stratum_pkey PRIMARY KEY (draw_id, item_id, stratum);

ALTER TABLE ONLY public.draw_transition
    ADD CONSTRAINT draw_transition_pkey PRIMARY KEY (draw_id, seq);

ALTER TABLE ONLY public.entity_check
    ADD CONSTRAINT entity_check_pkey PRIMARY KEY (entity_id, checked_on, level, kind, item_id);

ALTER TABLE ONLY public.entity
    ADD CONSTRAINT entity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.entropy_entry
    ADD CONSTRAINT entropy_entry_pkey PRIMARY KEY (draw_id, name, seq);

ALTER TABLE ONLY public.frozen_chunk
    ADD CONSTRAINT frozen_chunk_pkey PRIMARY KEY (draw_id, name, seq);

ALTER TABLE ONLY public.frozen_file
    ADD CONSTRAINT frozen_file_pkey PRIMARY KEY (draw_id, name);

ALTER TABLE ONLY public.given_batch
    ADD CONSTRAINT given_batch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.given_task
    ADD CONSTRAINT given_task_pkey PRIMARY KEY (batch, unit_id, entity_id);

ALTER TABLE ONLY public.import_error
    ADD CONSTRAINT import_error_pkey PRIMARY KEY (import_id, seq);

ALTER TABLE ONLY public.import_run
    ADD CONSTRAINT import_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inspector
    ADD CONSTRAINT inspector_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.item_cap
    ADD CONSTRAINT item_cap_pkey PRIMARY KEY (item_id, counter, class);

ALTER TABLE ONLY public.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.item_ratio
    ADD CONSTRAINT item_ratio_pkey PRIMARY KEY (item_id, class, cooled, valid_from);

ALTER TABLE ONLY public.log_checkpoint
    ADD CONSTRAINT log_checkpoint_pkey PRIMARY KEY (size);

ALTER TABLE ONLY public.log_hash
    ADD CONSTRAINT log_hash_pkey PRIMARY KEY (index);

ALTER TABLE ONLY public.log_head
    ADD CONSTRAINT log_head_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.log_key
    ADD CONSTRAINT log_key_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.log_key
    ADD CONSTRAINT log_key_verifier_key UNIQUE (verifier);

ALTER TABLE ONLY public.log_leaf
    ADD CONSTRAINT log_leaf_pkey PRIMARY KEY (index);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (draw_id, kind);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_year_number_key UNIQUE (year, number);

ALTER TABLE ONLY public.plan_given
    ADD CONSTRAINT plan_given_pkey PRIMARY KEY (plan_id, unit_id);

ALTER TABLE ONLY public.plan_item
    ADD CONSTRAINT plan_item_pkey PRIMARY KEY (plan_id, item_id);

ALTER TABLE ONLY public.plan
    ADD CONSTRAINT plan_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publication
    ADD CONSTRAINT publication_pkey PRIMARY KEY (task_id, version);

ALTER TABLE ONLY public.refill_end
    ADD CONSTRAINT refill_end_pkey PRIMARY KEY (draw_id, no);

ALTER TABLE ONLY public.refill_entry
    ADD CONSTRAINT refill_entry_pkey PRIMARY KEY (draw_id, no, seq);

ALTER TABLE ONLY public.refill_record
    ADD CONSTRAINT refill_record_pkey PRIMARY KEY (draw_id, serial);

ALTER TABLE ONLY public.refill_request
    ADD CONSTRAINT refill_request_event_key UNIQUE (event);

ALTER TABLE ONLY public.refill_request
    ADD CONSTRAINT refill_request_pkey PRIMARY KEY (draw_id, no);

ALTER TABLE ONLY public.refill_withdrawal
    ADD CONSTRAINT refill_withdrawal_pkey PRIMARY KEY (draw_id, no, person);

ALTER TABLE ONLY public.result_category
    ADD CONSTRAINT result_category_pkey PRIMARY KEY (edition, code);

ALTER TABLE ONLY public.result_item
    ADD CONSTRAINT result_item_pkey PRIMARY KEY (task_id, version, item_id);

ALTER TABLE ONLY public.result
    ADD CONSTRAINT result_pkey PRIMARY KEY (task_id, version);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_pkey PRIMARY KEY (task_id, version);

ALTER TABLE ONLY public.selection
    ADD CONSTRAINT selection_pkey PRIMARY KEY (draw_id, item_id, stratum, reserve, pos);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (token);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_entity_once UNIQUE (draw_id, unit_id, entity_id, origin);

ALTER TABLE ONLY public.task_item
    ADD CONSTRAINT task_item_pkey PRIMARY KEY (task_id, item_id);

ALTER TABLE ONLY public.task_member
    ADD CONSTRAINT task_member_pkey PRIMARY KEY (task_id, team, pos);

ALTER TABLE ONLY public.task_member
    ADD CONSTRAINT task_member_task_id_team_inspector_id_key UNIQUE (task_id, team, inspector_id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_draw_id_unit_id_entity_id_inspector_id_key UNIQUE (draw_id, unit_id, entity_id, inspector_id);

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_pkey PRIMARY KEY (draw_id, unit_id, entity_id, pos);

ALTER TABLE ONLY public.unit
    ADD CONSTRAINT unit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.void_request
    ADD CONSTRAINT void_request_pkey PRIMARY KEY (draw_id, person);

CREATE INDEX draw_drawn ON public.draw USING btree (id) WHERE (state = 'drawn'::text);

CREATE INDEX draw_entropy_event ON public.draw_entropy USING btree (event) WHERE (kind = ANY (ARRAY['public'::text, 'beacon'::text]));

CREATE INDEX draw_entropy_round ON public.draw_entropy USING btree (round) WHERE (round IS NOT NULL);

CREATE INDEX draw_list ON public.draw USING btree (due_at DESC, id);

CREATE INDEX draw_wake ON public.draw USING btree (wake_at) WHERE (wake_at IS NOT NULL);

CREATE INDEX list_access_draw ON public.list_access USING btree (draw_id, at);

CREATE INDEX log_leaf_kind ON public.log_leaf USING btree (kind, index);

CREATE INDEX log_leaf_subject ON public.log_leaf USING btree (subject, index);

CREATE INDEX plan_due ON public.plan USING btree (next_due) WHERE ((state = 'approved'::text) AND (next_due IS NOT NULL));

CREATE INDEX plan_given_draw ON public.plan_given USING btree (draw_id) WHERE (draw_id <> ''::text);

CREATE INDEX publication_at ON public.publication USING btree (at DESC, task_id);

CREATE INDEX refill_record_no ON public.refill_record USING btree (draw_id, no);

CREATE INDEX refill_request_task ON public.refill_request USING btree (task_id);

CREATE INDEX selection_entity ON public.selection USING btree (entity_id);

CREATE INDEX sessions_expiry ON public.sessions USING btree (expiry);

CREATE INDEX task_due ON public.task USING btree (publish_due) WHERE (state <> ALL (ARRAY['dispatched'::text, 'published'::text]));

CREATE INDEX task_entity ON public.task USING btree (entity_id);

CREATE INDEX task_member_inspector ON public.task_member USING btree (inspector_id);

CREATE INDEX task_state ON public.task USING btree (draw_id, state);

CREATE INDEX task_visit ON public.task USING btree (visit_by) WHERE (state = 'dispatched'::text);

CREATE INDEX team_member_inspector ON public.team_member USING btree (inspector_id);

CREATE UNIQUE INDEX unit_one_office ON public.unit USING btree ((true)) WHERE (kind = 'office'::text);

CREATE TRIGGER chain_history BEFORE DELETE OR UPDATE ON public.chain FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER chain_link_history BEFORE DELETE OR UPDATE ON public.chain_link FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER chain_link_truncate BEFORE TRUNCATE ON public.chain_link FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER chain_reveal_history BEFORE DELETE OR UPDATE ON public.chain_reveal FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER chain_reveal_truncate BEFORE TRUNCATE ON public.chain_reveal FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER chain_truncate BEFORE TRUNCATE ON public.chain FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER dispatch_history BEFORE DELETE OR UPDATE ON public.dispatch FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER dispatch_truncate BEFORE TRUNCATE ON public.dispatch FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_entropy_history BEFORE DELETE OR UPDATE ON public.draw_entropy FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_entropy_truncate BEFORE TRUNCATE ON public.draw_entropy FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_moves BEFORE DELETE OR UPDATE ON public.draw FOR EACH ROW EXECUTE FUNCTION public.draw_guard();

CREATE TRIGGER draw_seal_history BEFORE DELETE OR UPDATE ON public.draw_seal FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_seal_truncate BEFORE TRUNCATE ON public.draw_seal FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_shortage_history BEFORE DELETE OR UPDATE ON public.draw_shortage FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_shortage_truncate BEFORE TRUNCATE ON public.draw_shortage FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_stratum_history BEFORE DELETE OR UPDATE ON public.draw_stratum FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_stratum_truncate BEFORE TRUNCATE ON public.draw_stratum FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_transition_history BEFORE DELETE OR UPDATE ON public.draw_transition FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_transition_truncate BEFORE TRUNCATE ON public.draw_transition FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER draw_truncate BEFORE TRUNCATE ON public.draw FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER entropy_entry_history BEFORE DELETE OR UPDATE ON public.entropy_entry FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER entropy_entry_truncate BEFORE TRUNCATE ON public.entropy_entry FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER frozen_chunk_history BEFORE DELETE OR UPDATE ON public.frozen_chunk FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER frozen_chunk_truncate BEFORE TRUNCATE ON public.frozen_chunk FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER frozen_file_history BEFORE DELETE OR UPDATE ON public.frozen_file FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER frozen_file_truncate BEFORE TRUNCATE ON public.frozen_file FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER given_batch_keeps BEFORE DELETE OR UPDATE ON public.given_batch FOR EACH ROW EXECUTE FUNCTION public.given_guard();

CREATE TRIGGER given_batch_truncate BEFORE TRUNCATE ON public.given_batch FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER given_task_keeps BEFORE INSERT OR DELETE OR UPDATE ON public.given_task FOR EACH ROW EXECUTE FUNCTION public.given_guard();

CREATE TRIGGER given_task_truncate BEFORE TRUNCATE ON public.given_task FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER import_error_history BEFORE DELETE OR UPDATE ON public.import_error FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER import_error_truncate BEFORE TRUNCATE ON public.import_error FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER import_run_history BEFORE DELETE OR UPDATE ON public.import_run FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER import_run_truncate BEFORE TRUNCATE ON public.import_run FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER list_access_history BEFORE DELETE OR UPDATE ON public.list_access FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER list_access_truncate BEFORE TRUNCATE ON public.list_access FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER log_checkpoint_history BEFORE DELETE OR UPDATE ON public.log_checkpoint FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER log_checkpoint_truncate BEFORE TRUNCATE ON public.log_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER log_hash_history BEFORE DELETE OR UPDATE ON public.log_hash FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER log_hash_truncate BEFORE TRUNCATE ON public.log_hash FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER log_head_grows BEFORE UPDATE ON public.log_head FOR EACH ROW EXECUTE FUNCTION public.log_head_grows();

CREATE TRIGGER log_head_history BEFORE DELETE ON public.log_head FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER log_head_truncate BEFORE TRUNCATE ON public.log_head FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER log_key_history BEFORE DELETE OR UPDATE ON public.log_key FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER log_key_truncate BEFORE TRUNCATE ON public.log_key FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER log_leaf_history BEFORE DELETE OR UPDATE ON public.log_leaf FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER log_leaf_truncate BEFORE TRUNCATE ON public.log_leaf FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER notice_history BEFORE DELETE OR UPDATE ON public.notice FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER notice_truncate BEFORE TRUNCATE ON public.notice FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER plan_given_history BEFORE DELETE OR UPDATE ON public.plan_given FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER plan_given_truncate BEFORE TRUNCATE ON public.plan_given FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER plan_item_history BEFORE DELETE OR UPDATE ON public.plan_item FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER plan_item_truncate BEFORE TRUNCATE ON public.plan_item FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER plan_keeps BEFORE DELETE OR UPDATE ON public.plan FOR EACH ROW EXECUTE FUNCTION public.plan_guard();

CREATE TRIGGER plan_truncate BEFORE TRUNCATE ON public.plan FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER publication_history BEFORE DELETE OR UPDATE ON public.publication FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER publication_truncate BEFORE TRUNCATE ON public.publication FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER refill_end_history BEFORE DELETE OR UPDATE ON public.refill_end FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER refill_end_truncate BEFORE TRUNCATE ON public.refill_end FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER refill_entry_history BEFORE DELETE OR UPDATE ON public.refill_entry FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER refill_entry_truncate BEFORE TRUNCATE ON public.refill_entry FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER refill_record_history BEFORE DELETE OR UPDATE ON public.refill_record FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER refill_record_truncate BEFORE TRUNCATE ON public.refill_record FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER refill_request_history BEFORE DELETE OR UPDATE ON public.refill_request FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER refill_request_truncate BEFORE TRUNCATE ON public.refill_request FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER refill_withdrawal_history BEFORE DELETE OR UPDATE ON public.refill_withdrawal FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER refill_withdrawal_truncate BEFORE TRUNCATE ON public.refill_withdrawal FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER result_category_history BEFORE DELETE OR UPDATE ON public.result_category FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER result_category_truncate BEFORE TRUNCATE ON public.result_category FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER result_history BEFORE DELETE OR UPDATE ON public.result FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER result_item_history BEFORE DELETE OR UPDATE ON public.result_item FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER result_item_truncate BEFORE TRUNCATE ON public.result_item FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER result_truncate BEFORE TRUNCATE ON public.result FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER review_history BEFORE DELETE OR UPDATE ON public.review FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER review_truncate BEFORE TRUNCATE ON public.review FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER selection_history BEFORE DELETE OR UPDATE ON public.selection FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER selection_truncate BEFORE TRUNCATE ON public.selection FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER task_item_history BEFORE DELETE OR UPDATE ON public.task_item FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER task_item_truncate BEFORE TRUNCATE ON public.task_item FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER task_member_history BEFORE DELETE OR UPDATE ON public.task_member FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER task_member_truncate BEFORE TRUNCATE ON public.task_member FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER task_moves BEFORE DELETE OR UPDATE ON public.task FOR EACH ROW EXECUTE FUNCTION public.task_guard();

CREATE TRIGGER task_truncate BEFORE TRUNCATE ON public.task FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER team_member_history BEFORE DELETE OR UPDATE ON public.team_member FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER team_member_truncate BEFORE TRUNCATE ON public.team_member FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER void_request_history BEFORE DELETE OR UPDATE ON public.void_request FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER void_request_truncate BEFORE TRUNCATE ON public.void_request FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_inspector_id_fkey FOREIGN KEY (inspector_id) REFERENCES public.inspector(id);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES public.unit(id);

ALTER TABLE ONLY public.beacon_try
    ADD CONSTRAINT beacon_try_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.chain_link
    ADD CONSTRAINT chain_link_chain_id_lane_fkey FOREIGN KEY (chain_id, lane) REFERENCES public.chain(id, lane);

ALTER TABLE ONLY public.chain_link
    ADD CONSTRAINT chain_link_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.chain_reveal
    ADD CONSTRAINT chain_reveal_chain_id_lane_fkey FOREIGN KEY (chain_id, lane) REFERENCES public.chain(id, lane);

ALTER TABLE ONLY public.chain_reveal
    ADD CONSTRAINT chain_reveal_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.dispatch
    ADD CONSTRAINT dispatch_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.draw_entropy
    ADD CONSTRAINT draw_entropy_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.draw
    ADD CONSTRAINT draw_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plan(id);

ALTER TABLE ONLY public.draw_seal
    ADD CONSTRAINT draw_seal_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.draw_shortage
    ADD CONSTRAINT draw_shortage_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.draw_stratum
    ADD CONSTRAINT draw_stratum_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.draw_transition
    ADD CONSTRAINT draw_transition_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.entropy_entry
    ADD CONSTRAINT entropy_entry_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.given_task
    ADD CONSTRAINT given_task_batch_fkey FOREIGN KEY (batch) REFERENCES public.given_batch(id);

ALTER TABLE ONLY public.given_task
    ADD CONSTRAINT given_task_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES public.unit(id);

ALTER TABLE ONLY public.import_error
    ADD CONSTRAINT import_error_import_id_fkey FOREIGN KEY (import_id) REFERENCES public.import_run(id);

ALTER TABLE ONLY public.inspector
    ADD CONSTRAINT inspector_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES public.unit(id);

ALTER TABLE ONLY public.item_cap
    ADD CONSTRAINT item_cap_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.item(id);

ALTER TABLE ONLY public.item_ratio
    ADD CONSTRAINT item_ratio_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.item(id);

ALTER TABLE ONLY public.item
    ADD CONSTRAINT item_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES public.unit(id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.plan_given
    ADD CONSTRAINT plan_given_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plan(id);

ALTER TABLE ONLY public.plan_given
    ADD CONSTRAINT plan_given_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES public.unit(id);

ALTER TABLE ONLY public.plan_item
    ADD CONSTRAINT plan_item_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.item(id);

ALTER TABLE ONLY public.plan_item
    ADD CONSTRAINT plan_item_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plan(id);

ALTER TABLE ONLY public.publication
    ADD CONSTRAINT publication_task_id_version_fkey FOREIGN KEY (task_id, version) REFERENCES public.result(task_id, version);

ALTER TABLE ONLY public.refill_end
    ADD CONSTRAINT refill_end_draw_id_no_fkey FOREIGN KEY (draw_id, no) REFERENCES public.refill_request(draw_id, no);

ALTER TABLE ONLY public.refill_entry
    ADD CONSTRAINT refill_entry_draw_id_no_fkey FOREIGN KEY (draw_id, no) REFERENCES public.refill_request(draw_id, no);

ALTER TABLE ONLY public.refill_record
    ADD CONSTRAINT refill_record_draw_id_no_fkey FOREIGN KEY (draw_id, no) REFERENCES public.refill_request(draw_id, no);

ALTER TABLE ONLY public.refill_request
    ADD CONSTRAINT refill_request_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.refill_request
    ADD CONSTRAINT refill_request_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.refill_withdrawal
    ADD CONSTRAINT refill_withdrawal_draw_id_no_fkey FOREIGN KEY (draw_id, no) REFERENCES public.refill_request(draw_id, no);

ALTER TABLE ONLY public.result_item
    ADD CONSTRAINT result_item_task_id_item_id_fkey FOREIGN KEY (task_id, item_id) REFERENCES public.task_item(task_id, item_id);

ALTER TABLE ONLY public.result_item
    ADD CONSTRAINT result_item_task_id_version_fkey FOREIGN KEY (task_id, version) REFERENCES public.result(task_id, version);

ALTER TABLE ONLY public.result
    ADD CONSTRAINT result_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_task_id_version_fkey FOREIGN KEY (task_id, version) REFERENCES public.result(task_id, version);

ALTER TABLE ONLY public.selection
    ADD CONSTRAINT selection_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.task_item
    ADD CONSTRAINT task_item_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.task_member
    ADD CONSTRAINT task_member_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES public.unit(id);

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

ALTER TABLE ONLY public.unit
    ADD CONSTRAINT unit_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.unit(id);

ALTER TABLE ONLY public.void_request
    ADD CONSTRAINT void_request_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES public.draw(id);

GRANT ALL ON SCHEMA public TO yh_owner;
GRANT USAGE ON SCHEMA public TO yh_app;
GRANT USAGE ON SCHEMA public TO yh_read;

GRANT SELECT,INSERT,UPDATE ON TABLE public.account TO yh_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.beacon_try TO yh_app;
GRANT SELECT ON TABLE public.beacon_try TO yh_read;

GRANT SELECT,INSERT ON TABLE public.chain TO yh_app;

GRANT SELECT(id) ON TABLE public.chain TO yh_read;

GRANT SELECT(lane) ON TABLE public.chain TO yh_read;

GRANT SELECT(links) ON TABLE public.chain TO yh_read;

GRANT SELECT(tip) ON TABLE public.chain TO yh_read;

GRANT SELECT(held_by) ON TABLE public.chain TO yh_read;

GRANT SELECT(made_by) ON TABLE public.chain TO yh_read;

GRANT SELECT(made_at) ON TABLE public.chain TO yh_read;

GRANT SELECT(hash) ON TABLE public.chain TO yh_read;

GRANT SELECT,INSERT ON TABLE public.chain_link TO yh_app;
GRANT SELECT ON TABLE public.chain_link TO yh_read;

GRANT SELECT,INSERT ON TABLE public.chain_reveal TO yh_app;
GRANT SELECT ON TABLE public.chain_reveal TO yh_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.conflict TO yh_app;
GRANT SELECT ON TABLE public.conflict TO yh_read;

GRANT SELECT,INSERT ON TABLE public.dispatch TO yh_app;
GRANT SELECT ON TABLE public.dispatch TO yh_read;

GRANT SELECT,INSERT,UPDATE ON TABLE public.draw TO yh_app;

GRANT SELECT(id) ON TABLE public.draw TO yh_read;

GRANT SELECT(plan_id) ON TABLE public.draw TO yh_read;

GRANT SELECT(period) ON TABLE public.draw TO yh_read;

GRANT SELECT(state) ON TABLE public.draw TO yh_read;

GRANT SELECT(due_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(late) ON TABLE public.draw TO yh_read;

GRANT SELECT(created_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(wake_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(frozen_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(committed_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(cutoff_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(event_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(drawn_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(published_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(voided_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(visit_by) ON TABLE public.draw TO yh_read;

GRANT SELECT(plan_json) ON TABLE public.draw TO yh_read;

GRANT SELECT(commit_hash) ON TABLE public.draw TO yh_read;

GRANT SELECT(prev_hash) ON TABLE public.draw TO yh_read;

GRANT SELECT(grade) ON TABLE public.draw TO yh_read;

GRANT SELECT(transcript_hash) ON TABLE public.draw TO yh_read;

GRANT SELECT(teams) ON TABLE public.draw TO yh_read;

GRANT SELECT(shortages) ON TABLE public.draw TO yh_read;

GRANT SELECT(failure) ON TABLE public.draw TO yh_read;

GRANT SELECT(failed_at) ON TABLE public.draw TO yh_read;

GRANT SELECT(void_reason) ON TABLE public.draw TO yh_read;

GRANT SELECT,INSERT ON TABLE public.draw_entropy TO yh_app;
GRANT SELECT ON TABLE public.draw_entropy TO yh_read;

GRANT SELECT,INSERT ON TABLE public.draw_seal TO yh_app;

GRANT SELECT(draw_id) ON TABLE public.draw_seal TO yh_read;

GRANT SELECT(name) ON TABLE public.draw_seal TO yh_read;

GRANT SELECT(commit_hash) ON TABLE public.draw_seal TO yh_read;

GRANT SELECT,INSERT ON TABLE public.draw_shortage TO yh_app;
GRANT SELECT ON TABLE public.draw_shortage TO yh_read;

GRANT SELECT,INSERT ON TABLE public.draw_stratum TO yh_app;
GRANT SELECT ON TABLE public.draw_stratum TO yh_read;

GRANT SELECT,INSERT ON TABLE public.draw_transition TO yh_app;
GRANT SELECT ON TABLE public.draw_transition TO yh_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.entity TO yh_app;
GRANT SELECT ON TABLE public.entity TO yh_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.entity_check TO yh_app;
GRANT SELECT ON TABLE public.entity_check TO yh_read;

GRANT SELECT,INSERT ON TABLE public.entropy_entry TO yh_app;

GRANT SELECT,INSERT ON TABLE public.frozen_chunk TO yh_app;
GRANT SELECT ON TABLE public.frozen_chunk TO yh_read;

GRANT SELECT,INSERT ON TABLE public.frozen_file TO yh_app;
GRANT SELECT ON TABLE public.frozen_file TO yh_read;

GRANT SELECT,INSERT,UPDATE ON TABLE public.given_batch TO yh_app;
GRANT SELECT ON TABLE public.given_batch TO yh_read;

GRANT SELECT,INSERT,UPDATE ON TABLE public.given_task TO yh_app;

GRANT SELECT,INSERT ON TABLE public.import_error TO yh_app;
GRANT SELECT ON TABLE public.import_error TO yh_read;

GRANT SELECT,INSERT ON TABLE public.import_run TO yh_app;
GRANT SELECT ON TABLE public.import_run TO yh_read;

GRANT USAGE ON SEQUENCE public.import_run_id TO yh_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.inspector TO yh_app;
GRANT SELECT ON TABLE public.inspector TO yh_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.item TO yh_app;
GRANT SELECT ON TABLE public.item TO yh_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.item_cap TO yh_app;
GRANT SELECT ON TABLE public.item_cap TO yh_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.item_ratio TO yh_app;
GRANT SELECT ON TABLE public.item_ratio TO yh_read;

GRANT SELECT,INSERT ON TABLE public.list_access TO yh_app;
GRANT SELECT ON TABLE public.list_access TO yh_read;

GRANT SELECT,INSERT ON TABLE public.log_checkpoint TO yh_app;
GRANT SELECT ON TABLE public.log_checkpoint TO yh_read;

GRANT SELECT,INSERT ON TABLE public.log_hash TO yh_app;
GRANT SELECT ON TABLE public.log_hash TO yh_read;

GRANT SELECT,UPDATE ON TABLE public.log_head TO yh_app;
GRANT SELECT ON TABLE public.log_head TO yh_read;

GRANT SELECT,INSERT ON TABLE public.log_key TO yh_app;
GRANT SELECT ON TABLE public.log_key TO yh_read;

GRANT SELECT,INSERT ON TABLE public.log_leaf TO yh_app;
GRANT SELECT ON TABLE public.log_leaf TO yh_read;

GRANT SELECT,INSERT ON TABLE public.notice TO yh_app;
GRANT SELECT ON TABLE public.notice TO yh_read;

GRANT SELECT,INSERT,UPDATE ON TABLE public.plan TO yh_app;
GRANT SELECT ON TABLE public.plan TO yh_read;

GRANT SELECT,INSERT ON TABLE public.plan_given TO yh_app;
GRANT SELECT ON TABLE public.plan_given TO yh_read;

GRANT SELECT,INSERT ON TABLE public.plan_item TO yh_app;
GRANT SELECT ON TABLE public.plan_item TO yh_read;

GRANT SELECT,INSERT ON TABLE public.publication TO yh_app;
GRANT SELECT ON TABLE public.publication TO yh_read;

GRANT SELECT,INSERT ON TABLE public.refill_end TO yh_app;
GRANT SELECT ON TABLE public.refill_end TO yh_read;

GRANT SELECT,INSERT ON TABLE public.refill_entry TO yh_app;

GRANT SELECT,INSERT ON TABLE public.refill_record TO yh_app;

GRANT SELECT,INSERT ON TABLE public.refill_request TO yh_app;

GRANT SELECT(draw_id) ON TABLE public.refill_request TO yh_read;

GRANT SELECT(no) ON TABLE public.refill_request TO yh_read;

GRANT SELECT(kind) ON TABLE public.refill_request TO yh_read;

GRANT SELECT(reason) ON TABLE public.refill_request TO yh_read;

GRANT SELECT(event) ON TABLE public.refill_request TO yh_read;

GRANT SELECT(event_at) ON TABLE public.refill_request TO yh_read;

GRANT SELECT(person) ON TABLE public.refill_request TO yh_read;

GRANT SELECT(sha256) ON TABLE public.refill_request TO yh_read;

GRANT SELECT(at) ON TABLE public.refill_request TO yh_read;

GRANT SELECT,INSERT ON TABLE public.refill_withdrawal TO yh_app;
GRANT SELECT ON TABLE public.refill_withdrawal TO yh_read;

GRANT SELECT,INSERT ON TABLE public.result TO yh_app;

GRANT SELECT ON TABLE public.result_category TO yh_app;
GRANT SELECT ON TABLE public.result_category TO yh_read;

GRANT SELECT,INSERT ON TABLE public.result_item TO yh_app;

GRANT SELECT,INSERT ON TABLE public.review TO yh_app;

GRANT SELECT ON TABLE public.schema_version TO PUBLIC;

GRANT SELECT,INSERT ON TABLE public.selection TO yh_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO yh_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.task TO yh_app;

GRANT SELECT,INSERT ON TABLE public.task_item TO yh_app;

GRANT SELECT,INSERT ON TABLE public.task_member TO yh_app;

GRANT SELECT ON TABLE public.task_team TO yh_app;

GRANT SELECT,INSERT ON TABLE public.team_member TO yh_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.unit TO yh_app;
GRANT SELECT ON TABLE public.unit TO yh_read;

GRANT SELECT,INSERT ON TABLE public.void_request TO yh_app;
GRANT SELECT ON TABLE public.void_request TO yh_read;
