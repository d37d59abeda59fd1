"""`python -m tests.unit.run_client.peak URL` calls 32 times at once and prints how many megabytes that took."""

import os
import resource
import sys
from concurrent.futures import ThreadPoolExecutor

from experiments.run_client import RunTarget, post_run

AT_ONCE = 32


def peak_mb() -> float:
    """The most memory this process ever held; kilobytes on Linux, bytes on macOS."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if os.uname().sysname == "Darwin" else 1024)


def call(target: RunTarget, number: int) -> None:
    reply = post_run(target, body={"user_message": f"row {number}"}, idempotency_key=str(number))
    assert reply.error_code is None
    assert reply.held is not None
    reply.held.release()


if __name__ == "__main__":
    where = RunTarget(url=sys.argv[1], authorization="Bearer run-token-4711-abcdef", timeout_s=120)
    before = peak_mb()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda number: call(where, number), range(AT_ONCE)))
    print(peak_mb() - before)
