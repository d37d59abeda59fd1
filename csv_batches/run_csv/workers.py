"""A worker for the batch: those that run already, or else one of our own, which ends with the command."""

import os
import socket
from collections.abc import Callable

import requests
from django.conf import settings

from csv_batches.demo import programs
from csv_batches.demo.supervisor import Supervisor
from experiments.models import Network
from experiments.selectors import health

SILENT_S = settings.WORKER_BEAT_S * 3
"""Workers write down that they live every `WORKER_BEAT_S`; one that has ended in order is forgotten at once."""
START_S = 120.0
ASK_S = 5.0


def is_one_heard() -> bool:
    age_s = health.newest_heartbeat_age_s()
    return age_s is not None and age_s < SILENT_S


class OwnWorker:
    """Started where none is heard of. With it a web server, where the network is answered by this site and that is
    not there: the worker calls it."""

    def __init__(self, supervisor: Supervisor, say: Callable[[str], None]) -> None:
        self._supervisor = supervisor
        self._say = say
        self._is_started = False

    def ensure(self, network: Network | None) -> None:
        """Cheap to call often. `GaveUp` where it does not start."""
        if self._is_started or is_one_heard():
            return
        self._is_started = True
        env = {**os.environ, "VAR_DIR": str(settings.VAR_DIR), "PYTHONUNBUFFERED": "1"}
        if network is not None and is_answered_here(network) and not is_site_up(settings.SITE_URL):
            env = self._with_site(env)
        self._say(f"No worker is running. Starting one for this batch (log: {programs.log_file('worker')})")
        self._supervisor.start(programs.worker_program(env))

    def _with_site(self, env: dict[str, str]) -> dict[str, str]:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        env = {name: value for name, value in env.items() if name != "ALLOWED_HOSTS"} | {"SITE_URL": url}
        self._say("The network is answered by this site, which isn’t running. Starting it for this batch.")
        self._supervisor.start(programs.web_program(port, env))
        self._supervisor.wait_until(lambda: is_site_up(url), name="web", timeout_s=START_S)
        return env


def is_answered_here(network: Network) -> bool:
    return not network.run_url and not settings.RUN_URL


def is_site_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/health/live", timeout=ASK_S).ok
    except requests.RequestException:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
