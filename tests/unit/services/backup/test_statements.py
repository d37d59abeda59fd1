"""What `pg_dump` writes is read as statements and rows, without what only some servers know."""

import io

from experiments.services.backup.load import pieces, statements

DUMP = rb"""--
\restrict abc
SET lock_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
CREATE SCHEMA public;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEW; -- 100 %
END $$;

COPY public.a (id, text) FROM stdin;
1	SET lock_timeout = 0;
2	\\.
3	COPY public.b (id) FROM stdin;
\.

COPY public.b (id) FROM stdin;
\.

SELECT pg_catalog.setval('public.a_id_seq', 3, true);
\unrestrict abc
"""


def read() -> list[tuple[bytes, bytes | None]]:
    found = statements(iter(io.BytesIO(DUMP)))
    return [(statement, None if rows is None else b"".join(pieces(rows))) for statement, rows in found]


def test_rows_are_those_between_copy_and_its_end() -> None:
    copied = {statement.split()[1]: rows for statement, rows in read() if rows is not None}
    rows = b"1\tSET lock_timeout = 0;\n2\t\\\\.\n3\tCOPY public.b (id) FROM stdin;\n"
    assert copied == {b"public.a": rows, b"public.b": b""}


def test_statements_are_whole() -> None:
    others = b"".join(statement for statement, rows in read() if rows is None)
    assert b"RETURN NEW; -- 100 %\nEND $$;\n" in others
    assert others.count(b"SET client_encoding") == 1
    assert b"setval" in others


def test_what_an_older_server_or_no_server_knows_is_left_out() -> None:
    others = b"".join(statement for statement, rows in read() if rows is None)
    for word in (b"timeout", b"restrict", b"CREATE SCHEMA"):
        assert word not in others
