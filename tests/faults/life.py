"""A batch of many rows of which everything is known beforehand, and somebody who does and looks at all there is."""

import csv
import random
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from csv_batches.bench.web import FILE
from experiments.models import Attempt, Queue, QueueItem, Run
from tests.browser.support.site import Site
from tests.faults.support import seen
from tests.faults.visitor import PAGE_LIMIT_MS, FileForm, Page, Visitor
from tests.support.run_server import RunServer, expected_payload
from tests.support.worker import eventually

COLUMNS = ["id", "text", "customer", "city", "product", "channel", "date", "note"]
TOPICS = ["billing", "delivery", "praise"]
FIELDS = [
    {"name": "topic", "type": "string", "required": True, "choices": TOPICS},
    {"name": "summary", "type": "string", "required": True},
    {"name": "score", "type": "integer", "required": True},
]
REFUSED, ODD = "rejected", "schema_mismatch"
CONCURRENCY, LATENCY_MS = 16, 200
LOOK_EVERY_S = 0.4
STARTS = 3
"""So often the web server is started anew while rows are called: each time somebody opens the first page of it."""
SHOWN, LISTED = 50, 1000
"""Rows of a page, and of one of the API."""
IN_BACKGROUND = 20 * 1024**2
"""A larger file is read by a worker."""
OBEYED_S = 1.0
"""So long after a pause or a cancel is asked for calls may still begin."""
PATIENCE_S = 1800
CERTAIN = 10 * CONCURRENCY
"""Rows are called in order: so many before the last that is done all of them are."""

PAGES = ("page", "page in the middle", "page where rows are called")
POLLS = ("poll", "poll where rows are called")
FILTERS = ("rows that failed", "rows with an error code", "rows with an answer")
LISTS = ("1,000 rows by API",)
FIRST = "first page of a process"


def cells_of_row(index: int) -> list[str]:
    """Some 130 bytes of a file."""
    return [str(index), text_of_row(index), *["some text"] * 6]


def text_of_row(index: int) -> str:
    return f"text of row {index}, with a comma, which says what it is about"


def error_of_row(index: int) -> str:
    """Its error code once it was called; empty: it has an answer."""
    if index % 100 == 0:
        return ODD
    return REFUSED if index % 20 == 7 else ""


def script(run_server: RunServer) -> None:
    """What `error_of_row` says."""
    no = {"do": "status", "status": 422, "json": {"detail": "It said no."}}
    odd = {"do": "ok", "payload": {"topic": "weather"}}
    rules = [
        {"match": r"row (0|\d*00),", "attempts": [odd], "repeat": True},
        {"match": r"row (\d*[02468])?7,", "attempts": [no], "repeat": True},
    ]
    run_server.script(latency_ms=LATENCY_MS, rules=rules)


