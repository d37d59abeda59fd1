"""How pages show a status, and what they call a reason: the codes stay in the API."""

from dataclasses import dataclass

from experiments.core.choices import DeliveryState, NoticeEvent, PauseReason, QueueStatus, RowError, RowStatus


@dataclass(frozen=True)
class StatusLabel:
    """A status is told by a shape, a word and a color together; `icon` names a symbol of `static/icons.svg`."""

    icon: str
    word: str
    color: str = ""


QUEUE_STATUS = {
    QueueStatus.DRAFT: StatusLabel("draft", "Draft"),
    QueueStatus.RUNNING: StatusLabel("run", "Running", "run"),
    QueueStatus.PAUSED: StatusLabel(QueueStatus.PAUSED, "Paused", "warn"),
    QueueStatus.COMPLETED: StatusLabel("ok", "Completed", "ok"),
    QueueStatus.CANCELLED: StatusLabel("canceled", "Canceled"),
}
COMPLETED_WITH_FAILURES = StatusLabel("warn", "Completed with failures", "warn")
ALL_FAILED = StatusLabel("bad", "All rows failed", "bad")

ROW_STATUS = {
    RowStatus.QUEUED: StatusLabel("queued", "Queued"),
    RowStatus.RUNNING: StatusLabel("run", "Running", "run"),
    RowStatus.SUCCEEDED: StatusLabel("ok", "Succeeded", "ok"),
    RowStatus.FAILED: StatusLabel("bad", "Failed", "bad"),
    RowStatus.SKIPPED: StatusLabel("skipped", "Skipped"),
}
CORRECTED = StatusLabel("edit", "Corrected", "edit")

ROW_ERRORS = {
    RowError.SCHEMA_MISMATCH: "Answer doesn’t match schema",
    RowError.BAD_RESPONSE: "Unreadable response",
    RowError.RUN_ERROR: "Run ended with an error",
    RowError.REJECTED: "Rejected by the network",
    RowError.UNAUTHORIZED: "Token not accepted",
    RowError.RATE_LIMITED: "Rate limited",
    RowError.SERVER_ERROR: "Server error",
    RowError.TIMEOUT: "Timed out",
    RowError.CONNECTION: "Network unreachable",
    RowError.TOO_LARGE: "Too large",
    RowError.TEMPLATE_ERROR: "Prompt couldn’t be rendered",
    RowError.CRASHED: "Worker crashed",
    RowError.REFUSED: "Refused by the model",
    RowError.FILTERED: "Blocked by a content filter",
    RowError.LENGTH: "Answer cut off",
}
PAUSE_REASONS = {
    PauseReason.USER: "Paused by a person",
    PauseReason.RANGE: "Chosen rows finished",
    PauseReason.UNAUTHORIZED: "Token not accepted",
    PauseReason.NOT_FOUND: "Address not found",
    PauseReason.UNREACHABLE: "Network unreachable",
    PauseReason.SERVER_ERROR: "Server error",
    PauseReason.SCHEMA_MISMATCH: "Answers don’t match schema",
    PauseReason.RUN_ERROR: "Runs end with an error",
    PauseReason.REJECTED: "Rejected by the network",
    PauseReason.BAD_RESPONSE: "Unreadable responses",
    PauseReason.RATE_LIMITED: "Rate limited",
    PauseReason.QUOTA: "Quota used up",
    PauseReason.VERSION_CHANGED: "Network version changed",
    PauseReason.CONFIGURATION: "Network not configured",
    PauseReason.CAP_FAILURES: "Failure limit reached",
    PauseReason.CAP_CALLS: "Call limit reached",
    PauseReason.CAP_TOKENS: "Token limit reached",
    PauseReason.CAP_MINUTES: "Time limit reached",
    PauseReason.CAP_COST: "Cost limit reached",
}
NOTICE_EVENTS = {
    NoticeEvent.COMPLETED: "Completed",
    NoticeEvent.PAUSED: "Paused by the system",
    NoticeEvent.CANCELLED: "Canceled",
    NoticeEvent.FAILURE_SHARE: "Too many failures",
    NoticeEvent.TEST: "Test",
}
DELIVERY_STATES = {
    DeliveryState.WAITING: StatusLabel("queued", "Waiting"),
    DeliveryState.DELIVERED: StatusLabel("ok", "Delivered", "ok"),
    DeliveryState.GIVEN_UP: StatusLabel("bad", "Given up", "bad"),
}
TRIED_AGAIN = StatusLabel("warn", "Trying again", "warn")
"""Of a delivery that waits after a failed attempt."""


def label_of_queue(status: str, *, failed: int = 0, succeeded: int = 0) -> StatusLabel:
    """`failed`: rows that failed and that nobody has corrected."""
    if status != QueueStatus.COMPLETED or not failed:
        return QUEUE_STATUS[QueueStatus(status)]
    return COMPLETED_WITH_FAILURES if succeeded else ALL_FAILED


def reason_in_words(code: str) -> str:
    """Why a row failed or a queue was paused; a code of somebody else's stays as it is."""
    return ROW_ERRORS.get(code) or PAUSE_REASONS.get(code) or code  # type: ignore[call-overload]


def outcome_in_words(outcome: str) -> str:
    """How an attempt ended."""
    status = ROW_STATUS.get(outcome)  # type: ignore[call-overload]
    return status.word if status else reason_in_words(outcome)
