-- What may be seen of tables without geometry, for roles that do not own them. Who looks is told
-- transaction by transaction in the settings gisgrid.sight_…; nobody told, nothing is seen.
-- Tables with geometry have no policies: functions of PostGIS are not leakproof, and a look-up
-- under a policy would lose its index. Their queries carry the predicate themselves.

CREATE FUNCTION gisgrid.sight(part text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('gisgrid.sight_' || part, true), '')
$$;

CREATE FUNCTION gisgrid.sight_ids(part text) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('gisgrid.sight_' || part, true), ''), '{}')::bigint[]
$$;

CREATE FUNCTION gisgrid.sees(area bigint, unit bigint, micro bigint, police bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT gisgrid.sight('whole') = 't'
        OR ARRAY[area, unit, micro] && gisgrid.sight_ids('grids')
        OR ARRAY[police] && gisgrid.sight_ids('police')
$$;

-- The grids that a limited sight names and all below them, as they are now.
CREATE FUNCTION gisgrid.grids_seen() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT own.grid_id
    FROM gisgrid.grid_version AS own
    LEFT JOIN gisgrid.grid_version AS above
        ON above.grid_id = own.parent_id AND above.valid @> now()
    WHERE own.valid @> now() AND ARRAY[own.grid_id, own.parent_id, above.parent_id]
        && (SELECT gisgrid.sight_ids('grids') || gisgrid.sight_ids('police'))
$$;

-- As the owner of the tables, for a policy may not ask the table that it is of.
CREATE FUNCTION gisgrid.is_called(of_case bigint, department text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT department <> '' AND EXISTS (SELECT FROM gisgrid.case_call AS c
        WHERE c.case_id = of_case AND c.department = is_called.department)
$$;

CREATE FUNCTION gisgrid.sees_case(file gisgrid.case_file) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT file.id::text = gisgrid.sight('case')
        OR (NOT file.confidential OR gisgrid.sight('confidential') = 't')
            AND (gisgrid.sees(file.area_id, file.unit_id, file.micro_id, file.police_id)
                OR gisgrid.is_called(file.id, gisgrid.sight('department')))
$$;
