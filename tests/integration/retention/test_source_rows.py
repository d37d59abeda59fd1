"""Cells, and what was sent for them, go some days after the end; answers and counts stay."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.models import Attempt, QueueItem, Run
from experiments.services import exports, retention
from experiments.worker import sweeper
from tests.integration.retention.support import ANSWERS, finished
from tests.integration.web.support import browser, queue_url
from tests.support.api import Api

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_worker")]
EMPTY = {"id": "", "text": ""}


@pytest.fixture
def removed(api: Api, settings: Any) -> str:
    """A batch whose source was removed."""
    batch = finished(api, days_ago=8)
    settings.RETENTION_SOURCE_DAYS = 7
    sweeper.tidy()
    return batch


def test_nothing_of_the_cells_is_left_anywhere(api: Api, settings: Any) -> None:
    settings.RETENTION_SOURCE_DAYS = 7
    batch = finished(api, days_ago=8)
    file = Path(CsvBatch.objects.get(pk=batch).source.path)
    assert file.exists()
    sweeper.tidy()
    rows = api.rows(batch)
    assert [row["row_payload"] for row in rows] == [EMPTY] * 3
    assert [row["error_message"] for row in rows] == [None] * 3
    assert not file.exists()
    kept = CsvBatch.objects.get(pk=batch)
    assert (kept.source.name, kept.column_facts, kept.draft_history) == ("", [], [])
    for run in Run.objects.all():
        assert (run.request, run.execution_log, run.debug) == ({}, [], None)
        assert set(run.final) == {"status", "response_payload"}
    assert set(Attempt.objects.values_list("detail", "unread")) == {("", "")}
    assert kept.source_removed_to is None


def test_answers_statuses_and_counts_stay(api: Api, removed: str) -> None:
    state = api.batch(removed)
    assert state["source_removed_at"] is not None
    assert (state["progress"]["succeeded"], state["progress"]["failed"]) == (2, 1)
    assert {row["row_index"]: row["result_payload"] for row in api.rows(removed, status="succeeded")} == ANSWERS
    assert [row["error_code"] for row in api.rows(removed, status="failed")] == ["timeout"]
    assert api.get(f"/csv_batches/{removed}/results")
    final = Run.objects.get(item__row_index=0).final
    assert final["response_payload"] == ANSWERS[0]


def test_what_is_younger_and_what_is_not_finished_stays(api: Api, settings: Any) -> None:
    settings.RETENTION_SOURCE_DAYS = 7
    recent, again = finished(api, days_ago=6), finished(api, days_ago=8)
    CsvBatch.objects.filter(pk=again).update(status="running", completed_at=None)
    sweeper.tidy()
    for batch in (recent, again):
        assert api.batch(batch)["source_removed_at"] is None
        assert api.rows(batch)[0]["row_payload"] == {"id": "0", "text": "row 0"}


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("get", "export", "exported"),
        ("post", "retry", "called again"),
        ("post", "duplicate", "duplicated"),
    ],
)
def test_what_needs_the_rows_is_refused_with_the_reason(
    api: Api, removed: str, method: str, path: str, what: str
) -> None:
    [error] = api.call(method, f"/csv_batches/{removed}/{path}", 409)["errors"]
    assert error["code"] == "source_removed"
    assert f"its rows cannot be {what} any more" in error["detail"]
    assert CsvBatch.objects.count() == 1


def test_a_cancelled_one_cannot_be_resumed(api: Api, settings: Any) -> None:
    settings.RETENTION_SOURCE_DAYS = 7
    batch = finished(api, days_ago=8)
    CsvBatch.objects.filter(pk=batch).update(status="cancelled")
    sweeper.tidy()
    assert api.post(f"/csv_batches/{batch}/resume", want=409)["errors"][0]["code"] == "source_removed"


def test_the_page_says_so_and_offers_no_export(removed: str) -> None:
    batch = CsvBatch.objects.get(pk=removed)
    html = browser("ann").get(queue_url(batch)).content.decode()
    assert "1 row failed. Its source rows were removed on" in html
    for gone in ("act-retry", "act-duplicate", "export-csv", "partial-csv"):
        assert f'id="{gone}"' not in html


def test_the_command_on_the_server_refuses_the_export_too(removed: str) -> None:
    with pytest.raises(CommandError, match="were removed on"):
        call_command("export_csv_batch", removed)


def test_an_export_that_has_begun_breaks_off_rather_than_write_blanks(api: Api) -> None:
    batch = finished(api, days_ago=8)
    pieces = exports.export_chunks(CsvBatch.objects.get(pk=batch), exports.ExportOptions())
    retention.remove_sources(days=7)
    with pytest.raises(Exception, match="were removed on"):
        list(pieces)


def test_tried_rows_go_too(api: Api, settings: Any) -> None:
    settings.RETENTION_SOURCE_DAYS = 7
    batch = finished(api, days_ago=8)
    trial = finished(api, days_ago=8)
    CsvBatch.objects.filter(pk=trial).update(parent_id=batch, trial=1)
    sweeper.tidy()
    assert not CsvBatch.objects.filter(pk=trial).exists()
    assert CsvBatchRow.objects.count() == 3


def test_it_goes_on_where_it_ended(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)
    batch = finished(api, days_ago=8)
    assert retention.remove_sources(days=7, rows=1) == 2
    rows = QueueItem.objects.filter(queue_id=batch).order_by("row_index")
    assert [row.payload for row in rows] == [["", ""], ["", ""], ["2", "row 2"]]
    assert api.call("get", f"/csv_batches/{batch}/export", 409)["errors"][0]["code"] == "source_removed"
    # Also where the setting was taken back meanwhile: half of the rows help nobody.
    assert retention.remove_sources(days=999) == 1
    assert [row.payload for row in rows.all()] == [["", ""]] * 3
    assert retention.remove_sources(days=7) == 0


def test_the_command_does_all_of_it_at_once(api: Api, settings: Any) -> None:
    old, older = finished(api, days_ago=8), finished(api, days_ago=40)
    said = StringIO()
    call_command("retention", "--days", "30", "--source-days", "7", "--dry-run", stdout=said)
    assert said.getvalue().splitlines() == [
        "would be deleted: 1 batch",
        "would be deleted: source rows of 2 batches",
    ]
    assert CsvBatch.objects.count() == 2
    settings.RETENTION_DAYS, settings.RETENTION_SOURCE_DAYS = 30, 7
    call_command("retention", stdout=said)
    assert api.batch(old)["source_removed_at"] is not None
    api.get(f"/csv_batches/{older}", 404)


def test_without_settings_the_command_says_that_it_does_nothing(api: Api) -> None:
    finished(api, days_ago=999)
    said = StringIO()
    call_command("retention", stdout=said)
    assert "Nothing is deleted" in said.getvalue()
    assert CsvBatch.objects.count() == 1
