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

-- Among the rows that may be seen, or with 'secret_' among those of them that are confidential.
CREATE FUNCTION gisgrid.sees(
    area bigint, unit bigint, micro bigint, police bigint, among text DEFAULT ''
)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT gisgrid.sight(among || 'whole') = 't'
        OR ARRAY[area, unit, micro] && gisgrid.sight_ids(among || 'grids')
        OR ARRAY[police] && gisgrid.sight_ids(among || 'police')
$$;

-- Whether anything confidential may be seen at all.
CREATE FUNCTION gisgrid.sees_secrets() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT gisgrid.sight('secret_whole') = 't'
        OR gisgrid.sight_ids('secret_grids') <> '{}'
        OR gisgrid.sight_ids('secret_police') <> '{}'
        OR gisgrid.sight('secret_department') <> ''
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
        OR gisgrid.sees(
            file.area_id, file.unit_id, file.micro_id, file.police_id,
            CASE WHEN file.confidential THEN 'secret_' ELSE '' END
        )
        OR gisgrid.is_called(
            file.id,
            gisgrid.sight(CASE WHEN file.confidential THEN 'secret_' ELSE '' END || 'department')
        )
$$;
