"""Batches against what lets so many calls through, and what the ledger says of that."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Any

from tests.faults.support import seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer

LEAST_PART = 0.9
"""Of what the limiter allows."""
MOST_REFUSED = 0.05


@dataclass(frozen=True)
class Limit:
    """See `run_server/limiter.py`."""

    calls: int
    window_s: int
    kind: str = "sliding"
    counts_refused: bool = True
    retry_after: bool = False
    headers: bool = False

    def __str__(self) -> str:
        counted = "refused counted" if self.counts_refused else "refused not counted"
        told = "headers" if self.headers else "wait told" if self.retry_after else "wait not told"
        return f"{self.calls} in {self.window_s} s, {self.kind}, {counted}, {told}"


@dataclass(frozen=True)
class Load:
    """Rows in all, how many batches share them, and how many calls at a time each of these makes."""

    rows: int
    at_a_time: int
    batches: int = 1

    def __str__(self) -> str:
        return f"{self.at_a_time} at a time, {self.batches} batches"


Ledger = list[dict[str, Any]]


def run_limited(
    api: Api, run_server: RunServer, cases: Sequence[tuple[Limit, Load]], *, timeout_s: float = 240
) -> list[Ledger]:
    """All rows of all succeed and nothing is lost; the calls of each, in order. Each has a network of its own."""
    names = [f"net {number}" for number in range(len(cases))]
    limits = {name: asdict(limit) for name, (limit, _) in zip(names, cases, strict=True)}
    run_server.script(latency_ms=30, limiters=limits)
    drafts = [_drafts(api, api.network(run_server, name), load) for name, (_, load) in zip(names, cases, strict=True)]
    for batch in [one for of_case in drafts for one in of_case]:
        api.run(batch)
    for of_case, (_, load) in zip(drafts, cases, strict=True):
        for batch in of_case:
            progress = api.wait(batch, until=["completed", "paused"], timeout_s=timeout_s)["progress"]
            rows = load.rows // load.batches
            assert (progress["succeeded"], progress["failed"], progress["calls"]) == (rows, 0, rows)
    calls = sorted(run_server.ledger(), key=lambda call: call["started"])
    ledgers = [[call for call in calls if call["body"]["network"] == name] for name in names]
    for of_case, ledger in zip(drafts, ledgers, strict=True):
        _assert_ledger_agrees(api, of_case, ledger)
    return ledgers


def _drafts(api: Api, network: str, load: Load) -> list[str]:
    rows = load.rows // load.batches
    return [api.ready(network, numbered(rows), concurrency=load.at_a_time) for _ in range(load.batches)]


def _assert_ledger_agrees(api: Api, drafts: Sequence[str], calls: Ledger) -> None:
    progress = [api.batch(batch)["progress"] for batch in drafts]
    answered = sum(call["status"] == 200 for call in calls)
    assert answered == sum(one["succeeded"] for one in progress)
    assert len(calls) - answered == sum(one["refused_calls"] for one in progress)


def after_the_first_burst(calls: Ledger, most: int) -> Ledger:
    """From the first call on that was answered after a refusal: aside is the burst, and the wait that it cost.

    `most`: calls of a burst. Where the first refusal comes after more, they kept to a pace, and all of them count.
    """
    burst = list(takewhile(lambda call: call["status"] == 200, calls))
    if len(burst) == len(calls) or len(burst) > most:
        return calls
    # Of what began together with the first refused call some may have been answered.
    at = calls[len(burst)]["started"] + 0.3
    rest = calls[len(burst) :]
    waited = list(takewhile(lambda call: call["status"] != 200 or call["started"] < at, rest))
    return rest[len(waited) :]


def assert_keeps_pace(calls: Ledger, limit: Limit, load: Load) -> None:
    # Where two windows meet, what both allow may come at once.
    later = after_the_first_burst(calls, most=2 * limit.calls + load.at_a_time * load.batches)
    answered = [call["started"] for call in later if call["status"] == 200]
    refused = len(later) - len(answered)
    part = (len(answered) - 1) / (answered[-1] - answered[0]) * limit.window_s / limit.calls
    in_all = sum(call["status"] != 200 for call in calls)
    figures = f"{part:.2f} of it, refused {refused} of {len(later)}, {in_all} in all"
    seen(f"{limit}, {load}: {figures}, {calls[-1]['ended'] - calls[0]['started']:.0f} s")
    assert part >= LEAST_PART, (str(limit), str(load), figures)
    assert refused <= MOST_REFUSED * len(later), (str(limit), str(load), figures)
