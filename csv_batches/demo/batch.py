"""The sample batch of the demo and its network, and how well the answers agree with the labels in the file."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from csv_batches.models import KIND, CsvBatch
from csv_batches.rules import sample
from csv_batches.services import beginnings, launch
from experiments.core.choices import FINISHED, QueueStatus, RowStatus
from experiments.kinds import kind_of
from experiments.models import Network
from experiments.services import networks


@dataclass(frozen=True)
class Outcome:
    """How far the batch is.

    `judged` are the final rows with a label, failed ones included; `right` those of them whose answer is the label.
    `seconds` from the start to the end; None before the end.
    """

    status: str
    pause_detail: str
    total: int
    answered: int
    failed: int
    right: int
    judged: int
    seconds: float | None

    @property
    def done(self) -> int:
        return self.answered + self.failed

    @property
    def is_running(self) -> bool:
        return self.status == QueueStatus.RUNNING

    @property
    def has_ended(self) -> bool:
        return self.status in FINISHED


def ensure_network() -> Network:
    """The sample's network, created where it is missing; one that a person changed is left alone."""
    found = Network.objects.filter(name=sample.NETWORK["name"]).first()
    return found or networks.save(network=None, values=sample.NETWORK)


def find_batch(*, user: Any) -> CsvBatch | None:
    """The sample batch of an earlier start."""
    batches = CsvBatch.objects.kept().filter(kind=KIND, parent=None, created_by=user, name=sample.BATCH["name"])
    found: CsvBatch | None = batches.order_by("created_at").first()
    return found


def start_batch(*, user: Any) -> CsvBatch:
    """A new sample batch, running. In one transaction: later starts would take half a batch for the sample."""
    with transaction.atomic():
        batch = beginnings.start_sample(user=user)
        launch.run(batch_id=batch.pk, user=user, order=launch.Order(confirmed=True))
    return CsvBatch.objects.get(pk=batch.pk)


def page_path(batch: CsvBatch) -> str:
    return kind_of(batch).address(batch.pk)


def outcome(batch_id: UUID) -> Outcome | None:
    """None where the batch was deleted."""
    batch = CsvBatch.objects.kept().filter(pk=batch_id).first()
    if batch is None:
        return None
    right, judged = agreement(batch)
    ended = batch.started_at and batch.completed_at
    return Outcome(
        status=batch.status,
        pause_detail=batch.pause_detail,
        total=batch.total,
        answered=batch.succeeded,
        failed=batch.failed,
        right=right,
        judged=judged,
        seconds=(batch.completed_at - batch.started_at).total_seconds() if ended else None,
    )


def agreement(batch: CsvBatch) -> tuple[int, int]:
    """(right, judged) of the final rows. Case and surrounding space are ignored."""
    label = batch.header_texts.index(sample.GOLD_COLUMN)
    right = judged = 0
    final = batch.rows.filter(status__in=(RowStatus.SUCCEEDED, RowStatus.FAILED))
    for payload, answer in final.values_list("payload", "result_payload"):
        gold = payload[label].strip().casefold()
        given = str((answer or {}).get(sample.GOLD_FIELD, "")).strip().casefold()
        judged += bool(gold)
        right += bool(gold) and gold == given
    return right, judged
