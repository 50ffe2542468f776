"""What a database holds, and what of a backup it has already."""

from __future__ import annotations

import re

from psycopg2 import extensions

__all__ = ["installed_extensions", "what_it_holds", "without_extensions"]

# What `pg_restore --list` prints of an extension, or of the rows of PostGIS' own table.
ENTRY = re.compile(
    r"^\d+; \d+ \d+ (?:(?:COMMENT - EXTENSION|EXTENSION -) (\S+)|TABLE DATA \S+ spatial_ref_sys )"
)

# Everything of the user's, as the statement that drops it; what extensions own stays.
CONTENTS = """
WITH owned AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
spaces AS (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
      AND oid NOT IN (SELECT objid FROM owned WHERE classid = 'pg_namespace'::regclass))
SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM spaces WHERE nspname <> 'public'
UNION ALL
SELECT format('SELECT pg_catalog.lo_unlink(%s)', oid) FROM pg_largeobject_metadata
UNION ALL
SELECT format('DROP %s IF EXISTS public.%I CASCADE',
              CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                           WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE'
                           ELSE 'TABLE' END, relname)
FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  AND relnamespace = 'public'::regnamespace
  AND oid NOT IN (SELECT objid FROM owned WHERE classid = 'pg_class'::regclass)
UNION ALL
SELECT format('DROP %s IF EXISTS %s CASCADE',
              CASE prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
              oid::regprocedure)
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  AND oid NOT IN (SELECT objid FROM owned WHERE classid = 'pg_proc'::regclass)
UNION ALL
SELECT format('DROP %s IF EXISTS public.%I CASCADE',
              CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, typname)
FROM pg_type t WHERE typtype IN ('d', 'e', 'r', 'c') AND typnamespace = 'public'::regnamespace
  AND oid NOT IN (SELECT objid FROM owned WHERE classid = 'pg_type'::regclass)
  AND (typrelid = 0
       OR EXISTS (SELECT FROM pg_class c WHERE c.oid = typrelid AND c.relkind = 'c'))
"""


def what_it_holds(connection: extensions.connection) -> list[str]:
    """Return one statement for each object of the user's, which drops it."""
    with connection.cursor() as cursor:
        cursor.execute(CONTENTS)
        return [row[0] for row in cursor.fetchall()]


def installed_extensions(connection: extensions.connection) -> set[str]:
    """Return the names of the extensions that the database has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        return {row[0] for row in cursor.fetchall()}


def without_extensions(present: set[str], listing: str) -> str:
    """Return the list of a backup, less the extensions that are there.

    Others may own them, and with them PostGIS' table of coordinate systems.
    """
    lines = []
    for line in listing.splitlines():
        entry = ENTRY.match(line)
        there = entry is not None and (entry[1] or "postgis") in present
        lines.append(f";{line}" if there else line)
    return "\n".join(lines) + "\n"
