-- Roles and the guard of history tables.
--
-- yh_owner  owns every table and function; nobody logs in as it, migrations take it by SET ROLE
-- yh_app    what the running program may do; INSERT and SELECT only on history tables
-- yh_read   reads what is not sealed, changes nothing (reports, the supervisor's own tools)
--
-- Roles belong to the whole cluster, not to one database, so they may exist already and another
-- database of the same cluster may be creating them at this moment.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['yh_owner', 'yh_app', 'yh_read'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database was faster
            END;
        END IF;
        -- A superuser may take any role. Anybody else has to be a member; where this account
        -- may not grant the membership, the administrator already has.
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            BEGIN
                EXECUTE format('GRANT %I TO %I', name, current_user);
            EXCEPTION WHEN insufficient_privilege THEN
                NULL;
            END;
        END IF;
    END LOOP;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO yh_owner', current_database());
END
$$;

GRANT USAGE, CREATE ON SCHEMA public TO yh_owner;
GRANT USAGE ON SCHEMA public TO yh_app, yh_read;
GRANT SELECT ON public.schema_version TO PUBLIC;

-- Every history table has two triggers with this function, beside the missing grants: table
-- owners bypass grants, and a trigger also refuses them.
CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog
AS $$
BEGIN
    RAISE EXCEPTION 'history table %: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
ALTER FUNCTION refuse_change() OWNER TO yh_owner;
