INSERT INTO gisgrid.level (code, rank, parent, name_zh, name_en) VALUES
    ('area', 1, NULL, '街镇区域网格', 'Area grid'),
    ('unit', 2, 'area', '村级单元网格', 'Unit grid'),
    ('micro', 3, 'unit', '村居微网格', 'Micro-grid'),
    ('police', 4, NULL, '派出所辖区', 'Police area');

-- The grids that are valid at an instant, each with its path of codes from the top.
-- Plain SQL without SET, so that the planner inlines it into the query that calls it.
CREATE FUNCTION gisgrid.grids_at(at timestamptz)
RETURNS TABLE (
    grid_id bigint, code text, name text, parent_id bigint, special boolean, households integer,
    path text[]
)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT g.grid_id, g.code, g.name, g.parent_id, g.special, g.households,
           array_remove(ARRAY[grandparent.code, parent.code, g.code], NULL)
    FROM gisgrid.grid_version AS g
    LEFT JOIN gisgrid.grid_version AS parent
        ON parent.grid_id = g.parent_id AND parent.valid @> at
    LEFT JOIN gisgrid.grid_version AS grandparent
        ON grandparent.grid_id = parent.parent_id AND grandparent.valid @> at
    WHERE g.valid @> at
$$;

-- The one owner of a point at each level. ST_Relate on whole geometries decides, because
-- ST_Covers and ST_Intersects are not robust within an ulp of an edge. Matrix cells: 4 is the
-- polygon's boundary on the point, 7 the polygon's exterior on the point.
CREATE FUNCTION gisgrid.owners_at(place geometry, at timestamptz)
RETURNS TABLE (level text, grid_id bigint, code text, name text, path text[], border boolean)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT DISTINCT ON (covering.level)
           covering.level, covering.grid_id, covering.code, covering.name, covering.path,
           covering.several OR covering.touched
    FROM (
        SELECT boundary.level, g.grid_id, g.code, g.name, g.path,
               count(*) OVER (PARTITION BY boundary.level) > 1 AS several,
               substr(relation.matrix, 4, 1) <> 'F' AS touched
        FROM gisgrid.boundary_version AS boundary
        JOIN gisgrid.grids_at(at) AS g ON g.grid_id = boundary.grid_id
        CROSS JOIN LATERAL (SELECT ST_Relate(boundary.geom, place) AS matrix) AS relation
        WHERE boundary.geom && place
          AND boundary.valid @> at
          AND substr(relation.matrix, 7, 1) = 'F'
    ) AS covering
    ORDER BY covering.level, covering.path COLLATE "C"
$$;

-- Every statement that writes places waits for a publish that is under way. It does so before it
-- locks a row: in the other order a publish and a client could wait for each other.
CREATE FUNCTION gisgrid.wait_for_publish() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7461202);
    RETURN NULL;
END
$$;

-- A single row that is inserted or whose point moves. The clock is read after the wait, so that
-- the row sees the boundaries that hold; an older snapshot would not.
CREATE FUNCTION gisgrid.assign_owners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'places are written in READ COMMITTED transactions: another sees old boundaries'
            USING ERRCODE = 'active_sql_transaction';
    END IF;
    SELECT max(o.grid_id) FILTER (WHERE o.level = 'area'),
           max(o.grid_id) FILTER (WHERE o.level = 'unit'),
           max(o.grid_id) FILTER (WHERE o.level = 'micro'),
           max(o.grid_id) FILTER (WHERE o.level = 'police'),
           coalesce(bool_or(o.border) FILTER (WHERE o.level <> 'police'), false)
    INTO NEW.area_id, NEW.unit_id, NEW.micro_id, NEW.police_id, NEW.on_border
    FROM gisgrid.owners_at(NEW.point, clock_timestamp()) AS o;
    NEW.assigned_how := 'trigger';
    NEW.assigned_revision := (SELECT coalesce(max(number), 0) FROM gisgrid.revision);
    RETURN NEW;
END
$$;

-- Points are compared as bytes: a backup writes this condition without the schema of PostGIS'
-- own equality, which a restore then cannot find.
CREATE TRIGGER wait_for_publish BEFORE INSERT OR UPDATE ON gisgrid.address
    FOR EACH STATEMENT EXECUTE FUNCTION gisgrid.wait_for_publish();
