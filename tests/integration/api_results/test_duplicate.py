"""A duplicate is a new draft with the same file, mapping, template and schema; the first batch stays as it was."""

from typing import Any

from csv_batches.models import CsvBatch
from tests.integration.api.support import BATCH_KEYS, Draft, errors
from tests.support.api import Api

SAME = ("network", "agent_key", "columns", "prompt_template", "response_fields", "schema_json", "schema_mode")


def duplicate(batch: Draft, want: int = 201, **body: Any) -> Any:
    return batch.api.post(f"{batch.path}/duplicate", body, want)


def cells(batch: Draft, made: dict[str, Any]) -> list[tuple[int, str]]:
    return [(row["row_index"], row["row_payload"]["id"]) for row in batch.api.rows(made["id"])]


def test_all_rows_wait_again_with_the_same_settings(done: Draft) -> None:
    made = duplicate(done)
    assert set(made) == BATCH_KEYS
    assert made["id"] != done.id
    assert (made["status"], made["name"], made["started_at"]) == ("draft", "batch (copy)", None)
    assert {name: made[name] for name in SAME} == {name: done.state()[name] for name in SAME}
    assert (made["progress"]["total"], made["progress"]["queued"]) == (6, 6)
    assert cells(done, made) == [(index, str(index)) for index in range(6)]
    assert {row["result_payload"] for row in done.api.rows(made["id"])} == {None}
    assert done.state()["status"] == "completed"


def test_the_failed_rows_alone_are_counted_from_zero(done: Draft) -> None:
    made = duplicate(done, only="failed")
    assert made["progress"]["total"] == 2
    assert cells(done, made) == [(0, "4"), (1, "5")]


def test_it_has_a_file_of_its_own(done: Draft) -> None:
    made = duplicate(done)
    done.api.delete(done.path)
    again = made["id"]
    done.api.call("post", f"/csv_batches/{again}/upload", 201, {"header": "0"}, format="multipart")
    assert done.api.batch(again)["progress"]["total"] == 7


def test_without_the_file_the_rows_come_along_all_the_same(done: Draft) -> None:
    source = CsvBatch.objects.get(pk=done.id).source
    source.storage.delete(source.name)
    assert duplicate(done)["progress"]["total"] == 6


def test_it_can_be_started(done: Draft) -> None:
    made = duplicate(done)
    assert done.api.run(made["id"])["status"] == "running"


def test_a_draft_can_be_duplicated_and_a_name_stays_within_its_bounds(draft: Draft) -> None:
    draft.api.patch(draft.path, {"name": "n" * 200})
    name = duplicate(draft)["name"]
    assert len(name) == 200
    assert name.endswith(" (copy)")


def test_where_no_row_failed_there_is_nothing_to_duplicate(draft: Draft) -> None:
    assert errors(duplicate(draft, 400, only="failed")) == [("no_rows", "only")]
    assert len(draft.api.get("/csv_batches")["results"]) == 1


def test_an_unknown_part_is_refused(done: Draft) -> None:
    assert errors(duplicate(done, 400, only="best")) == [("invalid_choice", "only")]


def test_nobody_duplicates_another_s(done: Draft, bob: Api) -> None:
    bob.post(f"{done.path}/duplicate", {}, 404)
    assert bob.get("/csv_batches")["results"] == []
