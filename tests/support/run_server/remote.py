"""A runtime of arion_agents' shape: networks with published versions, a configuration API, and kept runs.

A set-up is a JSON object, every key optional:
    networks        [{name, additional_data?, version?}]; they get the ids 1, 2, …; without a `version` nothing is
                    published
    faults          {"PATCH /config/networks/1": {"status": 500, "text": "…"}}: how a call is answered instead; `json`,
                    `headers` and `drop` (the call is done all the same) may stand there too
    list_only       there is no address for one network (405), the list has all of it
    tells_version   a network tells its `current_version`
    ignores_version a run is answered by what is published, whatever `version` it asked for
    forgets_iteration, forgets_runs   what is kept of a run has no iteration; no run is kept
    pages, by_item  the list of kept runs follows `limit` and `offset`, `item_index`; without them it is whole
    strict          that list takes no query (422)
    tells_running   it has the runs that are under way too
"""

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from tests.support.run_server.turn import Request

Answer = tuple[int, bytes] | tuple[int, bytes, dict[str, str]]
NETWORK = re.compile(r"/config/networks/(\d+)(/versions/compile_and_publish)?")
RUNS = re.compile(r"/experiments/([^/]+)/runs")


class Remote:
    def __init__(self, setup: dict[str, Any]) -> None:
        self._setup = setup
        self._networks: dict[int, dict[str, Any]] = {}
        self._versions: list[dict[str, Any]] = []
        self._runs: list[dict[str, Any]] = []
        self._under_way: list[dict[str, Any]] = []
        self._calls: list[dict[str, Any]] = []
        for number, network in enumerate(setup.get("networks", [{"name": "net", "version": 1}]), start=1):
            self._add(number, network)

    def _add(self, number: int, network: dict[str, Any]) -> None:
        data = network.get("additional_data", {})
        self._networks[number] = {"id": number, "name": network["name"], "status": "draft", "additional_data": data}
        if "version" in network:
            self.publish(number, network["version"])

    def state(self) -> dict[str, Any]:
        networks = list(self._networks.values())
        return {"networks": networks, "versions": self._versions, "runs": self._runs, "calls": self._calls}

    def publish(self, network_id: int, version: int | None = None) -> dict[str, Any]:
        number = version or max((v["version"] for v in self._versions if v["network_id"] == network_id), default=0) + 1
        # The row's id is not the version's number: a client that takes one for the other is found out.
        made = {"id": len(self._versions) + 101, "network_id": network_id, "version": number, "published_at": None}
        self._versions.append(made)
        self._networks[network_id]["current_version_id"] = made["id"]
        if self._setup.get("tells_version"):
            self._networks[network_id]["current_version"] = number
        return made

    # -- the configuration API

    def answer(self, request: "Request") -> Answer:
        path, _, text = request.path.partition("?")
        body, query = request.json(), dict(parse_qsl(text))
        authorization = request.headers.get("authorization")
        call = {"method": request.method, "path": path, "query": query, "body": body, "authorization": authorization}
        self._calls.append(call)
        fault = self._setup.get("faults", {}).get(f"{request.method} {path}")
        if fault and not fault.get("drop"):
            return _faulty(fault)
        done = self._done(request.method, path, query, body)
        return _faulty(fault) if fault else done

    def _done(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        runs, network = RUNS.fullmatch(path), NETWORK.fullmatch(path)
        if runs and method == "GET":
            if query and self._setup.get("strict"):
                return _json(422, {"detail": "unknown query parameters"})
            listed = self._of_experiment(runs[1], query)
            return _json(200, {"experiment_id": runs[1], "runs": listed, "fields": []})
        if path == "/config/networks" and method == "GET":
            return _json(200, list(self._networks.values()))
        if not network or int(network[1]) not in self._networks:
            return _json(404, {"detail": "network not found"})
        return self._of_network(method, self._networks[int(network[1])], bool(network[2]), body)

    def _of_network(self, method: str, network: dict[str, Any], publishes: bool, body: Any) -> Answer:
        if publishes and method == "POST":
            return _json(200, self.publish(network["id"]))
        if publishes or (method == "GET" and self._setup.get("list_only")):
            return _json(405, {"detail": "Method Not Allowed"})
        if method == "PATCH":
            network["additional_data"] = body["additional_data"]
        return _json(200, network)

    def _of_experiment(self, experiment_id: str, query: dict[str, str]) -> list[dict[str, Any]]:
        """The newest first."""
        kept = [*self._runs, *self._under_way] if self._setup.get("tells_running") else self._runs
        own = [run for run in kept if run["request_payload"].get("experiment_id") == experiment_id][::-1]
        if self._setup.get("by_item"):
            own = [run for run in own if str(run["item_index"]) == query.get("item_index")]
        if self._setup.get("pages"):
            start = int(query.get("offset", 0))
            own = own[start : start + int(query.get("limit", 100))]
        return own

    # -- runs

    def refusal(self, body: dict[str, Any]) -> Answer | None:
        """404 for a run of what is not there, 400 for a network that was never published."""
        network = self._named(body)
        if network is None:
            return _json(404, {"detail": f"Network '{body.get('network')}' not found"})
        version = self._version(network, body)
        if version is None and body.get("version"):
            return _json(404, {"detail": f"Version {body['version']} not found for network '{body['network']}'"})
        return None if version else _json(400, {"detail": "No published version for network"})

    def begin(self, body: dict[str, Any]) -> None:
        """A run that takes longer than its client waits."""
        run = self._kept(body, {"trace_id": None, "final": {"status": "running"}})
        self._under_way.append({**run, "response_payload": None})

    def finish(self, body: dict[str, Any], answer: dict[str, Any]) -> None:
        """Stamps an answer with the version that gave it, and keeps the run."""
        network = self._named(body)
        assert network
        version = self._version(network, body)
        assert version
        answer["graph_version_id"] = f"{network['id']}:{version['version']}"
        kept = self._kept(body, answer)
        self._under_way = [run for run in self._under_way if run["request_payload"] != kept["request_payload"]]
        if not self._setup.get("forgets_runs"):
            self._runs.append(kept)

    def _kept(self, body: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        iteration = None if self._setup.get("forgets_iteration") else body.get("experiment_iteration")
        return {
            "run_id": answer["trace_id"],
            "item_index": body.get("experiment_item_index"),
            "iteration": iteration,
            "status": answer["final"].get("status"),
            "trace_id": answer["trace_id"],
            "created_at": datetime.now(UTC).replace(tzinfo=None).isoformat(),
            "request_payload": {key: value for key, value in body.items() if not key.startswith("respond_payload")},
            "response_payload": answer,
        }

    def _named(self, body: dict[str, Any]) -> dict[str, Any] | None:
        wanted = str(body.get("network", "")).strip().lower()
        return next((one for one in self._networks.values() if one["name"].strip().lower() == wanted), None)

    def _version(self, network: dict[str, Any], body: dict[str, Any]) -> dict[str, Any] | None:
        asked = None if self._setup.get("ignores_version") else body.get("version")
        for version in self._versions:
            wanted = version["version"] == asked if asked else version["id"] == network.get("current_version_id")
            if version["network_id"] == network["id"] and wanted:
                return version
        return None


def _json(status: int, value: Any) -> Answer:
    return status, json.dumps(value).encode()


def _faulty(fault: dict[str, Any]) -> Answer:
    body = fault["text"].encode() if "text" in fault else json.dumps(fault.get("json", {})).encode()
    return fault.get("status", 200), body, fault.get("headers", {})
