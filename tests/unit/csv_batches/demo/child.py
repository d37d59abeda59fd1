"""A program to supervise: `child.py NAME EVENTS [MANNER…]`, which notes what happens to it.

Each line of the file EVENTS is `NAME WHAT PID`. `ignore`: goes on after SIGTERM; `lingers`: ends only when a file
`EVENTS.go` is there; `orphan`: has a process of its own that ignores SIGTERM; `fails`: says so and ends with code 3;
`slow`: runs, but does not say that it has started.
"""

import os
import signal
import sys
import time
from pathlib import Path

NAME, EVENTS, MANNERS = sys.argv[1], Path(sys.argv[2]), set(sys.argv[3:])


def note(what: str) -> None:
    with EVENTS.open("a") as file:
        file.write(f"{NAME} {what} {os.getpid()}\n")


def fork_orphan() -> None:
    told, tell = os.pipe()
    if os.fork():
        os.read(told, 1)
        return
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note("orphan")
    os.write(tell, b".")
    while True:
        time.sleep(60)


asked = False


def on_term(*_: object) -> None:
    global asked
    asked = True
    note("asked")


if "fails" in MANNERS:
    note("failed")
    print("no such thing as a purple cow", file=sys.stderr)
    sys.exit(3)
signal.signal(signal.SIGTERM, on_term)
if "orphan" in MANNERS:
    fork_orphan()
note("waits" if "slow" in MANNERS else "started")
while not asked or "ignore" in MANNERS or ("lingers" in MANNERS and not EVENTS.with_suffix(".go").exists()):
    time.sleep(0.02)
note("ended")
