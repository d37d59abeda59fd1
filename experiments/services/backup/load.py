"""SQL of `pg_dump` into the database of the site, in the caller's transaction.

By the site's own connection and not by `psql`: the older of two servers doesn't know every setting of the newer one,
and a restore that fails must leave everything as it was, also what it was about to replace.
"""

import io
import re
from collections.abc import Iterable, Iterator
from typing import IO, Any

import zstandard
from django.db import connection

PIECE = 1024 * 1024
COPY = re.compile(rb"COPY .+ FROM stdin;\n")
END_OF_COPY = b"\\.\n"
LEFT_OUT = re.compile(rb"SET \w+_timeout = 0;\n|\\(un)?restrict .*\n|CREATE SCHEMA .*;\n")
"""Settings that an older server may not know, words for `psql`, and the schema, which is there."""

# Whatever lies in the schema and belongs to no extension.
_OBJECTS = """
SELECT format('DROP %%s IF EXISTS %%I.%%s CASCADE', kind, n.nspname, name)
FROM pg_namespace n JOIN (
    SELECT 1 AS turn, 'pg_class'::regclass AS catalog, oid, relnamespace AS schema, quote_ident(relname) AS name,
           CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END
           AS kind
    FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S')
    UNION ALL SELECT 2, 'pg_proc'::regclass, oid, pronamespace,
           format('%%I(%%s)', proname, pg_get_function_identity_arguments(oid)), 'ROUTINE' FROM pg_proc
    UNION ALL SELECT 3, 'pg_type'::regclass, oid, typnamespace, quote_ident(typname), 'TYPE'
    FROM pg_type WHERE typtype IN ('e', 'd')
) o ON o.schema = n.oid
WHERE n.nspname = %s
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.catalog AND d.objid = o.oid AND d.deptype = 'e')
ORDER BY turn, kind DESC
"""


def empty_schema(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OBJECTS, [schema])
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def reset_session() -> None:
    """A pooled connection is somebody else's afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ALL")


def load(packed: IO[bytes]) -> None:
    with zstandard.ZstdDecompressor().stream_reader(packed, closefd=False) as plain:
        for statement, rows in statements(io.BufferedReader(plain, PIECE)):
            # By psycopg's own cursor: several statements at a time, with % as it stands.
            with connection.cursor() as wrapper, connection.wrap_database_errors:
                cursor: Any = wrapper.cursor
                if rows is None:
                    cursor.execute(statement)
                    continue
                with cursor.copy(statement) as copy:
                    for piece in pieces(rows):
                        copy.write(piece)


def pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, many at a time."""
    some, size = [], 0
    for line in lines:
        some.append(line)
        size += len(line)
        if size >= PIECE:
            yield b"".join(some)
            some, size = [], 0
    yield b"".join(some)


def statements(lines: Iterator[bytes]) -> Iterator[tuple[bytes, Iterator[bytes] | None]]:
    """Statements, as many at a time as there are between two COPYs; of a COPY with its rows, which are read then."""
    between: list[bytes] = []
    for line in lines:
        if COPY.fullmatch(line):
            yield b"".join(between), None
            between.clear()
            yield line, iter(lines.__next__, END_OF_COPY)
        elif not LEFT_OUT.fullmatch(line):
            between.append(line)
    yield b"".join(between), None
