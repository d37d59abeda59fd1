"""The list of runs as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Left
from django.utils.http import urlencode

from experiments.core.datetimes import datetime_of
from experiments.core.formatting import in_one_line
from experiments.kinds import kind_of
from experiments.models import Network, Queue, Run
from experiments.selectors.run_filters import RunPageFilter

PAGE = 50
SEEN = 120
"""Characters of a message in the list."""
HEAVY = (
    *("request", "final", "execution_log", "debug", "usage"),
    *("item__payload", "item__result_payload", "item__corrected_payload"),
)


@dataclass(frozen=True)
class ListedRun:
    trace_id: str
    network: str
    network_id: int
    agent_key: str
    status: str
    ok: bool
    message: str
    duration_ms: int | None
    created_at: datetime
    owner: str
    queue_name: str
    queue_page: str
    row_index: int | None
    row_word: str


@dataclass(frozen=True)
class RunPage:
    """`older` and `newest` are the queries of the neighbouring pages; None where there is none."""

    filter: RunPageFilter
    runs: tuple[ListedRun, ...]
    older: str | None
    newest: str | None


def page(user: Any, params: Mapping[str, str]) -> RunPage:
    """Newest first, from the run that `older` in the address names on."""
    filtered = RunPageFilter(params, _runs_of(user))
    after = _key(params.get("older", ""))
    found = list(_from(filtered.qs, after)[: PAGE + 1])
    chosen = filtered.chosen
    older = {**chosen, "older": _name(found[PAGE - 1])} if len(found) > PAGE else None
    return RunPage(
        filter=filtered,
        runs=tuple(_listed(run) for run in found[:PAGE]),
        older=urlencode(older) if older else None,
        newest=urlencode(chosen) if after else None,
    )


def newest(user: Any, *, network: Network, most: int) -> tuple[ListedRun, ...]:
    return tuple(_listed(run) for run in _runs_of(user).filter(network=network)[:most])


def _runs_of(user: Any) -> QuerySet[Run]:
    begin = Left(KeyTextTransform("user_message", "request"), SEEN)
    runs = Run.objects.for_user(user).select_related("network", "owner", "item__queue")
    return runs.defer(*HEAVY).annotate(begin=begin)


def _name(run: Run) -> str:
    return f"{run.created_at.isoformat()}~{run.pk}"


def _key(text: str) -> tuple[datetime, int] | None:
    """What `_name` wrote; None for anything else."""
    moment_text, _, number = text.partition("~")
    moment = datetime_of(moment_text)
    if moment is None or not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    return moment, int(number)


def _from(runs: QuerySet[Run], after: tuple[datetime, int] | None) -> QuerySet[Run]:
    if after is None:
        return runs
    moment, number = after
    return runs.filter(created_at__lte=moment).exclude(created_at=moment, pk__gte=number)


def _listed(run: Run) -> ListedRun:
    queue: Queue | None = run.item.queue if run.item else None
    begin = getattr(run, "begin", None) or ""
    return ListedRun(
        trace_id=run.trace_id,
        network=run.network.name,
        network_id=run.network.pk,
        agent_key=run.agent_key,
        status=run.status,
        ok=run.status == "ok",
        message=in_one_line(begin, SEEN - 1),
        duration_ms=run.duration_ms,
        created_at=run.created_at,
        owner=run.owner.get_username(),
        queue_name=queue.name if queue else "",
        # A trial belongs to its parent.
        queue_page=kind_of(queue).address(queue.parent_id or queue.pk) if queue else "",
        row_index=run.item.row_index if run.item else None,
        row_word=kind_of(queue).nouns.item if queue else "",
    )
