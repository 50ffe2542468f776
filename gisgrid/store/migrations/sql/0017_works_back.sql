DROP POLICY sight ON gisgrid.campaign_mark;
ALTER TABLE gisgrid.campaign_mark DISABLE ROW LEVEL SECURITY;
DROP TRIGGER follow_case ON gisgrid.case_file;
CREATE OR REPLACE FUNCTION gisgrid.follow_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    zone text := coalesce(nullif(current_setting('gisgrid.zone', true), ''), 'Asia/Shanghai');
    day date := (NEW.closed_at AT TIME ZONE zone)::date;
BEGIN
    IF NEW.stage = 'closed' THEN
        UPDATE gisgrid.campaign_item SET done_on = day
        WHERE id = NEW.campaign_item_id AND done_on IS NULL;
        INSERT INTO gisgrid.facility_upkeep (facility_id, done_on, note)
        SELECT facility_id, day, NEW.number FROM gisgrid.facility_due
        WHERE case_id = NEW.id AND reason = 'upkeep';
    ELSIF OLD.stage = 'closed' THEN
        UPDATE gisgrid.campaign_item SET done_on = NULL WHERE id = NEW.campaign_item_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER follow_case AFTER UPDATE OF stage ON gisgrid.case_file FOR EACH ROW
    WHEN (OLD.stage IS DISTINCT FROM NEW.stage AND 'closed' IN (OLD.stage, NEW.stage))
    EXECUTE FUNCTION gisgrid.follow_case();
DROP FUNCTION gisgrid.open_case_of_item(bigint);
DROP FUNCTION gisgrid.family_of(bigint);
CREATE OR REPLACE FUNCTION gisgrid.log_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gisgrid.campaign_mark (item_id, done_on, author, note)
    VALUES (NEW.id, NEW.done_on,
            coalesce(current_setting('gisgrid.author', true), ''),
            coalesce(current_setting('gisgrid.note', true), ''));
    RETURN NULL;
END
$$;
