"""The configuration API that a runtime of arion_agents' kind has beside `/run`: its networks, versions and kept runs.

    GET   {base}/config/networks                                        [{id, name, additional_data, …}]
    GET   {base}/config/networks/{id}                                   one of them; some have only the list
    PATCH {base}/config/networks/{id}                                   {additional_data}: replaces the whole of it
    POST  {base}/config/networks/{id}/versions/compile_and_publish      {} → {version}
    GET   {base}/experiments/{id}/runs                                  {runs: [{item_index, iteration, created_at, …}]}

Each call has its deadline and its cap, follows no redirect and uses no proxy, as every call of `run_client`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from experiments.core.errors import InvalidInput
from experiments.core.json_text import BadPayload, cleaned, strict
from experiments.run_client import AbortHandle, NoAnswer, RunTarget, fetch
from experiments.run_client.error_text import shortened
from experiments.run_client.values import DEFAULT_MAX_BODY_BYTES, count

CALL_S = 10.0
LISTING_S = 30.0
MAX_LISTING_BYTES = 16 * 1024 * 1024
"""A runtime lists the runs of an experiment all at once, each with its whole log; what is longer is not read."""


@dataclass(frozen=True, slots=True)
class ConfigTarget:
    """Where the API is, as whom it is called, and what the network is called there."""

    base: str
    authorization: str | None = field(repr=False)
    network: str


@dataclass(frozen=True, slots=True)
class RemoteNetwork:
    """`data` is its `additional_data`, whole; `version` its published one, None where the runtime does not tell."""

    id: int | str
    data: dict[str, Any]
    version: int | None


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run that ended. `iteration` and `at` are None where the runtime does not tell; `answer` is what `/run` sent."""

    item_index: int
    iteration: int | None
    at: datetime | None
    answer: Any


def read_network(target: ConfigTarget) -> RemoteNetwork:
    """The network with the target's name. `InvalidInput` says what is wrong and what to do."""
    doing = f"The network {target.network} cannot be read"
    listed = _find(_call(target, "GET", "/config/networks", doing=doing), target, doing)
    try:
        found = _fetch(target, "GET", _path(listed["id"]))
    except NoAnswer as error:
        # arion_agents has the whole network in the list, and answers 405 here.
        if error.http_status not in (404, 405) or not isinstance(listed.get("additional_data"), dict):
            raise _refusal(target, doing, str(error)) from None
        found = listed
    data = found.get("additional_data") if isinstance(found, dict) else None
    if not isinstance(data, dict | None):
        raise _refusal(target, doing, "Its additional_data is not an object.")
    try:
        # It is sent back whole: what could not be repeated to the letter must not be replaced.
        kept = strict(data or {}, "its additional_data")
    except BadPayload as error:
        raise _refusal(target, doing, f"{error}.") from None
    return RemoteNetwork(listed["id"], kept, published_version({**listed, **(found or {})}))


def write_data(target: ConfigTarget, network: RemoteNetwork, data: Mapping[str, Any]) -> None:
    """Replaces the network's `additional_data`."""
    doing = f"The schema cannot be written to the network {target.network}"
    answer = _call(target, "PATCH", _path(network.id), body={"additional_data": data}, doing=doing)
    taken = answer.get("additional_data") if isinstance(answer, dict) else None
    if isinstance(taken, dict) and not set(data) <= set(taken):
        raise _refusal(target, doing, f"It answered without {min(set(data) - set(taken))}.")


def publish(target: ConfigTarget, network: RemoteNetwork) -> int:
    """Publishes what the network has now as a new version; its number."""
    doing = f"The schema was written to the network {target.network}, but cannot be published"
    path = f"{_path(network.id)}/versions/compile_and_publish"
    answer = _call(target, "POST", path, body={}, doing=doing)
    version = count(answer.get("version")) if isinstance(answer, dict) else None
    if version is None:
        raise _refusal(target, doing, "The answer has no number `version`.")
    return version


