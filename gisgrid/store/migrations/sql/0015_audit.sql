-- The audit log is sealed at commit: the lock is taken last of all, so that waiting for it can
-- close no circle, and the order of positions is the order of commits.

CREATE FUNCTION gisgrid.audit_hash(
    previous bytea, place bigint, at timestamptz, actor_ref text, action text, subject text,
    digest text
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(previous || convert_to(concat_ws(E'\n', place,
        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        actor_ref, action, subject, digest), 'UTF8'))
$$;

CREATE FUNCTION gisgrid.open_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.position := NULL;
    NEW.previous := NULL;
    NEW.hash := NULL;
    NEW.at := clock_timestamp();
    RETURN NEW;
END
$$;

CREATE FUNCTION gisgrid.seal_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last record;
    place bigint;
    before bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(7461215);
    SELECT position, hash INTO last FROM gisgrid.audit_event
        WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1;
    place := coalesce(last.position, 0) + 1;
    before := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
    UPDATE gisgrid.audit_event SET position = place, previous = before,
        hash = gisgrid.audit_hash(before, place, at, actor_ref, action, subject, digest)
        WHERE id = NEW.id;
    RETURN NULL;
END
$$;

-- The one change that is let through is the sealing itself.
CREATE FUNCTION gisgrid.keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.position IS NULL AND (NEW.id, NEW.at, NEW.actor_ref, NEW.action, NEW.subject,
            NEW.digest) = (OLD.id, OLD.at, OLD.actor_ref, OLD.action, OLD.subject, OLD.digest)
            AND NEW.hash = gisgrid.audit_hash(NEW.previous, NEW.position, NEW.at, NEW.actor_ref,
                NEW.action, NEW.subject, NEW.digest)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of audit_event are only added' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER open_audit BEFORE INSERT ON gisgrid.audit_event
    FOR EACH ROW EXECUTE FUNCTION gisgrid.open_audit();
CREATE CONSTRAINT TRIGGER seal_audit AFTER INSERT ON gisgrid.audit_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gisgrid.seal_audit();
CREATE TRIGGER keep_audit BEFORE UPDATE OR DELETE ON gisgrid.audit_event
    FOR EACH ROW EXECUTE FUNCTION gisgrid.keep_audit();
CREATE TRIGGER keep_all_audit BEFORE TRUNCATE ON gisgrid.audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION gisgrid.keep_audit();

-- A row as text is the same on every connection only if the settings that shape it are.
-- Nulls are left out, so that a column which is added later changes no digest.
CREATE FUNCTION gisgrid.digest_of(entry anyelement, leave_out text[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql STABLE SET timezone = 'UTC' SET extra_float_digits = 1 AS $$
BEGIN
    RETURN encode(sha256(convert_to(
        (jsonb_strip_nulls(to_jsonb(entry)) - leave_out)::text, 'UTF8')), 'hex');
END
$$;

-- Arguments: the column that names the row, then columns that are left out of the digest.
CREATE FUNCTION gisgrid.chain_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    told jsonb := to_jsonb(entry);
BEGIN
    INSERT INTO gisgrid.audit_event (actor_ref, action, subject, digest) VALUES (
        coalesce(told ->> 'actor_ref', nullif(current_setting('gisgrid.actor', true), ''),
            'system'),
        TG_TABLE_NAME || '.' || lower(TG_OP),
        TG_TABLE_NAME || ':' || (told ->> TG_ARGV[0]),
        gisgrid.digest_of(entry, TG_ARGV[1:]));
    RETURN NULL;
END
$$;

-- Coordinates that the law shifts are turned back into where they lie: each import says so.
CREATE FUNCTION gisgrid.note_conversion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gisgrid.audit_event (actor_ref, action, subject) VALUES (
        coalesce(nullif(current_setting('gisgrid.actor', true), ''), 'system'),
        'crs.' || NEW.crs, 'import_run:' || NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER note_conversion AFTER INSERT ON gisgrid.import_run FOR EACH ROW
    WHEN (NEW.crs IN ('gcj02', 'bd09')) EXECUTE FUNCTION gisgrid.note_conversion();
