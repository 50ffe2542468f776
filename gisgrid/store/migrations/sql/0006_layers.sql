-- What planners draw in QGIS comes in by updatable views, one for each shared plan and level. The
-- rows of one transaction become one edit of kind "redraw" in the plan's log. The functions run
-- with the rights of the tables' owner, so each names the schemas that it looks in.

CREATE SCHEMA drafts;

-- The edit in which this transaction saves grids of a plan; its first row opens it. An edit without
-- arguments is being saved: it is told what it did before it is committed, and the plan is locked
-- until then, so that nobody else's is ever found here.
CREATE FUNCTION gisgrid.open_save(of_plan bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = gisgrid, pg_temp AS $$
DECLARE
    held plan;
    edit bigint;
BEGIN
    SELECT * INTO held FROM plan WHERE id = of_plan FOR UPDATE;
    IF held.state <> 'draft' THEN
        RAISE EXCEPTION 'plan % is % already', of_plan, held.state
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT id INTO edit FROM draft_edit
    WHERE plan_id = of_plan AND number = held.position AND kind = 'redraw' AND arguments = '{}';
    IF edit IS NULL THEN
        UPDATE draft_edit SET superseded = true
        WHERE plan_id = of_plan AND number > held.position AND NOT superseded;
        INSERT INTO draft_edit (plan_id, number, kind, author)
        SELECT of_plan, coalesce(max(number), 0) + 1, 'redraw',
               regexp_replace(session_user, '^gisgrid_planner_', '')
        FROM draft_edit WHERE plan_id = of_plan
        RETURNING id, number INTO edit, held.position;
        UPDATE plan SET version = version + 1, position = held.position WHERE id = of_plan;
    END IF;
    RETURN edit;
END
$$;

-- A grid as it holds now, in the columns of a plan's grids.
CREATE FUNCTION gisgrid.held_grid(of_plan bigint, of_key bigint) RETURNS SETOF gisgrid.draft_grid
LANGUAGE sql STABLE SET search_path = gisgrid, pg_temp AS $$
    SELECT of_plan, g.grid_id, b.level, g.code, g.name, g.parent_id, g.special, g.households,
           g.range_reason, false, b.geom
    FROM grid_version AS g
    JOIN boundary_version AS b ON b.grid_id = g.grid_id AND upper_inf(b.valid)
    WHERE g.grid_id = of_key AND upper_inf(g.valid)
$$;

-- A grid as a plan has it, ended or not.
CREATE FUNCTION gisgrid.drawn_grid(of_plan bigint, of_key bigint) RETURNS gisgrid.draft_grid
LANGUAGE plpgsql STABLE SET search_path = gisgrid, pg_temp AS $$
DECLARE
    grid draft_grid;
BEGIN
    SELECT * INTO grid FROM draft_grid WHERE plan_id = of_plan AND key = of_key;
    IF NOT FOUND THEN
        SELECT * INTO grid FROM held_grid(of_plan, of_key);
    END IF;
    RETURN grid;
END
$$;

-- Refuse grids that others published anew after the plan's revision.
CREATE FUNCTION gisgrid.require_unpublished(of_plan bigint, keys bigint[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = gisgrid, pg_temp AS $$
DECLARE
    base integer := (SELECT coalesce(base_revision, 0) FROM plan WHERE id = of_plan);
    codes text;
BEGIN
    SELECT string_agg(g.code, ', ' ORDER BY g.code) INTO codes
    FROM (SELECT DISTINCT ON (grid_id) grid_id, code FROM grid_version
          WHERE grid_id = ANY (keys) ORDER BY grid_id, id DESC) AS g
    WHERE EXISTS (SELECT FROM grid_version AS v WHERE v.grid_id = g.grid_id
                  AND greatest(v.revision, v.ended_revision) > base)
       OR EXISTS (SELECT FROM boundary_version AS v WHERE v.grid_id = g.grid_id
                  AND greatest(v.revision, v.ended_revision) > base);
    IF codes IS NOT NULL THEN
        RAISE EXCEPTION 'grid %: published anew after revision %, which plan % was drawn from',
                        codes, base, of_plan
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('gisgrid plan rebase %s', of_plan);
    END IF;
END
$$;

-- Refuse what is no shape of a grid.
CREATE FUNCTION gisgrid.require_shape(of_code text, shape geometry) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = POSTGIS, pg_temp AS $$
DECLARE
    fault record;
BEGIN
    IF shape IS NULL OR ST_IsEmpty(shape) THEN
        RAISE EXCEPTION 'grid %: it has no shape', of_code
            USING ERRCODE = 'check_violation', HINT = 'delete the grid to end it';
    END IF;
    IF EXISTS (SELECT FROM generate_series(1, ST_NumGeometries(shape)) AS n
               WHERE ST_IsEmpty(ST_GeometryN(shape, n))) THEN
        RAISE EXCEPTION 'grid %: the shape has an empty part', of_code
            USING ERRCODE = 'check_violation', HINT = 'take the part away';
    END IF;
    SELECT * INTO fault FROM ST_IsValidDetail(shape);
    IF NOT fault.valid THEN
        RAISE EXCEPTION 'grid %: the shape is not valid: % at lon %, lat %',
                        of_code, fault.reason, ST_X(fault.location), ST_Y(fault.location)
            USING ERRCODE = 'check_violation', HINT = 'draw its outline without crossing it';
    END IF;
    IF ST_XMin(shape) < -180 OR ST_XMax(shape) > 180
       OR ST_YMin(shape) < -90 OR ST_YMax(shape) > 90 THEN
        RAISE EXCEPTION 'grid %: it lies outside the world in degrees', of_code
            USING ERRCODE = 'check_violation', HINT = 'draw it in EPSG:4326';
    END IF;
END
$$;

-- A text without the blanks at its ends, whatever the locale of the database knows of blanks.
CREATE FUNCTION gisgrid.stripped(words text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(
        words,
        '^[\s\x1c-\x1f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+'
        '|[\s\x1c-\x1f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$', '', 'g')
$$;

-- Refuse a code that no grid may have, or that another has or ever had, in the record or the plan.
CREATE FUNCTION gisgrid.require_code(grid gisgrid.draft_grid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = gisgrid, pg_temp AS $$
DECLARE
    fault text := CASE
        WHEN grid.code IS NULL OR stripped(grid.code) = '' THEN 'a code is missing'
        WHEN grid.code <> stripped(grid.code) THEN 'a code cannot begin or end with a blank'
        WHEN grid.code ~ '/|^[.]{1,2}$' THEN 'a code cannot hold a / or be made of dots'
        WHEN grid.code ~ '[\x01-\x1f\x7f]' THEN 'a code cannot hold control characters'
        WHEN length(grid.code) > 200 THEN 'a code cannot be longer than 200 letters'
    END;
BEGIN
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'grid %: %', coalesce(grid.code, 'without a code'), fault
            USING ERRCODE = 'check_violation', HINT = 'give the grid a code of its own';
    END IF;
    IF EXISTS (SELECT FROM grid_version AS g WHERE g.code = grid.code AND g.grid_id <> grid.key)
       OR EXISTS (SELECT FROM draft_grid AS d WHERE d.plan_id = grid.plan_id
                  AND d.code = grid.code AND d.key <> grid.key) THEN
        RAISE EXCEPTION 'grid %: the code is another grid''s, or was once', grid.code
            USING ERRCODE = 'unique_violation', HINT = 'choose a code that was never used';
    END IF;
END
$$;

-- Refuse what cannot be said of a grid; the web and the command line refuse the same.
CREATE FUNCTION gisgrid.require_labels(grid gisgrid.draft_grid) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = gisgrid, pg_temp AS $$
DECLARE
    fault text := CASE
        WHEN concat(grid.name, grid.range_reason) ~ '[\x01-\x1f\x7f]'
            THEN 'control characters are not allowed'
        WHEN greatest(length(grid.name), length(grid.range_reason)) > 200
            THEN 'a text cannot be longer than 200 letters'
        WHEN grid.name <> '' AND stripped(grid.name) = '' THEN 'a name cannot be made of blanks'
        WHEN stripped(grid.range_reason) = '' THEN 'a reason cannot be made of blanks'
        WHEN grid.households NOT BETWEEN 0 AND 10000000
            THEN 'the number of households is not between 0 and 10 million'
        WHEN grid.range_reason IS NOT NULL AND grid.level <> 'micro'
            THEN 'the range of households is one of micro-grids'
    END;
BEGIN
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'grid %: %', grid.code, fault USING ERRCODE = 'check_violation';
    END IF;
END
$$;

-- The parent of a grid: the one that is named, or else the one that holds most of its ground.
CREATE FUNCTION gisgrid.parent_of(grid gisgrid.draft_grid, named text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = gisgrid, POSTGIS, pg_temp AS $$
DECLARE
    above text := (SELECT l.parent FROM level AS l WHERE l.code = grid.level);
    layer text := format('drafts.%I', format('plan_%s_%s', grid.plan_id, above));
    found bigint;
BEGIN
    IF above IS NOT NULL AND named IS NULL THEN
        EXECUTE format('SELECT id FROM %s WHERE geom && $1 AND ST_Intersects(geom, $1)
                        ORDER BY ST_Area(ST_Intersection(geom, $1)) DESC, code LIMIT 1', layer)
        INTO found USING grid.geom;
    ELSIF above IS NOT NULL THEN
        EXECUTE format('SELECT id FROM %s WHERE code = $1', layer) INTO found USING named;
    END IF;
    IF named IS NOT NULL AND found IS NULL THEN
        RAISE EXCEPTION 'grid %: the plan has no % % to be its parent',
                        grid.code, coalesce(above, 'level above, so no'), named
            USING ERRCODE = 'foreign_key_violation', HINT = 'name a grid of the level above';
    END IF;
    RETURN found;
END
$$;

-- Write a grid into a plan, and into its log what it was before the edit and what it is after it.
CREATE FUNCTION gisgrid.write_drawn(of_edit bigint, grid gisgrid.draft_grid) RETURNS void
LANGUAGE plpgsql SET search_path = gisgrid, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM draft_edit_grid WHERE edit_id = of_edit AND key = grid.key) THEN
        INSERT INTO draft_edit_grid (edit_id, after, key, level, code, name, parent_key, special,
                                     households, range_reason, ended, geom)
        SELECT of_edit, false, key, level, code, name, parent_key, special, households,
               range_reason, ended, geom
        FROM draft_grid WHERE plan_id = grid.plan_id AND key = grid.key;
    END IF;
    DELETE FROM draft_edit_grid WHERE edit_id = of_edit AND after AND key = grid.key;
    DELETE FROM draft_grid WHERE plan_id = grid.plan_id AND key = grid.key;
    -- A grid that the plan made itself leaves nothing behind.
    IF grid.ended AND grid.key < 0 THEN
        RETURN;
    END IF;
    INSERT INTO draft_grid SELECT (grid).*;
    INSERT INTO draft_edit_grid (edit_id, after, key, level, code, name, parent_key, special,
                                 households, range_reason, ended, geom)
    VALUES (of_edit, true, grid.key, grid.level, grid.code, grid.name, grid.parent_key,
            grid.special, grid.households, grid.range_reason, grid.ended, grid.geom);
END
$$;

-- A key that no grid of the plan has or had.
CREATE FUNCTION gisgrid.next_drawn_key(of_plan bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = gisgrid, pg_temp AS $$
    SELECT least(
        0,
        (SELECT min(key) FROM draft_grid WHERE plan_id = of_plan),
        (SELECT min(logged.key) FROM draft_edit_grid AS logged
         JOIN draft_edit AS edit ON edit.id = logged.edit_id WHERE edit.plan_id = of_plan)
    ) - 1
$$;

-- End a grid, unless others stand below it.
CREATE FUNCTION gisgrid.require_childless(grid gisgrid.draft_grid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = gisgrid, pg_temp AS $$
DECLARE
    child text;
BEGIN
    SELECT code INTO child FROM draft_grid
    WHERE plan_id = grid.plan_id AND parent_key = grid.key AND NOT ended LIMIT 1;
    IF child IS NULL THEN
        SELECT g.code INTO child FROM grid_version AS g
        WHERE g.parent_id = grid.key AND upper_inf(g.valid) AND NOT EXISTS (
            SELECT FROM draft_grid AS d WHERE d.plan_id = grid.plan_id AND d.key = g.grid_id)
        LIMIT 1;
    END IF;
    IF child IS NOT NULL THEN
        RAISE EXCEPTION 'grid %: it would be left without its parent %, which ends',
                        child, grid.code
            USING ERRCODE = 'foreign_key_violation',
                  HINT = 'end it first, or give it another parent';
    END IF;
END
$$;

-- One row of a layer, saved. What the client left as it read it stays as it is now, so that it
-- takes back nothing that others changed of the same grid meanwhile.
CREATE FUNCTION gisgrid.save_grid() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisgrid, POSTGIS, pg_temp AS $$
DECLARE
    of_plan CONSTANT bigint := TG_ARGV[0];
    edit bigint;
    grid draft_grid;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN
        RETURN NEW;
    END IF;
    edit := open_save(of_plan);
    IF TG_OP = 'INSERT' THEN
        grid.plan_id := of_plan;
        grid.level := TG_ARGV[1];
        grid.key := next_drawn_key(of_plan);
        grid.ended := false;
        NEW.id := grid.key;
    ELSE
        grid := drawn_grid(of_plan, OLD.id);
        IF grid.key IS NULL OR grid.ended THEN
            RAISE EXCEPTION 'grid %: somebody else has ended it meanwhile', OLD.code
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'load the layer again';
        END IF;
        PERFORM require_unpublished(of_plan, ARRAY[grid.key]);
    END IF;
    IF TG_OP = 'DELETE' THEN
        PERFORM require_childless(grid);
        grid.ended := true;
        PERFORM write_drawn(edit, grid);
        RETURN OLD;
    END IF;
    IF NEW.id <> grid.key THEN
        RAISE EXCEPTION 'grid %: its id cannot be changed', OLD.code
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' OR NEW.code IS DISTINCT FROM OLD.code THEN
        grid.code := NEW.code;
        PERFORM require_code(grid);
    END IF;
    IF TG_OP = 'INSERT' OR NEW.geom IS DISTINCT FROM OLD.geom THEN
        grid.geom := NEW.geom;
        PERFORM require_shape(grid.code, grid.geom);
    END IF;
    IF TG_OP = 'INSERT' OR NEW.parent IS DISTINCT FROM OLD.parent THEN
        grid.parent_key := parent_of(grid, nullif(NEW.parent, ''));
    END IF;
    IF TG_OP = 'INSERT' OR NEW.name IS DISTINCT FROM OLD.name THEN
        grid.name := coalesce(NEW.name, '');
    END IF;
    IF TG_OP = 'INSERT' OR NEW.special IS DISTINCT FROM OLD.special THEN
        grid.special := coalesce(NEW.special, false);
    END IF;
    IF TG_OP = 'INSERT' OR NEW.households IS DISTINCT FROM OLD.households THEN
        grid.households := NEW.households;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.range_reason IS DISTINCT FROM OLD.range_reason THEN
        grid.range_reason := nullif(NEW.range_reason, '');
    END IF;
    IF (NEW.name, NEW.households, NEW.range_reason)
       IS DISTINCT FROM (OLD.name, OLD.households, OLD.range_reason) THEN
        PERFORM require_labels(grid);
    END IF;
    PERFORM write_drawn(edit, grid);
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION gisgrid.save_grid() FROM PUBLIC;
