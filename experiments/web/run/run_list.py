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
from experiments.core.errors import InvalidInput
from experiments.core.formatting import in_one_line
from experiments.http.page_time import in_time
from experiments.kinds import kind_of
from experiments.models import Network, Queue, Run
from experiments.selectors.run_filters import RunPageFilter

RUNS_ON_A_PAGE = 50
MAX_MESSAGE = 120
"""Characters of a message in the list."""
DEFERRED = (
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
    noun: str


@dataclass(frozen=True)
class RunListPage:
    """`older` and `newest` are the query strings of the next page and of the first; None where there is none."""

    filter: RunPageFilter
    runs: tuple[ListedRun, ...]
    older: str | None
    newest: str | None
    problem: str = ""
    """Why it shows no runs, where it could not be found out which."""


def run_list_page(user: Any, params: Mapping[str, str]) -> RunListPage:
    """Newest first, from the run that `older` in the address names on."""
    filtered = RunPageFilter(params, _runs_of_user(user))
    runs, after = filtered.qs, run_key(params.get("older", ""))
    if after is not None:
        moment, number = after
        runs = runs.filter(created_at__lte=moment).exclude(created_at=moment, pk__gte=number)
    chosen = filtered.chosen
    try:
        with in_time(next(iter(chosen), None), what="runs", how="choose a network, or a shorter time"):
            found = list(runs[: RUNS_ON_A_PAGE + 1])
    except InvalidInput as error:
        return RunListPage(filtered, (), None, None, error.detail)
    last = found[RUNS_ON_A_PAGE - 1] if len(found) > RUNS_ON_A_PAGE else None
    return RunListPage(
        filter=filtered,
        runs=tuple(_listed(run) for run in found[:RUNS_ON_A_PAGE]),
        older=urlencode({**chosen, "older": f"{last.created_at.isoformat()}~{last.pk}"}) if last else None,
        newest=urlencode(chosen) if after else None,
    )


def newest_runs_of_network(user: Any, *, network: Network, most: int) -> tuple[ListedRun, ...]:
    return tuple(_listed(run) for run in _runs_of_user(user).filter(network=network)[:most])


def _runs_of_user(user: Any) -> QuerySet[Run]:
    begin = Left(KeyTextTransform("user_message", "request"), MAX_MESSAGE)
    runs = Run.objects.for_user(user).select_related("network", "owner", "item__queue")
    return runs.defer(*DEFERRED).annotate(begin=begin)


def run_key(text: str) -> tuple[datetime, int] | None:
    """The time and id in `older` of an address, as `2026-11-26T09:14:00+00:00~7`; None for anything else."""
    moment_text, _, number = text.partition("~")
    moment = datetime_of(moment_text)
    if moment is None or not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    return moment, int(number)


def queue_page_of_run(queue: Queue | None) -> str:
    """The address of the queue that a run belongs to; a trial belongs to its parent. "" for a direct call."""
    return kind_of(queue).address(queue.parent_id or queue.pk) if queue else ""


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
        message=in_one_line(begin, MAX_MESSAGE - 1),
        duration_ms=run.duration_ms,
        created_at=run.created_at,
        owner=run.owner.get_username(),
        queue_name=queue.name if queue else "",
        queue_page=queue_page_of_run(queue),
        row_index=run.item.row_index if run.item else None,
        noun=kind_of(queue).nouns.item if queue else "",
    )
