"""A scripted `/run` server in a process of its own, so that it outlives whatever a test kills.

with RunServer() as server:
    server.script(rules=[{"match": "^row 3$", "attempts": ["reset", {"do": "status", "status": 503}]}])
    ...
    server.ledger()
"""

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from tests.support.run_server.payloads import expected_payload

__all__ = ["RunServer", "expected_payload"]

ROOT = Path(__file__).resolve().parents[3]


class RunServer:
    """Starts and ends the process, and drives it over HTTP. See `server.py` and `script.py` for what it can do."""

    def __init__(self, *, port: int = 0) -> None:
        self._port = port

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.run_server", "--port", str(self._port)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a signal to the group of the test does not reach it
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith("listening on "):
            self.stop()
            raise RuntimeError(f"The /run server did not start: {line!r}")
        self.port = int(line.split()[-1])
        self._session = requests.Session()
        self._session.trust_env = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()
        self.stop()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The address to call, `/run` included."""
        return f"{self.base}/run"

    def script(self, **source: Any) -> None:
        """Replaces the script: `latency_ms`, `answer_key`, `default`, `rules`, `hold`, `limiter`."""
        self._post("/script", source)

    def always(self, behaviour: str | dict[str, Any]) -> None:
        """Every call gets this behaviour."""
        self.script(default=behaviour)

    def hold(self, match: str = "") -> None:
        """Calls whose user_message has a match wait until `release`."""
        self._post("/hold", {"match": match})

    def release(self, *, hold: str | None = None, only: str | None = None) -> None:
        """Lets all go that are held. From then on nothing is held, or what matches `hold`. With `only`, those go that
        match it, the others stay, and what comes is held as before."""
        order = {"hold": hold, "only": only}
        self._post("/release", {name: match for name, match in order.items() if match is not None})

    def run(self, body: dict[str, Any]) -> None:
        """Somebody else's call."""
        self._post("/run", body)

    def remote(self, **setup: Any) -> None:
        """From now on it is a runtime with a configuration API; see `remote.py` for `setup`."""
        self._post("/remote", setup)

    def somebody_publishes(self, network: int = 1) -> None:
        self._post("/remote/publish", {"network": network})

    def remote_state(self) -> dict[str, Any]:
        """networks (with additional_data), versions, runs and calls of the configuration API, in order."""
        state: dict[str, Any] = self._get("/remote")
        return state

    def reset(self) -> None:
        self._post("/reset", {})

    def ledger(self, *, bodies: bool = True) -> list[dict[str, Any]]:
        """All calls since the reset: user_message, idempotency_key, authorization, headers, body, attempt, behaviour,
        started and ended (Unix time), status (None where none was sent), left (the client went first)."""
        calls: list[dict[str, Any]] = self._get("/ledger" if bodies else "/ledger?body=0")
        return calls

    def stats(self) -> dict[str, int]:
        """calls, done, in_flight, max_in_flight, held, left, connections."""
        stats: dict[str, int] = self._get("/stats")
        return stats

    def wait(self, *, timeout_s: float = 30, **minima: int) -> dict[str, int]:
        """Returns the stats as soon as all of `minima` are reached, e.g. `wait(held=3)`. Raises TimeoutError."""
        response = self._session.post(
            f"{self.base}/wait", json={"timeout_s": timeout_s, **minima}, timeout=timeout_s + 10
        )
        if response.status_code == 408:
            raise TimeoutError(f"Not reached within {timeout_s} s: {minima}; stats: {response.json()}")
        response.raise_for_status()
        stats: dict[str, int] = response.json()
        return stats

    def _post(self, path: str, body: dict[str, Any]) -> None:
        self._session.post(f"{self.base}{path}", json=body, timeout=30).raise_for_status()

    def _get(self, path: str) -> Any:
        response = self._session.get(f"{self.base}{path}", timeout=60)
        response.raise_for_status()
        return response.json()