CREATE TRIGGER assign_on_insert BEFORE INSERT ON gisgrid.address FOR EACH ROW
    WHEN (current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER assign_on_move BEFORE UPDATE OF point ON gisgrid.address FOR EACH ROW
    WHEN (ST_AsEWKB(OLD.point) IS DISTINCT FROM ST_AsEWKB(NEW.point)
          AND current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER wait_for_publish BEFORE INSERT OR UPDATE ON gisgrid.hazard
    FOR EACH STATEMENT EXECUTE FUNCTION gisgrid.wait_for_publish();
CREATE TRIGGER assign_on_insert BEFORE INSERT ON gisgrid.hazard FOR EACH ROW
    WHEN (current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER assign_on_move BEFORE UPDATE OF point ON gisgrid.hazard FOR EACH ROW
    WHEN (ST_AsEWKB(OLD.point) IS DISTINCT FROM ST_AsEWKB(NEW.point)
          AND current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER wait_for_publish BEFORE INSERT OR UPDATE ON gisgrid.patrol_point
    FOR EACH STATEMENT EXECUTE FUNCTION gisgrid.wait_for_publish();
CREATE TRIGGER assign_on_insert BEFORE INSERT ON gisgrid.patrol_point FOR EACH ROW
    WHEN (current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER assign_on_move BEFORE UPDATE OF point ON gisgrid.patrol_point FOR EACH ROW
    WHEN (ST_AsEWKB(OLD.point) IS DISTINCT FROM ST_AsEWKB(NEW.point)
          AND current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER wait_for_publish BEFORE INSERT OR UPDATE ON gisgrid.building
    FOR EACH STATEMENT EXECUTE FUNCTION gisgrid.wait_for_publish();
CREATE TRIGGER assign_on_insert BEFORE INSERT ON gisgrid.building FOR EACH ROW
    WHEN (current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER assign_on_move BEFORE UPDATE OF point ON gisgrid.building FOR EACH ROW
    WHEN (ST_AsEWKB(OLD.point) IS DISTINCT FROM ST_AsEWKB(NEW.point)
          AND current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER wait_for_publish BEFORE INSERT OR UPDATE ON gisgrid.campaign_item
    FOR EACH STATEMENT EXECUTE FUNCTION gisgrid.wait_for_publish();
CREATE TRIGGER assign_on_insert BEFORE INSERT ON gisgrid.campaign_item FOR EACH ROW
    WHEN (current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER assign_on_move BEFORE UPDATE OF point ON gisgrid.campaign_item FOR EACH ROW
    WHEN (ST_AsEWKB(OLD.point) IS DISTINCT FROM ST_AsEWKB(NEW.point)
          AND current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();

-- A boundary is never edited in place: only its end may be set, once.
CREATE FUNCTION gisgrid.keep_boundary() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND NEW.id = OLD.id AND NEW.grid_id = OLD.grid_id AND NEW.level = OLD.level
       AND NEW.geom = OLD.geom AND NEW.revision = OLD.revision
       AND NEW.recorded_at = OLD.recorded_at
       AND NEW.import_id IS NOT DISTINCT FROM OLD.import_id
       AND lower(NEW.valid) = lower(OLD.valid) AND lower_inc(NEW.valid)
       AND upper_inf(OLD.valid)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'boundary version % is immutable: publish a new version', OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER keep_boundary BEFORE UPDATE OR DELETE ON gisgrid.boundary_version
    FOR EACH ROW EXECUTE FUNCTION gisgrid.keep_boundary();

-- The same for the dated attributes.
CREATE FUNCTION gisgrid.keep_attributes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - '{valid,ended_revision}'::text[]
           = to_jsonb(OLD) - '{valid,ended_revision}'::text[]
       AND lower(NEW.valid) = lower(OLD.valid) AND lower_inc(NEW.valid)
       AND upper_inf(OLD.valid)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'grid version % is immutable: publish a new version', OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER keep_attributes BEFORE UPDATE OR DELETE ON gisgrid.grid_version
    FOR EACH ROW EXECUTE FUNCTION gisgrid.keep_attributes();
