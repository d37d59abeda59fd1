"""What came back and could not be read is kept, its first 2,000 characters, and shown."""

from typing import Any

import pytest

from experiments.models import Attempt, Network
from tests.integration.web.support import browser
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker

TEXT = "Dear customer, <b>billing</b>" + "é" * 5_000
TOKEN = "secret-of-4"


def finished(api: Api, run_server: RunServer, fault: Any, **values: Any) -> tuple[str, dict[str, Any]]:
    run_server.script(rules=[{"match": "^row 1$", "attempts": [fault], "repeat": True}])
    batch = api.ready(api.network(run_server, run_token=TOKEN), numbered(2), max_attempts=2, **values)
    api.run(batch)
    api.wait(batch)
    return batch, api.get(f"/csv_batches/{batch}/rows/1")


def test_a_body_that_is_no_json_is_kept_with_every_attempt(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch, row = finished(api, run_server, {"do": "body_text", "text": TEXT})
    assert (row["status"], row["error_code"], len(row["attempt_log"])) == ("failed", "bad_response", 2)
    assert [attempt["unread"] for attempt in row["attempt_log"]] == [TEXT[:2_000]] * 2
    assert [attempt["unread"] for attempt in api.get(f"/csv_batches/{batch}/rows/0")["attempt_log"]] == [""]


def test_the_page_of_the_row_shows_it(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch, _ = finished(api, run_server, {"do": "body_text", "text": TEXT})
    html, attempts = (
        browser("ann").get(f"/csv-batch/{batch}/row/1/{tab}").content.decode() for tab in ("", "?tab=message")
    )
    assert html.count("<h3>Response</h3>") == 1
    assert html.count("é" * 1_900) == 1
    assert "Dear customer, &lt;b&gt;billing&lt;/b&gt;" in html
    assert attempts.count("<summary>Response</summary>") == 1
    assert "é" * 1_900 in attempts
    assert "<h3>Response</h3>" not in browser("ann").get(f"/csv-batch/{batch}/row/0/").content.decode()


BODIES = {
    "an error page": ({"do": "status", "status": 500, "text": "<h1>Oops</h1>"}, "<h1>Oops</h1>"),
    "JSON that is no run": ({"do": "body_text", "text": '{"answer": "billing"}'}, '{"answer": "billing"}'),
    "a payload that is no object": (
        {"do": "body_text", "text": '{"final": {"response": ["billing"]}}'},
        '{"final": {"response": ["billing"]}}',
    ),
    "a NUL and what is no UTF-8": ({"do": "body_text", "text": "a\0b\udcff"}, "a\ufffdb\ufffd"),
    "the network's token": ({"do": "body_text", "text": f"you sent {TOKEN}"}, "you sent ***"),
    "a byte-order mark": ({"do": "body_text", "text": "\ufeffwords"}, "words"),
    "nothing": ({"do": "body_text", "text": ""}, ""),
    "an error in words": ({"do": "status", "status": 422, "json": {"detail": "no"}}, ""),
}


@pytest.mark.parametrize(("fault", "unread"), BODIES.values(), ids=BODIES)
def test_it_is_kept_clean(api: Api, run_server: RunServer, worker: Worker, fault: Any, unread: str) -> None:
    _, row = finished(api, run_server, fault)
    assert row["status"] == "failed"
    assert row["attempt_log"][-1]["unread"] == unread


def test_a_payload_that_breaks_the_schema_is_kept_as_it_is(api: Api, run_server: RunServer, worker: Worker) -> None:
    _, row = finished(api, run_server, {"do": "ok", "payload": {"topic": 17}})
    assert (row["result_payload"], row["attempt_log"][-1]["unread"]) == ({"topic": 17}, "")


def test_another_runtime_has_no_codes_of_ours(api: Api, run_server: RunServer, worker: Worker) -> None:
    final = {"status": "error", "response_payload": None, "error": "No.", "error_code": "refused", "unread": "No."}
    _, row = finished(api, run_server, {"do": "ok", "final": final})
    assert (row["error_code"], row["error_message"]) == ("run_error", "No.")
    assert Attempt.objects.exclude(unread="").count() == 0
    assert Network.objects.get().run_url
