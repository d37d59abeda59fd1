"""The configuration API that a runtime of arion_agents' kind has beside `/run`: its networks, versions and kept runs.

    GET   {base}/config/networks                                        [{id, name, additional_data, …}]
    GET   {base}/config/networks/{id}                                   one of them; some have only the list
    PATCH {base}/config/networks/{id}                                   {additional_data}: replaces the whole of it
    POST  {base}/config/networks/{id}/versions/compile_and_publish      {} → {version}
    GET   {base}/experiments/{id}/runs                                  {runs: [{item_index, iteration, created_at, …}]}
          ?item_index=&experiment_item_index=&limit=&offset=            what it knows of these it follows: arion_agents
                                                                        ignores them, and lists all

Each call has its deadline and its limit of bytes, follows no redirect and uses no proxy, as every call of `run_client`.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from experiments.core.choices import ErrorCode, RowStatus
from experiments.core.errors import InvalidInput
from experiments.core.json_text import BadPayload, cleaned, strict
from experiments.run_client import AbortHandle, NoAnswer, RunTarget, fetch
from experiments.run_client.error_text import one_line
from experiments.run_client.values import DEFAULT_MAX_BODY_BYTES, count

CALL_S = 10.0
LISTING_S = 30.0
MAX_LISTING_BYTES = 16 * 1024 * 1024
"""Of a page: each run comes with its whole log. A runtime without pages lists all runs of an experiment in one."""
PAGE_SIZES = (200, 20, 2)
"""Runs a page; fewer where a page is too long."""
MAX_PAGES = 25
UNDER_WAY = frozenset((RowStatus.RUNNING, RowStatus.QUEUED, "pending", "started", "in_progress"))
"""How runtimes call a run that has not ended."""


@dataclass(frozen=True, slots=True)
class ConfigTarget:
    """Where the API is, as whom it is called, and what the network is called there."""

    base: str
    authorization: str | None = field(repr=False)
    network: str

    def at(self, path: str, *, timeout_s: float = CALL_S, max_body_bytes: int = DEFAULT_MAX_BODY_BYTES) -> RunTarget:
        url = f"{self.base.rstrip('/')}{path}"
        return RunTarget(url, self.authorization, timeout_s=timeout_s, max_body_bytes=max_body_bytes)

    def at_network(self, network_id: int | str, path: str = "") -> RunTarget:
        return self.at(f"/config/networks/{quote(str(network_id), safe='')}{path}")


@dataclass(frozen=True, slots=True)
class RemoteNetwork:
    """`data` is the whole `additional_data`; `version` the published one, None where the runtime does not say."""

    id: int | str
    data: dict[str, Any]
    version: int | None


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run of a row. `iteration` and `at` are None where the runtime does not say.

    `answer` is what `/run` sent, None while the run is under way.
    """

    item_index: int
    iteration: int | None
    at: datetime | None
    answer: Any

    @classmethod
    def read(cls, run: Any) -> "KeptRun | None":
        """An entry of the listing; None where it belongs to no row, or tells nothing of it."""
        if not isinstance(run, dict):
            return None
        index = count(run.get("item_index", run.get("experiment_item_index")))
        answer = run.get("response_payload")
        if not isinstance(answer, dict) or not isinstance(answer.get("final"), dict):
            answer = None
        if index is None or (answer is None and str(run.get("status")).lower() not in UNDER_WAY):
            return None
        iteration = count(run.get("iteration", run.get("experiment_iteration")))
        started: Any = run.get("started_at") or run.get("created_at")
        try:
            at = datetime.fromisoformat(started)
        except (TypeError, ValueError):
            return cls(index, iteration, None, answer)
        # arion_agents writes UTC without a zone.
        return cls(index, iteration, at if at.tzinfo else at.replace(tzinfo=UTC), answer)


def read_network(target: ConfigTarget) -> RemoteNetwork:
    """The network with the target's name. `InvalidInput` says what is wrong and what to do."""
    problem = f"The network {target.network} cannot be read"
    listed = _find_network(_call(target, target.at("/config/networks"), "GET", problem=problem), target, problem)
    try:
        found = fetch(target.at_network(listed["id"]), method="GET")
    except NoAnswer as error:
        # arion_agents has the whole network in the list, and answers 405 here.
        if error.http_status not in (404, 405) or not isinstance(listed.get("additional_data"), dict):
            raise _refusal(target, problem, str(error)) from None
        found = listed
    data = found.get("additional_data") if isinstance(found, dict) else None
    if not isinstance(data, dict | None):
        raise _refusal(target, problem, "Its additional_data is not an object.")
    try:
        # It is sent back whole, so it must survive reading and writing unchanged.
        kept = strict(data or {}, "its additional_data")
    except BadPayload as error:
        raise _refusal(target, problem, f"{error}.") from None
    return RemoteNetwork(listed["id"], kept, published_version({**listed, **(found or {})}))


def write_data(target: ConfigTarget, network: RemoteNetwork, data: Mapping[str, Any]) -> None:
    """Replaces the network's `additional_data`."""
    problem = f"The schema cannot be written to the network {target.network}"
    url = target.at_network(network.id)
    answer = _call(target, url, "PATCH", body={"additional_data": data}, problem=problem)
    stored = answer.get("additional_data") if isinstance(answer, dict) else None
    if isinstance(stored, dict) and not set(data) <= set(stored):
        raise _refusal(target, problem, f"It answered without {min(set(data) - set(stored))}.")


