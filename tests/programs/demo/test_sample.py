"""The demo's sample: one network, one batch, and an honest count of the right answers."""

from typing import Any

import pytest
from django.utils import timezone

from csv_batches.demo import batch as sample
from csv_batches.models import CsvBatch
from csv_batches.rules.sample import BATCH, GOLD_COLUMN, GOLD_FIELD, NETWORK
from experiments.models import Network

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(django_user_model: Any) -> Any:
    return django_user_model.objects.create_user("demo", is_staff=True)


@pytest.fixture
def batch(user: Any) -> CsvBatch:
    sample.ensure_network()
    return sample.start_batch(user=user)


def answer(batch: CsvBatch, tones: list[str | None]) -> None:
    """The first rows get these answers, None for a failed one."""
    for index, tone in enumerate(tones):
        values = {"status": "failed"} if tone is None else {"status": "succeeded", "result_payload": {GOLD_FIELD: tone}}
        assert batch.rows.filter(row_index=index).update(**values) == 1


def gold(batch: CsvBatch) -> list[str]:
    column = batch.header_texts.index(GOLD_COLUMN)
    return [payload[column] for payload in batch.rows.in_order().values_list("payload", flat=True)]


def test_the_sample_batch_runs_with_all_its_rows(batch: CsvBatch) -> None:
    assert (batch.name, batch.status) == (BATCH["name"], "running")
    assert batch.total == batch.rows.count() == len(gold(batch)) > 0
    assert batch.prompt_template == BATCH["prompt_template"]


def test_an_earlier_sample_batch_is_found_until_it_is_deleted(batch: CsvBatch, user: Any) -> None:
    assert sample.find_batch(user=user) == batch
    CsvBatch.objects.filter(pk=batch.pk).update(deleted_at=timezone.now())
    assert sample.find_batch(user=user) is None
    assert sample.outcome(batch.pk) is None


def test_a_batch_of_that_name_of_somebody_else_is_not_taken_for_it(batch: CsvBatch, django_user_model: Any) -> None:
    assert sample.find_batch(user=django_user_model.objects.create_user("bob")) is None


def test_a_network_that_a_person_changed_stays_as_it_is() -> None:
    network = sample.ensure_network()
    Network.objects.filter(pk=network.pk).update(description="mine")
    assert sample.ensure_network().description == "mine"
    assert Network.objects.filter(name=NETWORK["name"]).count() == 1


def test_answers_are_compared_with_the_labels_and_failed_rows_count_as_not_right(batch: CsvBatch) -> None:
    labels = gold(batch)
    wrong = "negative" if labels[1] == "positive" else "positive"
    answer(batch, [f" {labels[0].upper()} ", wrong, None])
    found = sample.outcome(batch.pk)
    assert found is not None
    assert (found.right, found.judged) == (1, 3)


def test_rows_that_have_no_answer_yet_are_not_judged(batch: CsvBatch) -> None:
    found = sample.outcome(batch.pk)
    assert found is not None
    assert (found.right, found.judged, found.seconds) == (0, 0, None)
    assert found.is_running
    assert not found.has_ended
