"""F33: a hundred exports that nobody reads, a hundred requests that stop in the middle. Pages answer meanwhile."""

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from django.db import connection

from tests.browser.support.site import Site
from tests.faults.support import seen, token_of
from tests.integration.api.support import Draft
from tests.integration.export.support import complete
from tests.support.api import Api, from_csv
from tests.support.slow_clients import answer, answers, asked, connected, half_requests, many
from tests.support.worker import eventually

MANY = 100
USERS = 25
ROWS = 19_000
TEXT = b"x" * 1000
OPEN_TRANSACTIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND xact_start IS NOT NULL
"""


@pytest.fixture
def large(api: Api) -> Draft:
    """A completed batch whose file has 19 MB: more than the buffers of two ends of a connection take."""
    return large_of(api, rows=ROWS)


def large_of(api: Api, *, rows: int) -> Draft:
    draft = Draft(api, api.draft(api.network(None)))
    api.upload(draft.id, b"id,text\n" + b"".join(b"%d,%b\n" % (index, TEXT) for index in range(rows)))
    complete(draft)
    return draft


def assert_pages_answer(site: Site) -> float:
    """Ten in a row, and how long the slowest took, in seconds."""
    slowest = 0.0
    for _ in range(10):
        began = time.monotonic()
        assert requests.get(f"{site.url}/login/", timeout=30).status_code == 200
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def open_transactions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OPEN_TRANSACTIONS)
        return int(cursor.fetchone()[0])


def unread(site: Site, path: str, key: str) -> tuple[socket.socket, http.client.HTTPResponse, int]:
    """An export that has begun and is read no further, and how often it was refused before that."""
    refused = 0
    while True:
        line = asked(site.port, path, Authorization=key)
        response = answer(line)
        if response.status == 200:
            return line, response, refused
        assert (response.status, response.getheader("Retry-After")) == (503, "5"), response.read()
        response.close()
        line.close()
        refused += 1
        time.sleep(0.1)


def test_exports_that_nobody_reads(site: Site, api: Api) -> None:
    """Of as many users as it takes: one user has only so many on the way."""
    batch = large_of(api, rows=6_000)
    path = f"/api{batch.path}/export"
    keys = [token_of(Api.as_user(f"reader{number}", is_staff=True)) for number in range(USERS)]
    wanted = api.export(batch.id)
    with ExitStack() as closing:
        made, slowest, refused = [], 0.0, 0
        for number in range(MANY):
            line, response, times = unread(site, path, keys[number % USERS])
            closing.enter_context(line)
            made.append(closing.enter_context(response))
            refused += times
            if number % 10 == 9:
                slowest = max(slowest, assert_pages_answer(site))
        eventually(lambda: open_transactions() == 0, what="the end of the transactions")
        seen(f"{MANY} unread exports, refused before {refused} times; slowest page {slowest:.2f} s")
        for one in made[::33]:
            assert one.read() == wanted
    assert site.process.poll() is None


def test_one_user_has_only_so_many_on_the_way(site: Site, large: Draft) -> None:
    path, key = f"/api{large.path}/export", token_of(large.api)
    with many(asked(site.port, path, Authorization=key) for _ in range(32)) as lines, answers(lines) as found:
        assert sorted(one.status for one in found) == [200] * 4 + [429] * 28
        refusal = next(one for one in found if one.status == 429)
        assert refusal.getheader("Retry-After")
        assert b"4 exports on the way" in refusal.read()
        assert_pages_answer(site)
        read = next(one for one in found if one.status == 200)
        assert len(from_csv(read.read())) == ROWS + 1

    # One has arrived, the others were given up.
    def is_free_again() -> bool:
        with asked(site.port, path, Authorization=key) as line, answer(line) as response:
            return response.status == 200

    eventually(is_free_again, what="a place for an export")


def test_requests_that_stop_in_the_middle(site: Site) -> None:
    sorts = half_requests("/login/")

    def half(number: int) -> bytes:
        return sorts[number % len(sorts)]

    def lines() -> Iterator[socket.socket]:
        for number in range(MANY):
            line = connected(site.port)
            line.sendall(half(number))
            yield line

    with many(lines()) as waiting:
        slowest = assert_pages_answer(site)
        seen(f"{len(waiting)} half-sent requests: slowest page {slowest:.2f} s")
        assert slowest < 10


def test_a_slow_client_gets_all_of_it(site: Site, large: Draft) -> None:
    """It reads the beginning, waits until the file is made, and takes the rest bit by bit."""
    wanted = large.api.export(large.id)
    line = asked(site.port, f"/api{large.path}/export", Authorization=token_of(large.api))
    with line, answer(line) as response:
        read = response.read(1000)
        eventually(lambda: open_transactions() == 0, what="the end of the transaction")
        while piece := response.read(100_000):
            read += piece
    assert read == wanted


def test_what_nobody_takes_is_removed(site: Site, large: Draft) -> None:
    """The spool has a file while somebody may take it, which has no name."""
    spool = site.var / "spool"
    with asked(site.port, f"/api{large.path}/export", Authorization=token_of(large.api)) as line:
        with answer(line) as response:
            response.read(1000)
            eventually(lambda: spooled_by(site) > 10**7, what="the spool")
        assert list(spool.iterdir()) == []
        assert spool.stat().st_mode & 0o777 == 0o700
    eventually(lambda: spooled_by(site) == 0, what="the end of the spool")


def spooled_by(site: Site) -> int:
    """Bytes in files without a name that the site's processes have open in the spool."""
    total = 0
    for process in [site.process.pid, *children_of(site.process.pid)]:
        for link in Path(f"/proc/{process}/fd").iterdir():
            try:
                target = str(link.readlink())
                if target.startswith(str(site.var / "spool")):
                    total += link.stat().st_size
            except FileNotFoundError:
                continue
    return total


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
