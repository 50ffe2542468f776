-- Whoever changes what is kept of somebody, it is noted; no digest, for erasing must leave nothing
-- of it behind. Of changes the code may say which they are.
CREATE FUNCTION gisgrid.note_personal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    act text := current_setting('gisgrid.personal_act', true);
BEGIN
    IF TG_OP = 'DELETE' OR act IS NULL OR act NOT IN ('correct', 'erase', 'expire') THEN
        act := lower(TG_OP);
    END IF;
    INSERT INTO gisgrid.audit_event (actor_ref, action, subject) VALUES (
        coalesce(nullif(current_setting('gisgrid.actor', true), ''), 'system'),
        'personal.' || act, 'personal:' || OLD.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER note_personal AFTER UPDATE OR DELETE ON gisgrid.personal FOR EACH ROW
    EXECUTE FUNCTION gisgrid.note_personal();

-- Of a case that is forgotten its pictures go; that there were some, and which, stays.
ALTER TABLE gisgrid.case_evidence
    ALTER jpeg DROP NOT NULL,
    ADD erased_at timestamptz,
    ADD CONSTRAINT ck_case_evidence_erased_at
        CHECK ((jpeg IS NULL) = (erased_at IS NOT NULL));
