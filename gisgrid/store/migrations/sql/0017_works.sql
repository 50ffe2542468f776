-- What closings wrote before is known by its words: upkeep by the number of the case, of which the
-- first row counts; marks by the moment, for in the minute after a closing only it marks its item.
ALTER TABLE gisgrid.facility_upkeep DISABLE TRIGGER keep_row;
UPDATE gisgrid.facility_upkeep AS u SET case_id = first.case_id
FROM (
    SELECT d.case_id, min(u.id) AS id
    FROM gisgrid.facility_due AS d
    JOIN gisgrid.case_file AS c ON c.id = d.case_id
    JOIN gisgrid.facility_upkeep AS u ON u.facility_id = d.facility_id AND u.note = c.number
    WHERE d.reason = 'upkeep' AND u.actor_ref = ''
    GROUP BY d.case_id
) AS first
WHERE u.id = first.id;
ALTER TABLE gisgrid.facility_upkeep ENABLE TRIGGER keep_row;

ALTER TABLE gisgrid.campaign_mark DISABLE TRIGGER keep_mark;
UPDATE gisgrid.campaign_mark AS m SET case_id = c.id
FROM gisgrid.case_file AS c
WHERE c.stage = 'closed' AND m.item_id = c.campaign_item_id AND m.done_on IS NOT NULL
    AND m.marked_at BETWEEN c.closed_at AND c.closed_at + interval '1 minute';
ALTER TABLE gisgrid.campaign_mark ENABLE TRIGGER keep_mark;

-- They name cases now, and are seen where their items are.
ALTER TABLE gisgrid.campaign_mark ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON gisgrid.campaign_mark USING (
    EXISTS (SELECT FROM gisgrid.campaign_item AS i WHERE i.id = item_id
            AND gisgrid.sees(i.area_id, i.unit_id, i.micro_id, i.police_id))
) WITH CHECK (true);

CREATE OR REPLACE FUNCTION gisgrid.log_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gisgrid.campaign_mark (item_id, done_on, author, note, case_id)
    VALUES (NEW.id, NEW.done_on,
            coalesce(current_setting('gisgrid.author', true), ''),
            coalesce(current_setting('gisgrid.note', true), ''),
            nullif(current_setting('gisgrid.marked_for', true), '')::bigint);
    RETURN NULL;
END
$$;

-- A case and all that were merged into it, or into one of those.
CREATE FUNCTION gisgrid.family_of(lead bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE family AS (
        SELECT lead AS id
        UNION
        SELECT c.id FROM gisgrid.case_file AS c JOIN family AS f ON c.merged_into_id = f.id
    )
    SELECT id FROM family
$$;

-- The number of a case of an item that is open, or whose lead is. It runs as its owner: where the
-- lead lies need not be seen by whoever asks.
CREATE FUNCTION gisgrid.open_case_of_item(item bigint) RETURNS text LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE way AS (
        SELECT number, stage, merged_into_id FROM gisgrid.case_file WHERE campaign_item_id = item
        UNION
        SELECT w.number, c.stage, c.merged_into_id
        FROM way AS w JOIN gisgrid.case_file AS c ON c.id = w.merged_into_id
    )
    SELECT min(number) FROM way
    WHERE stage NOT IN ('closed', 'refused', 'merged', 'not-responsible')
$$;

-- Whatever closes a case or opens it again, what it and its family sprang from follows; so it does
-- when a case joins a family that is closed. It runs as its owner: whoever closes a case need not
-- see those that were merged into it. The day is that of the zone which the transaction names.
CREATE OR REPLACE FUNCTION gisgrid.follow_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    zone text := coalesce(nullif(current_setting('gisgrid.zone', true), ''), 'Asia/Shanghai');
    lead gisgrid.case_file := NEW;
    day date;
    sprung record;
BEGIN
    WHILE lead.merged_into_id IS NOT NULL LOOP
        SELECT * INTO lead FROM gisgrid.case_file WHERE id = lead.merged_into_id;
    END LOOP;
    day := (lead.closed_at AT TIME ZONE zone)::date;
    IF lead.stage = 'closed' THEN
        -- Upkeep was done, even where more is to be done: once for each case, and not where
        -- somebody has noted by hand what was due.
        INSERT INTO gisgrid.facility_upkeep (facility_id, done_on, note, case_id)
        SELECT d.facility_id, day, c.number, c.id
        FROM gisgrid.facility_due AS d JOIN gisgrid.case_file AS c ON c.id = d.case_id
        WHERE d.reason = 'upkeep' AND c.id IN (SELECT gisgrid.family_of(NEW.id))
            AND NOT EXISTS (SELECT FROM gisgrid.facility_upkeep AS u
                            WHERE u.facility_id = d.facility_id AND u.done_on >= d.due_on)
        ON CONFLICT (case_id) DO NOTHING;
    ELSIF OLD.stage <> 'closed' THEN
        RETURN NULL;
    END IF;
    FOR sprung IN
        SELECT id, campaign_item_id FROM gisgrid.case_file
        WHERE id IN (SELECT gisgrid.family_of(NEW.id)) AND campaign_item_id IS NOT NULL
        ORDER BY campaign_item_id, id
    LOOP
        PERFORM set_config('gisgrid.marked_for', sprung.id::text, true);
        -- Waited for apart: the marks that decide are those of whoever held it.
        PERFORM FROM gisgrid.campaign_item WHERE id = sprung.campaign_item_id FOR UPDATE;
        IF lead.stage = 'closed' THEN
            UPDATE gisgrid.campaign_item SET done_on = day
            WHERE id = sprung.campaign_item_id AND done_on IS NULL;
        ELSE
            -- What somebody has marked by hand since, or had before, stays as they said.
            UPDATE gisgrid.campaign_item SET done_on = NULL
            WHERE id = sprung.campaign_item_id AND sprung.id = (
                SELECT m.case_id FROM gisgrid.campaign_mark AS m
                WHERE m.item_id = sprung.campaign_item_id ORDER BY m.id DESC LIMIT 1
            );
        END IF;
    END LOOP;
    PERFORM set_config('gisgrid.marked_for', '', true);
    RETURN NULL;
END
$$;
DROP TRIGGER follow_case ON gisgrid.case_file;
CREATE TRIGGER follow_case AFTER UPDATE OF stage ON gisgrid.case_file FOR EACH ROW
    WHEN (OLD.stage IS DISTINCT FROM NEW.stage
          AND ('closed' IN (OLD.stage, NEW.stage) OR NEW.stage = 'merged'))
    EXECUTE FUNCTION gisgrid.follow_case();