def publish(target: ConfigTarget, network: RemoteNetwork) -> int:
    """Publishes what the network has now as a new version. Returns its number."""
    problem = f"The schema was written to the network {target.network}, but cannot be published"
    url = target.at_network(network.id, "/versions/compile_and_publish")
    answer = _call(target, url, "POST", body={}, problem=problem)
    version = count(answer.get("version")) if isinstance(answer, dict) else None
    if version is None:
        raise _refusal(target, problem, "The answer has no number `version`.")
    return version


@dataclass(frozen=True, slots=True)
class KeptRuns:
    """What a runtime has of an experiment. `is_whole`: of all its rows, so that others need not ask."""

    runs: list[KeptRun]
    is_whole: bool


def kept_runs(
    target: ConfigTarget,
    experiment_id: str,
    item_index: int,
    *,
    is_wanted: Callable[[KeptRun], bool],
    abort: AbortHandle | None = None,
) -> KeptRuns:
    """The runs of an experiment that the runtime has, up to the page with one that `is_wanted`.

    Of all runs, or of the row with this index alone, as the runtime can. `NoAnswer` says why it cannot be known.
    """
    path = f"/experiments/{quote(experiment_id, safe='')}/runs"
    until = time.monotonic() + LISTING_S

    def page_at(offset: int, limit: int) -> list[Any]:
        query = {"experiment_item_index": item_index, "item_index": item_index, "limit": limit, "offset": offset}
        return _page(target, f"{path}?{urlencode(query)}" if limit else path, until=until, abort=abort)

    found: list[KeptRun] = []
    sizes = list(PAGE_SIZES)
    first: Any = None
    offset = 0
    for _ in range(MAX_PAGES):
        try:
            page = page_at(offset, sizes[0])
        except NoAnswer as error:
            if error.is_too_large and len(sizes) > 1:
                sizes.pop(0)
                continue
            if error.http_status in (400, 422) and sizes[0]:
                # One that knows none of these, and minds.
                sizes = [0]
                continue
            raise
        if offset and page and page[0] == first:
            # It does not know the offset. All of it is here where it does not know the limit either.
            if len(page_at(0, sizes[0] + 1)) > sizes[0]:
                break
            return KeptRuns(found, is_whole=True)
        runs = [kept for run in page if (kept := KeptRun.read(run)) is not None]
        found += runs
        if len(page) != sizes[0]:
            return KeptRuns(found, is_whole=any(run.item_index != item_index for run in found))
        if any(map(is_wanted, runs)):
            return KeptRuns(found, is_whole=False)
        first, offset = page[0], offset + len(page)
    raise NoAnswer(f"it has more runs than it lists, or than {MAX_PAGES} pages.", http_status=None)


def _page(target: ConfigTarget, path: str, *, until: float, abort: AbortHandle | None) -> list[Any]:
    left_s = until - time.monotonic()
    if left_s <= 0:
        raise NoAnswer(f"its list could not be read within {LISTING_S:g} s.", http_status=None)
    listing = fetch(target.at(path, timeout_s=left_s, max_body_bytes=MAX_LISTING_BYTES), method="GET", abort=abort)
    runs = listing.get("runs") if isinstance(listing, dict) else listing
    if not isinstance(runs, list):
        raise NoAnswer("its answer has no list of runs.", http_status=None)
    return runs


def published_version(network: Mapping[str, Any]) -> int | None:
    """The number of the published version, in whichever of the known places a runtime has it.

    `current_version_id` of arion_agents is not it: that counts the versions of all networks.
    """
    current = network.get("current_version")
    if isinstance(current, dict):
        current = current.get("version")
    for candidate in (current, network.get("version"), version_of(network.get("graph_version_id"))):
        number = count(candidate)
        if number is not None:
            return number
    return None


def version_of(graph_version_id: Any) -> int | None:
    """The 5 of `1:5`, network and version; None where the text is of another form."""
    last = str(graph_version_id or "").rpartition(":")[2].strip()
    return count(int(last)) if last.isascii() and last.isdigit() and len(last) < 12 else None


def _find_network(listed: Any, target: ConfigTarget, problem: str) -> dict[str, Any]:
    """As the runtime itself finds it: without regard to case and outer spaces, the exact name first."""
    networks = [one for one in (listed if isinstance(listed, list) else []) if isinstance(one, dict)]
    named = [one for one in networks if isinstance(one.get("name"), str) and isinstance(one.get("id"), int | str)]
    wanted = target.network.strip().lower()
    matches = [one for one in named if one["name"].strip().lower() == wanted]
    if not matches:
        names = ", ".join(one_line(str(cleaned(one["name"])), 60) for one in named[:10]) or "none"
        raise _refusal(target, problem, f"There is no network of this name; there are: {names}.")
    return min(matches, key=lambda one: one["name"] != target.network)


def _call(
    target: ConfigTarget, url: RunTarget, method: str, *, problem: str, body: Mapping[str, Any] | None = None
) -> Any:
    try:
        return fetch(url, method=method, body=body)
    except NoAnswer as error:
        raise _refusal(target, problem, str(error)) from None


def _refusal(target: ConfigTarget, problem: str, cause: str) -> InvalidInput:
    base = target.base.partition("?")[0]
    sentence = (
        f"{problem} through its configuration API at {base}. {cause} Nothing was started: check the network's "
        f"config_url, name and token, then start again."
    )
    return InvalidInput(sentence, code=ErrorCode.CONFIG_API, attr="network")
