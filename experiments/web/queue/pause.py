"""A pause by the system: the errors that it is for, and the last test of the connection."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from experiments.core.choices import CallState, QueueStatus, RowStatus
from experiments.core.formatting import count, shorten
from experiments.core.labels import outcome_in_words, reason_in_words
from experiments.models import NetworkCall, Queue
from experiments.selectors.last_errors import CallErrors, last_errors
from experiments.services.network_calls import TEST_MESSAGE
from experiments.web.page_part import PagePart
from experiments.web.queue.forms import query_string

SHOWN_FOR = timedelta(hours=1)
"""A test that is older says nothing about now."""
MAX_DETAIL = 200


@dataclass(frozen=True)
class PauseError:
    """`what`: `18 × Network unreachable`; `query` filters the rows."""

    what: str
    detail: str
    rows: str
    """Their indexes, where they follow each other."""
    number: int
    first_at: datetime
    last_at: datetime
    query: str


@dataclass(frozen=True)
class ConnectionTest(PagePart):
    """`call`: the id of a person's last test of the network; "" without one. `is_over`: its answer is there."""

    call: str = ""
    network_id: int | None = None
    label: str = ""
    is_over: bool = True
    is_ok: bool = False
    detail: str = ""
    at: datetime | None = None


def pause_errors(queue: Queue) -> tuple[PauseError, ...]:
    if queue.status != QueueStatus.PAUSED or not queue.pause_error_code:
        return ()
    return tuple(_shown(one) for one in last_errors(queue))


def _shown(one: CallErrors) -> PauseError:
    label = outcome_in_words(one.outcome)
    if one.http_status and str(one.http_status) not in one.detail:
        label = f"{label}, HTTP {one.http_status}"
    first, last = one.rows[0], one.rows[-1]
    is_span = len(one.rows) == last - first + 1
    wanted = {"error_code": one.outcome} if one.is_final else {"status": RowStatus.QUEUED.value}
    return PauseError(
        what=f"{count(one.calls)} × {label}",
        detail=shorten(one.detail, MAX_DETAIL),
        rows=count(first) if first == last else f"{count(first)}–{count(last)}" if is_span else "",
        number=len(one.rows),
        first_at=one.first_at,
        last_at=one.last_at,
        query=query_string(wanted),
    )


def last_test_of_connection(queue: Queue, user: Any) -> ConnectionTest:
    """For a paused queue."""
    if queue.status != QueueStatus.PAUSED or queue.network_id is None:
        return ConnectionTest("pause-test")
    since = timezone.now() - SHOWN_FOR
    calls = NetworkCall.objects.filter(network_id=queue.network_id, owner=user, created_at__gt=since)
    call = calls.filter(user_message=TEST_MESSAGE).first()
    if call is None:
        return ConnectionTest("pause-test")
    is_over = call.state == CallState.DONE
    outcome = reason_in_words(call.error_code) if call.error_code else "Answered"
    return ConnectionTest(
        key="pause-test",
        call=str(call.pk),
        network_id=queue.network_id,
        label=outcome if is_over else "Waiting for the answer",
        is_over=is_over,
        is_ok=is_over and not call.error_code,
        detail=shorten(" ".join(map(str, call.understood)), MAX_DETAIL) if is_over else "",
        at=call.ended_at or call.created_at,
    )
