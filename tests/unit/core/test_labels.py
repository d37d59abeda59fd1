"""Each status has a shape, a word and its place; each reason has words."""

import pytest

from experiments.core import labels
from experiments.core.choices import PauseReason, QueueStatus, RowError, RowStatus
from experiments.core.labels import label_of_queue, reason_in_words


def test_every_status_and_every_reason_has_its_words() -> None:
    assert set(labels.QUEUE_STATUS) == set(QueueStatus)
    assert set(labels.ROW_STATUS) == set(RowStatus)
    assert set(labels.ROW_ERRORS) == set(RowError)
    assert set(labels.PAUSE_REASONS) == set(PauseReason)


@pytest.mark.parametrize("statuses", [labels.QUEUE_STATUS, labels.ROW_STATUS], ids=["queue", "row"])
def test_no_two_statuses_share_a_shape_or_a_word(statuses: dict[str, labels.StatusLabel]) -> None:
    assert len({label.icon for label in statuses.values()}) == len(statuses)
    assert len({label.word for label in statuses.values()}) == len(statuses)


@pytest.mark.parametrize(
    ("status", "failed", "succeeded", "word"),
    [
        (QueueStatus.COMPLETED, 0, 4, "Completed"),
        (QueueStatus.COMPLETED, 1, 3, "Completed with failures"),
        (QueueStatus.COMPLETED, 4, 0, "All rows failed"),
        (QueueStatus.RUNNING, 1, 3, "Running"),
        (QueueStatus.CANCELLED, 1, 3, "Canceled"),
    ],
)
def test_failures_count_once_the_queue_has_ended(status: str, failed: int, succeeded: int, word: str) -> None:
    assert label_of_queue(status, failed=failed, succeeded=succeeded).word == word


def test_a_code_is_said_in_words_and_an_unknown_one_stays() -> None:
    assert reason_in_words("schema_mismatch") == "Answer doesn’t match schema"
    assert reason_in_words("cap_tokens") == "Token limit reached"
    assert reason_in_words("their_own") == "their_own"
