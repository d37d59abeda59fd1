"""Texts stay texts, and no page needs anything that the content security policy forbids."""

from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.web.support import COLUMNS, FIELDS, batch_of, browser, htmx, queue_url, row_of, run_for

pytestmark = pytest.mark.django_db

EVIL = "</script></textarea></title>\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{ 7|add:7 }}"


class Inspector(HTMLParser):
    """Collects what a strict policy would block, and elements that only data could have brought in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name: value or "" for name, value in attrs}
        if tag in ("style", "img", "iframe", "object", "embed", "base"):
            self.found.append(tag)
        if tag == "script" and not names.get("src", "").startswith("/static/"):
            self.found.append("inline script")
        self.found += [name for name in names if name == "style" or name.startswith(("on", "hx-on", "hx-vars"))]
        self.found += [value for value in names.values() if value.lower().lstrip().startswith("javascript:")]
        self.found += [names["hx-trigger"] for name in names if name == "hx-trigger" and "[" in names[name]]


def problems(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    return inspector.found


@pytest.fixture
def evil_batch() -> CsvBatch:
    """A batch with a payload in every text that data can bring."""
    columns = [{**COLUMNS[1], "name": EVIL, "header": EVIL}]
    fields = [{**FIELDS[0], "name": EVIL, "description": EVIL}]
    batch = batch_of("ann", ["queued", "queued"], name=EVIL, columns=columns, response_fields=fields, status="paused")
    CsvBatch.objects.filter(pk=batch.pk).update(
        pause_code=EVIL[:32],
        pause_detail=EVIL,
        agent_key=EVIL[:100],
        source_name=EVIL,
        prompt_template=EVIL,
        failed=1,
        queued=1,
    )
    batch.rows.filter(row_index=0).update(
        payload=[EVIL], status="succeeded", result_payload={EVIL: EVIL}, corrected_payload={EVIL: {EVIL: [EVIL]}}
    )
    batch.rows.filter(row_index=1).update(payload=[EVIL], status="failed", error_code=EVIL[:32], error_message=EVIL)
    log = [
        {"type": EVIL, "agent_key": EVIL, "step": EVIL, "prompt": EVIL, EVIL: EVIL},
        EVIL,
        {"type": "tool", "tool_key": EVIL},
    ]
    run_for(
        batch.rows.get(row_index=0),
        EVIL,
        execution_log=log,
        request={"user_message": EVIL, "system_params": {EVIL: EVIL}},
        final={"response_payload": {EVIL: EVIL}, "error": EVIL},
        usage={EVIL: EVIL},
        debug=[{"agent": EVIL}],
        status=EVIL[:32],
        agent_key=EVIL[:100],
    )
    CsvBatch.objects.filter(pk=batch.pk).update(queued=0, succeeded=1)
    assert batch.network is not None
    batch.network.__class__.objects.update(name=EVIL)
    return batch


def pages_of(batch: CsvBatch) -> list[str]:
    tabs = (f"row/0/?tab={tab}" for tab in ("message", "trace", "original"))
    tails = (
        "",
        "results/?heads=1",
        "row/0/",
        *tabs,
        "row/1/",
        "?search=%3Cscript%3Ealert(3)%3C/script%3E&status=failed",
    )
    return ["/csv-batch/", *(queue_url(batch, tail) for tail in tails)]


def test_texts_from_data_come_out_escaped_everywhere(evil_batch: CsvBatch) -> None:
    client = browser("ann")
    linked = client.get(queue_url(evil_batch, "row/0/?tab=trace")).content.decode().partition('class="mono" href="')[2]
    run_page = unescape(linked.partition('"')[0])
    for page in (*pages_of(evil_batch), run_page):
        for response in (client.get(page), htmx(client, page)):
            html = response.content.decode()
            assert response.status_code in (200, 286), page
            assert problems(html) == [], page
            assert "<img" not in html, page
            assert "<script>alert" not in html, page
            assert "{{ 14" not in html


def test_no_page_has_inline_style_or_script_and_each_has_the_policy() -> None:
    batch = batch_of("ann", ["succeeded", "failed", "running", "queued"])
    run_for(row_of(batch_of("ann"), 0, "succeeded"))
    client = browser("ann")
    for page in (*pages_of(batch), "/runs/trace-1/", "/csv-batch/11111111-1111-1111-1111-111111111111/"):
        response = client.get(page)
        assert problems(response.content.decode()) == [], page
        assert "unsafe" not in response["Content-Security-Policy"]
        assert "script-src 'self'" in response["Content-Security-Policy"]
    assert problems(Client().get("/login/").content.decode()) == []


def test_pages_are_kept_by_no_cache() -> None:
    response = browser("ann").get(queue_url(batch_of("ann", ["queued"])))
    assert "no-store" in response["Cache-Control"]
    assert "HX-Request" in response["Vary"]


def test_an_error_page_asks_the_database_for_nothing(django_assert_num_queries: Any) -> None:
    client = Client()
    with django_assert_num_queries(0):
        response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_htmx_may_neither_evaluate_nor_insert_scripts_nor_keep_pages() -> None:
    html = Client().get("/login/").content.decode()
    for setting in (
        '"allowEval": false',
        '"allowScriptTags": false',
        '"includeIndicatorStyles": false',
        '"historyCacheSize": 0',
    ):
        assert setting in html
