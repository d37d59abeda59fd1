"""A worker whose main process lives and does nothing any more: it watches its others, nobody in it watches it."""

import os
import signal

import requests

from tests.programs.demo.conftest import Demo, is_leader, until


def test_the_demo_starts_it_again_with_all_its_processes(demo: Demo) -> None:
    # What is silent for four leases counts as stuck.
    process = demo.start(LEASE_S="3")
    port, _ = demo.await_ready()
    ready = f"http://127.0.0.1:{port}/health/ready"
    until(lambda: requests.get(ready, timeout=10).status_code == 200, "a worker is heard of")
    workers = {pid for pid, command in demo.everything().items() if "qcluster" in command}
    (stuck,) = (pid for pid in workers if is_leader(pid))
    os.kill(stuck, signal.SIGSTOP)
    demo.await_output("worker gives no sign of life and is killed")
    until(lambda: any("qcluster" in command for command in demo.everything().values()), "another worker")
    assert not workers & demo.everything().keys()
    until(lambda: requests.get(ready, timeout=10).json()["worker"]["heartbeat_age_s"] < 3, "it is heard of")
    process.send_signal(signal.SIGINT)
    assert demo.await_end() == 0
    assert demo.everything() == {}
