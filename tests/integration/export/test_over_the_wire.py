"""What a client of the real server sees: a whole file, or one that is visibly broken; and nothing stays open."""

import http.client
import socket
from typing import Any

import pytest
from django.db import connection

from csv_batches.models import CsvBatch, CsvBatchRow
from tests.browser.support.site import Site
from tests.integration.api.support import Draft
from tests.support.api import from_csv
from tests.support.worker import eventually

READING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND xact_start IS NOT NULL
"""


def opened(site: Site, draft: Draft, version: str) -> socket.socket:
    """A connection that has asked for the export."""
    line = socket.create_connection(("127.0.0.1", site.port), timeout=60)
    head = [
        f"GET /api{draft.path}/export?metadata=0 {version}",
        f"Host: 127.0.0.1:{site.port}",
        f"Authorization: {draft.api.client._credentials['HTTP_AUTHORIZATION']}",
        *("", ""),
    ]
    line.sendall("\r\n".join(head).encode())
    return line


def answer(line: socket.socket) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(line)
    response.begin()
    return response


def transactions() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(READING)
        return [pid for (pid,) in cursor.fetchall()]


def test_a_whole_file_comes_whole(site: Site, many: Draft) -> None:
    for version, told in (("HTTP/1.1", "chunked"), ("HTTP/1.0", "length")):
        with opened(site, many, version) as line:
            response = answer(line)
            body = response.read()
        assert (response.getheader("Transfer-Encoding") == "chunked") == (told == "chunked")
        assert (response.getheader("Content-Length") == str(len(body))) == (told == "length")
        assert [row[0] for row in from_csv(body)] == ["id", *map(str, range(19_000))]


def test_a_file_that_breaks_off_looks_broken(site: Site, many: Draft) -> None:
    # Nobody can write the last row: it has no cells.
    CsvBatch.objects.filter(pk=many.id).update(response_fields=[{"name": "a", "type": "string"}])
    last = CsvBatchRow.objects.filter(queue_id=many.id, row_index=18_999)
    last.update(payload=5, result_payload={"a": [1]})
    with opened(site, many, "HTTP/1.1") as line:
        response = answer(line)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            response.read()


def test_the_transaction_ends_while_the_client_reads_nothing_and_when_it_goes(site: Site, many: Draft) -> None:
    with opened(site, many, "HTTP/1.1") as line:
        answer(line).read(1000)
        eventually(lambda: not transactions(), what="the end of the transaction")
    with opened(site, many, "HTTP/1.1") as line:
        answer(line).read(1000)
    eventually(lambda: not transactions(), what="the end of the transaction")


def test_a_refusal_is_no_file(site: Site, many: Draft) -> None:
    many.api.post(f"{many.path}/retry", {"row_indexes": [0], "force": True}, 202)
    for version in ("HTTP/1.1", "HTTP/1.0"):
        with opened(site, many, version) as line:
            response: Any = answer(line)
            assert (response.status, response.getheader("Content-Type")) == (409, "application/json")
