"""Rows of a finished batch become the items of an experiment, with their answers as expected."""

import json
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from experiments.experiment_kind.models import Experiment
from experiments.kinds import kind_named
from tests.support.api import SCORE, TOPIC, Api, to_csv

COLUMNS = [{"name": "id", "mode": "system_param", "key": "customer.id"}, {"name": "text", "mode": "prompt"}]


def finished(api: Api, **changes: Any) -> str:
    """A batch of four rows: answered, answered and corrected, failed, failed and corrected."""
    api.network(None)
    batch = api.draft("net")
    api.upload(batch, to_csv([["id", "text"], *[[str(n), f"mail {n}"] for n in range(4)]]))
    settings = {"prompt_template": "Look.", "columns": COLUMNS, "response_fields": [TOPIC, SCORE], "agent_key": "a"}
    api.patch(f"/csv_batches/{batch}", {**settings, "concurrency": 3})
    stored = CsvBatch.objects.get(pk=batch)
    for index, status in enumerate(("succeeded", "succeeded", "failed", "failed")):
        answer = {"topic": f"t{index}", "score": index} if status == "succeeded" else None
        stored.rows.filter(row_index=index).update(status=status, result_payload=answer)
    for index in (1, 3):
        stored.rows.filter(row_index=index).update(corrected_payload={"topic": "mended", "score": 9})
    values = {"status": "completed", "queued": 0, "succeeded": 2, "failed": 2, **changes}
    CsvBatch.objects.filter(pk=batch).update(**values)
    return batch


def items(made: dict[str, Any]) -> list[tuple[str, Any, Any, str]]:
    """(message, expected, system params, row of the batch) of each item."""
    experiment = Experiment.objects.get(pk=made["id"])
    found = []
    for payload in experiment.rows.in_order().values_list("payload", flat=True):
        message, expected, params, row, *_ = payload
        found.append((message, json.loads(expected), json.loads(params), row))
    return found


def test_all_answered_rows_with_corrections_in_the_place_of_answers(api: Api) -> None:
    made = api.post(f"/csv_batches/{finished(api)}/experiment")
    assert items(made) == [
        ("Look.\n\ntext: mail 0", {"topic": "t0", "score": 0}, {"customer": {"id": "0"}}, "0"),
        ("Look.\n\ntext: mail 1", {"topic": "mended", "score": 9}, {"customer": {"id": "1"}}, "1"),
        ("Look.\n\ntext: mail 3", {"topic": "mended", "score": 9}, {"customer": {"id": "3"}}, "3"),
    ]


def test_only_the_corrected_rows(api: Api) -> None:
    made = api.post(f"/csv_batches/{finished(api)}/experiment", {"only": "corrected"})
    assert [row for *_, row in items(made)] == ["1", "3"]
    assert made["progress"]["total"] == 2


def test_network_agent_schema_and_pace_go_with_it(api: Api) -> None:
    batch = finished(api)
    made = api.post(f"/csv_batches/{batch}/experiment")
    assert (made["kind"], made["status"], made["network"]["name"], made["agent_key"]) == (
        "experiment",
        "draft",
        "net",
        "a",
    )
    assert (made["concurrency"], made["schema_mode"]) == (3, "own")
    assert made["schema_json"] == api.batch(batch)["schema_json"]
    assert made["scoring"] == {"rule": "normalised", "field": "topic", "absolute": 0.0, "relative": 0.0}


def test_what_is_sent_is_what_was_sent(api: Api) -> None:
    batch = finished(api)
    made = api.post(f"/csv_batches/{batch}/experiment")
    plans = [kind_named("csv_batch").plan(batch), kind_named("experiment").plan(made["id"])]
    rows = list(CsvBatch.objects.get(pk=batch).rows.in_order().exclude(row_index=2))
    sent = list(Experiment.objects.get(pk=made["id"]).rows.in_order())
    assert [plans[0].request(row.payload) for row in rows] == [plans[1].request(row.payload) for row in sent]
    assert plans[1].check({"topic": "x"}) is not None


@pytest.mark.parametrize("status", ["running", "paused"])
def test_before_the_end_there_is_none(api: Api, status: str) -> None:
    batch = finished(api, status=status, queued=1, succeeded=1)
    assert api.post(f"/csv_batches/{batch}/experiment", want=409)["errors"][0]["code"] == "not_finished"
    assert not Experiment.objects.exists()


def test_without_such_rows_there_is_none(api: Api) -> None:
    batch = finished(api)
    CsvBatch.objects.get(pk=batch).rows.update(corrected_payload=None)
    refused = api.post(f"/csv_batches/{batch}/experiment", {"only": "corrected"}, want=400)
    assert (refused["errors"][0]["code"], refused["errors"][0]["attr"]) == ("no_rows", "only")
    assert not Experiment.objects.exists()


def test_the_page_offers_it_when_the_batch_has_ended(api: Api) -> None:
    batch = finished(api)
    client = Client()
    client.force_login(CsvBatch.objects.get(pk=batch).created_by)
    assert 'id="act-experiment"' in client.get(f"/csv-batch/{batch}/").content.decode()
    response = client.post(f"/csv-batch/{batch}/experiment/", {"only": "corrected"})
    made = Experiment.objects.get()
    assert response["Location"] == f"/experiments/{made.pk}/set-up/"
    assert made.total == 2
    CsvBatch.objects.filter(pk=batch).update(status="running")
    assert 'id="act-experiment"' not in client.get(f"/csv-batch/{batch}/").content.decode()
