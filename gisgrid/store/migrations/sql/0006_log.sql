-- At the end of a transaction the edit that its rows made is told what it did, so that the log can be
-- read and the edit made again on other boundaries.

-- What is said of a grid, as an edit is told it; the parent by the code that it has now.
CREATE FUNCTION gisgrid.told_grid(grid gisgrid.draft_grid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = gisgrid, POSTGIS, pg_temp AS $$
    SELECT jsonb_build_object(
        'code', grid.code, 'name', grid.name, 'special', grid.special,
        'parent', (drawn_grid(grid.plan_id, grid.parent_key)).code,
        'households', grid.households, 'range_reason', grid.range_reason,
        -- So many decimals that every double comes back as it was.
        'shape', ST_AsGeoJSON(grid.geom, 40)::jsonb)
$$;

-- What a save did to the grids that it touched, as arguments of an edit of kind "redraw".
CREATE FUNCTION gisgrid.told_save(edit gisgrid.draft_edit) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = gisgrid, pg_temp AS $$
    WITH logged AS (
        SELECT l.key, l.after, ROW(edit.plan_id, l.key, l.level, l.code, l.name, l.parent_key,
                                   l.special, l.households, l.range_reason, l.ended,
                                   l.geom)::draft_grid AS grid
        FROM draft_edit_grid AS l WHERE l.edit_id = edit.id
    ), before AS (
        SELECT key, told_grid(grid) AS told FROM logged WHERE NOT after
        UNION ALL
        SELECT l.key, told_grid(held)
        FROM logged AS l CROSS JOIN LATERAL held_grid(edit.plan_id, l.key) AS held
        WHERE l.key NOT IN (SELECT key FROM logged WHERE NOT after)
    ), after AS (
        SELECT key, (grid).level AS level, told_grid(grid) AS told
        FROM logged WHERE after AND NOT (grid).ended
    ), changed AS (
        SELECT b.key, b.told -> 'code' AS code, (
            SELECT jsonb_object_agg(CASE e.field WHEN 'code' THEN 'new_code' ELSE e.field END,
                                    e.value)
            FROM jsonb_each(a.told) AS e (field, value)
            WHERE e.value IS DISTINCT FROM b.told -> e.field) AS fields
        FROM before AS b JOIN after AS a USING (key)
    )
    SELECT jsonb_build_object(
        'why', 'saved in QGIS, or by another client of the layers',
        'grids', (SELECT coalesce(jsonb_agg(jsonb_build_object('code', code) || fields ORDER BY key)
                                  FILTER (WHERE fields IS NOT NULL), '[]') FROM changed),
        'made', (SELECT coalesce(jsonb_agg(a.told || jsonb_build_object('level', a.level)
                                           ORDER BY a.key DESC), '[]')
                 FROM after AS a WHERE a.key NOT IN (SELECT key FROM before)),
        'ended', (SELECT coalesce(jsonb_agg(b.told -> 'code' ORDER BY b.key), '[]')
                  FROM before AS b WHERE b.key NOT IN (SELECT key FROM after)))
$$;

-- Take an edit back that came to nothing.
CREATE FUNCTION gisgrid.forget_save(edit gisgrid.draft_edit) RETURNS void
LANGUAGE plpgsql SET search_path = gisgrid, pg_temp AS $$
BEGIN
    DELETE FROM draft_grid WHERE plan_id = edit.plan_id
        AND key IN (SELECT key FROM draft_edit_grid WHERE edit_id = edit.id);
    INSERT INTO draft_grid (plan_id, key, level, code, name, parent_key, special, households,
                            range_reason, ended, geom)
    SELECT edit.plan_id, key, level, code, name, parent_key, special, households, range_reason,
           ended, geom
    FROM draft_edit_grid WHERE edit_id = edit.id AND NOT after;
    DELETE FROM draft_edit_grid WHERE edit_id = edit.id;
    DELETE FROM draft_edit WHERE id = edit.id;
    UPDATE plan SET position = (
        SELECT coalesce(max(number), 0) FROM draft_edit
        WHERE plan_id = edit.plan_id AND NOT superseded)
    WHERE id = edit.plan_id;
END
$$;

-- At the end of a transaction its edit is told what it did.
CREATE FUNCTION gisgrid.end_save() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisgrid, POSTGIS, pg_temp AS $$
DECLARE
    told jsonb := told_save(NEW);
    vertices bigint;
BEGIN
    IF (told -> 'grids') || (told -> 'made') || (told -> 'ended') = '[]' THEN
        PERFORM forget_save(NEW);
        RETURN NULL;
    END IF;
    -- Asked after the grids were read: whatever was published meanwhile is seen.
    PERFORM require_unpublished(NEW.plan_id, (
        SELECT array_agg(key) FROM draft_edit_grid WHERE edit_id = NEW.id AND key > 0));
    SELECT sum(ST_NPoints(l.geom)) INTO vertices
    FROM draft_edit_grid AS l
    JOIN jsonb_array_elements((told -> 'grids') || (told -> 'made')) AS one
        ON l.code = coalesce(one ->> 'new_code', one ->> 'code')
    WHERE l.edit_id = NEW.id AND l.after AND one ? 'shape';
    IF vertices > 500000 THEN
        RAISE EXCEPTION 'plan %: % vertices are more than 500000', NEW.plan_id, vertices
            USING ERRCODE = 'program_limit_exceeded', HINT = 'save fewer grids at once';
    END IF;
    UPDATE draft_edit SET arguments = told WHERE id = NEW.id;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER end_save AFTER INSERT ON gisgrid.draft_edit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.kind = 'redraw' AND NEW.arguments = '{}')
    EXECUTE FUNCTION gisgrid.end_save();

REVOKE ALL ON FUNCTION gisgrid.end_save() FROM PUBLIC;