class Life:
    """The steps, in order; each asserts what must be so."""

    def __init__(self, visitor: Visitor, run_server: RunServer, site: Site, *, rows: int) -> None:
        self._visitor, self._run_server, self._site = visitor, run_server, site
        self._rows = rows
        self._done = 0
        self._cursor: str | None = None
        self._dice = random.Random(7)

    def upload(self) -> None:
        self._visitor.page(FIRST, "/csv-batch/")
        script(self._run_server)
        agent = {"key": "a", "display_name": "A", "prompt": "Answer.", "is_default": True, "allow_respond": True}
        network = {"name": "net", "timeout_s": 30, "max_concurrency": 512, "agents": [agent]}
        self._visitor.api("network", "POST", "/networks", want=201, json={**network, "run_url": self._run_server.url})
        draft = {"name": "life", "network": "net"}
        self._batch = str(self._visitor.api("draft", "POST", "/csv_batches", want=201, json=draft)["id"])
        self._page, self._path = f"/csv-batch/{self._batch}/", f"/csv_batches/{self._batch}"
        path = self._site.var / "life.csv"
        with path.open("w", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(COLUMNS)
            writer.writerows(cells_of_row(index) for index in range(self._rows))
        self._send(path)
        values = {"prompt_template": "{{ row.text }}", "response_fields": FIELDS, "concurrency": CONCURRENCY}
        state = self._visitor.api("settings", "PATCH", self._path, json=values)
        self._schema = state["schema_json"]
        self._check_progress(state)

    def _send(self, path: Path) -> None:
        size, began = path.stat().st_size, time.monotonic()
        want = 202 if size > IN_BACKGROUND else 201
        form = {"data": FileForm(path), "headers": {"Content-Type": FileForm.CONTENT_TYPE}}
        self._visitor.api("upload", "POST", f"{self._path}/upload", want=want, **form)

        def is_read() -> Any:
            assert "life" in self._visitor.page("list of batches", "/csv-batch/").html
            state = self._visitor.api("progress by API", "GET", self._path, limit_ms=PAGE_LIMIT_MS)
            time.sleep(LOOK_EVERY_S)
            return state if state["upload"]["state"] == "done" else None

        state = eventually(is_read, timeout_s=PATIENCE_S, what="the file is read")
        seen(f"{size / 1e6:,.0f} MB, {self._rows:,} rows: sent and stored in {time.monotonic() - began:.0f} s")
        path.unlink()
        assert (state["progress"]["total"], state["upload"]["errors"]) == (self._rows, [])
        assert [column["name"] for column in state["columns"]] == COLUMNS

    def launch(self) -> None:
        state = self._visitor.api("launch", "POST", f"{self._path}/run", want=202, json={"confirm_schema_change": True})
        assert state["status"] == "running"
        self._run_server.wait(done=CONCURRENCY)

    # -- while rows are called

    def run(self, minutes: float) -> None:
        """Looks at everything in turn, and now and then the web server is started anew."""
        lasts_s, began, starts = minutes * 60, time.monotonic(), 0
        self._top = self._open("page", "")
        self._place, self._at_work = 0, self._open("page where rows are called", "")
        for look in cycle(self._looks()):
            passed_s = time.monotonic() - began
            if passed_s > lasts_s:
                break
            if passed_s > lasts_s * (starts + 1) / (STARTS + 1):
                starts += 1
                self._start_anew()
            look()
            time.sleep(LOOK_EVERY_S)
        assert self._done > 0

    def _looks(self) -> list[Callable[[], Any]]:
        visitor, page = self._visitor, self._page
        return [
            self._look_at_progress,
            self._look_at_first_page,
            self._poll,
            self._look_where_rows_are_called,
            self._look_in_the_middle,
            lambda: self._filter("rows that failed", "status=failed", lambda index: error_of_row(index) != ""),
            self._poll,
            lambda: self._filter("rows with an error code", f"error_code={ODD}", lambda i: error_of_row(i) == ODD),
            lambda: self._filter("rows with an answer", "field=topic&value=praise", self._is_praised),
            self._list_rows,
            self._poll,
            self._search_many,
            lambda: self._search("search without a hit", "nowhere", []),
            lambda: self._search("search with one hit", f"row {self._rows - 9},", [self._rows - 9]),
            self._poll,
            self._look_at_a_row,
            lambda: visitor.page("results", f"{page}results/"),
            lambda: visitor.page("list of batches", "/csv-batch/"),
            lambda: visitor.api("list of batches by API", "GET", "/csv_batches", limit_ms=PAGE_LIMIT_MS),
        ]

    def _open(self, what: str, query: str) -> Page:
        return self._visitor.page(what, f"{self._page}?{query}")

    def _start_anew(self) -> None:
        self._site.end()
        self._site.start(asks=FILE)
        self._visitor.meet()
        assert self._open(FIRST, "").rows == list(range(SHOWN))

    def _look_at_progress(self) -> None:
        self._check_progress(self._visitor.api("progress by API", "GET", self._path, limit_ms=PAGE_LIMIT_MS))

    def _check_progress(self, state: dict[str, Any]) -> None:
        progress = state["progress"]
        done = progress["succeeded"] + progress["failed"]
        assert (progress["total"], progress["queued"] + progress["running"] + done) == (self._rows, self._rows)
        assert self._done <= done
        self._done = done

    def _look_at_first_page(self) -> None:
        self._top = self._open("page", "")
        assert self._top.rows == list(range(SHOWN))

    def _poll(self) -> None:
        self._visitor.poll("poll", self._page, self._top)
        self._visitor.poll("poll where rows are called", f"{self._page}?after={self._place}", self._at_work)

    def _look_where_rows_are_called(self) -> None:
        self._place = max(self._done - 1, 0)
        self._at_work = self._open("page where rows are called", f"after={self._place}")
        assert self._at_work.rows == list(range(self._place + 1, self._place + 1 + SHOWN))

    def _look_in_the_middle(self) -> None:
        place = self._dice.randrange(self._rows // 4, 3 * self._rows // 4)
        assert self._open("page in the middle", f"after={place}").rows == list(range(place + 1, place + 1 + SHOWN))

    def _filter(self, what: str, query: str, matches: Callable[[int], bool]) -> None:
        rows = self._open(what, query).rows
        assert all(map(matches, rows)), rows
        certain = list(islice(filter(matches, range(self._done - CERTAIN)), SHOWN))
        assert rows[: len(certain)] == certain

    def _is_praised(self, index: int) -> bool:
        return not error_of_row(index) and self._answer_of(index)["topic"] == "praise"

    def _answer_of(self, index: int) -> dict[str, Any]:
        body = {"user_message": text_of_row(index), "respond_payload_schema": self._schema}
        return expected_payload(body)

    def _list_rows(self) -> None:
        """Page by page through all of them, as far as one comes."""
        found = self._visitor.api(
            *LISTS, "GET", self._cursor or f"{self._path}/rows?limit={LISTED}", limit_ms=PAGE_LIMIT_MS
        )
        indexes = [row["row_index"] for row in found["results"]]
        assert indexes == list(range(indexes[0], indexes[0] + len(indexes)))
        assert found["results"][0]["row_payload"]["text"] == text_of_row(indexes[0])
        self._cursor = found["next"] and "/api" + found["next"].partition("/api")[2]

    def _search_many(self) -> None:
        place = self._dice.randrange(self._rows // 2)
        rows = self._open("search with many hits", f"search=text of row&after={place}").rows
        assert rows == list(range(place + 1, place + 1 + SHOWN))

    def _search(self, what: str, words: str, found: list[int]) -> None:
        """Its first page; a table of very many rows is not looked through in its time."""
        page = self._open(what, f"search={words}")
        assert page.rows == found or (page.rows == [] and page.further)

    def _look_at_a_row(self) -> None:
        index = self._dice.randrange(max(self._done - CONCURRENCY, 1))
        page = self._visitor.page("row", f"{self._page}row/{index}/", headers={"HX-Request": "true"})
        assert f"row {index}," in page.html

    # -- at rest

    def pause(self) -> None:
        self._stop("pause", "paused")

    def cancel(self) -> None:
        self._stop("cancel", "cancelled")
        self._export()

    def _stop(self, order: str, status: str) -> None:
        asked_at = time.time()
        state = self._visitor.api(order, "POST", f"{self._path}/{order}", want=202, json={}, limit_ms=PAGE_LIMIT_MS)
        assert state["status"] == status

        def is_at_rest() -> bool:
            state = self._visitor.api("progress by API", "GET", self._path, limit_ms=PAGE_LIMIT_MS)
            self._check_progress(state)
            return state["progress"]["running"] == 0 and time.time() > asked_at + 2 * OBEYED_S

        eventually(is_at_rest, what="what is in flight ends")
        self._check_calls(until=asked_at + OBEYED_S)

    def _check_calls(self, *, until: float) -> None:
        """None began later; each row that was called was called once, and is recorded; nothing else is."""
        calls = self._run_server.ledger(bodies=False)
        assert max(call["started"] for call in calls) <= until
        called = Counter(call["user_message"] for call in calls)
        assert set(called.values()) == {1}
        recorded = QueueItem.objects.filter(queue_id=self._batch).exclude(status="queued")
        rows = dict(recorded.values_list("row_index", "error_code"))
        assert {text_of_row(index) for index in rows} == set(called)
        assert rows == {index: error_of_row(index) for index in rows}
        assert not recorded.exclude(attempts=1, lost=0).exists()
        assert Attempt.objects.count() == len(rows) == self._done
        seen(f"{self._visitor.times.phase}: {len(rows):,} rows called once each, the last {max(rows):,}")
        self._called = set(rows)

    def look_closely(self) -> None:
        """All that there is to see while nothing changes: filters to the row, searches to the end, each row once."""
        for look in self._looks():
            look()
            time.sleep(LOOK_EVERY_S)
        self._search_to_the_end(f"row {self._rows - 9},", [self._rows - 9])
        self._search_to_the_end("nowhere", [])
        for query, matches in (
            ("status=failed", lambda index: error_of_row(index) != ""),
            (f"error_code={REFUSED}", lambda index: error_of_row(index) == REFUSED),
            ("field=topic&value=praise", self._is_praised),
        ):
            wanted = sorted(index for index in self._called if matches(index))[:SHOWN]
            assert self._open("filter", query).rows == wanted
        results = self._visitor.api("results by API, of all rows", "GET", f"{self._path}/results")
        counted = {line["value"]: line["count"] for line in results["fields"][0]["values"]}
        assert counted == Counter(self._answer_of(index)["topic"] for index in self._called if not error_of_row(index))
        self._export()
        self._walk()

    def _search_to_the_end(self, words: str, wanted: list[int]) -> None:
        page = self._open("search", f"search={words}")
        while not page.rows and page.further:
            page = self._visitor.page("search, going on", page.further)
        assert page.rows == wanted

    def _walk(self) -> None:
        place, self._cursor = 0, f"{self._path}/rows?limit={LISTED}"
        states: Counter[str] = Counter()
        while self._cursor:
            found = self._visitor.api(*LISTS, "GET", self._cursor, limit_ms=PAGE_LIMIT_MS)
            for row in found["results"]:
                assert row["row_index"] == place
                states[row["status"]] += 1
                place += 1
            self._cursor = found["next"] and "/api" + found["next"].partition("/api")[2]
        assert place == self._rows
        assert states == self._states()

    def _states(self) -> Counter[str]:
        return Counter("failed" if error_of_row(index) else "succeeded" for index in self._called) + Counter(
            queued=self._rows - len(self._called)
        )

    def _export(self) -> None:
        """All rows are in it, each once and in order, with what came for those that were called."""
        lines = csv.reader(self._visitor.lines("export as CSV", f"{self._path}/export?partial=1"))
        head = next(lines)
        assert head[: len(COLUMNS)] == COLUMNS
        status, code, topic = (head.index(name) for name in ("status", "error_code", "topic"))
        states: Counter[str] = Counter()
        for index, line in enumerate(lines):
            assert line[: len(COLUMNS)] == cells_of_row(index)
            states[line[status]] += 1
            if index in self._called:
                error = error_of_row(index)
                answer = "" if error else self._answer_of(index)["topic"]
                assert (line[status], line[code]) == ("failed" if error else "succeeded", error)
                assert error or line[topic] == answer
        assert states == self._states()

    def resume(self, minutes: float) -> None:
        """Goes on for so long."""
        before = self._done
        state = self._visitor.api("resume", "POST", f"{self._path}/resume", want=202, limit_ms=PAGE_LIMIT_MS)
        assert state["status"] == "running"
        until = time.monotonic() + minutes * 60
        while time.monotonic() < until or self._done <= before + CERTAIN:
            self._look_at_progress()
            self._look_at_first_page()
            self._poll()
            time.sleep(LOOK_EVERY_S)

    def delete(self) -> None:
        """Answered at once, gone for everybody, and then its rows go part by part, from the first."""
        began = time.monotonic()
        self._visitor.api("delete", "DELETE", self._path, want=204, limit_ms=PAGE_LIMIT_MS)
        left = QueueItem.objects.filter(queue_id=self._batch).order_by("row_index").values_list("row_index", flat=True)
        firsts = []
        while (first := left.first()) is not None:
            firsts.append(first)
            self._visitor.api("a batch that is gone", "GET", self._path, want=404)
            self._visitor.page("a batch that is gone", self._page, want=404)
            assert self._visitor.api("list of batches by API", "GET", "/csv_batches")["results"] == []
            assert self._batch not in self._visitor.page("list of batches", "/csv-batch/").html
        assert firsts == sorted(firsts)
        assert len(set(firsts)) > 2, f"not part by part: {firsts}"
        eventually(lambda: not Queue.objects.filter(pk=self._batch).exists(), what="all of it is deleted")
        seen(f"deleted in {time.monotonic() - began:.0f} s")
        assert not Attempt.objects.exists()
        assert not Run.objects.exists()
        assert [file for file in self._site.media.rglob("*") if file.is_file()] == []