def kept_runs(target: ConfigTarget, experiment_id: str, *, abort: AbortHandle | None = None) -> list[KeptRun]:
    """The runs of an experiment that ended and that the runtime still has. `NoAnswer` where it cannot be asked."""
    path = f"/experiments/{quote(experiment_id, safe='')}/runs"
    asked = _asked(target, path, timeout_s=LISTING_S, max_body_bytes=MAX_LISTING_BYTES)
    listing = fetch(asked, method="GET", abort=abort)
    runs = listing.get("runs") if isinstance(listing, dict) else listing
    return [kept for run in (runs if isinstance(runs, list) else []) if (kept := _kept_run(run)) is not None]


def published_version(network: Mapping[str, Any]) -> int | None:
    """The number of the published version, in whichever of the known places a runtime tells it.

    `current_version_id` of arion_agents is none: it counts the versions of all networks.
    """
    current = network.get("current_version")
    if isinstance(current, dict):
        current = current.get("version")
    for told in (current, network.get("version"), version_of(network.get("graph_version_id"))):
        number = count(told)
        if number is not None:
            return number
    return None


def version_of(graph_version_id: Any) -> int | None:
    """The 5 of `1:5`, network and version; None where the text is of another form."""
    last = str(graph_version_id or "").rpartition(":")[2].strip()
    return count(int(last)) if last.isascii() and last.isdigit() and len(last) < 12 else None


def _find(listed: Any, target: ConfigTarget, doing: str) -> dict[str, Any]:
    """As the runtime itself finds it: without regard to case and outer spaces, the exact name first."""
    networks = [one for one in (listed if isinstance(listed, list) else []) if isinstance(one, dict)]
    named = [one for one in networks if isinstance(one.get("name"), str) and isinstance(one.get("id"), int | str)]
    wanted = target.network.strip().lower()
    matches = [one for one in named if one["name"].strip().lower() == wanted]
    if not matches:
        names = ", ".join(shortened(str(cleaned(one["name"])), 60) for one in named[:10]) or "none"
        raise _refusal(target, doing, f"There is no network of this name; there are: {names}.")
    return min(matches, key=lambda one: one["name"] != target.network)


def _kept_run(run: Any) -> KeptRun | None:
    if not isinstance(run, dict):
        return None
    index = count(run.get("item_index", run.get("experiment_item_index")))
    answer = run.get("response_payload")
    if index is None or not isinstance(answer, dict) or not isinstance(answer.get("final"), dict):
        return None
    iteration = count(run.get("iteration", run.get("experiment_iteration")))
    return KeptRun(index, iteration, _time(run.get("started_at") or run.get("created_at")), answer)


def _time(text: Any) -> datetime | None:
    """Without a zone it is UTC, as arion_agents writes it."""
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _path(network_id: int | str) -> str:
    return f"/config/networks/{quote(str(network_id), safe='')}"


def _call(target: ConfigTarget, method: str, path: str, *, doing: str, body: Mapping[str, Any] | None = None) -> Any:
    try:
        return _fetch(target, method, path, body=body)
    except NoAnswer as error:
        raise _refusal(target, doing, str(error)) from None


def _fetch(target: ConfigTarget, method: str, path: str, *, body: Mapping[str, Any] | None = None) -> Any:
    return fetch(_asked(target, path), method=method, body=body)


def _asked(
    target: ConfigTarget, path: str, *, timeout_s: float = CALL_S, max_body_bytes: int = DEFAULT_MAX_BODY_BYTES
) -> RunTarget:
    url = f"{target.base.rstrip('/')}{path}"
    return RunTarget(url, target.authorization, timeout_s=timeout_s, max_body_bytes=max_body_bytes)


def _refusal(target: ConfigTarget, doing: str, why: str) -> InvalidInput:
    place = target.base.partition("?")[0]
    sentence = (
        f"{doing} through its configuration API at {place}. {why} Nothing was started: check the network's "
        f"config_url, name and token, then start again."
    )
    return InvalidInput(sentence, code="config_api", attr="network")
