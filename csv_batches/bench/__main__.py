"""The bench's process: `python -m csv_batches.bench OPTIONS`, in the environment that `database` makes.

Writes a line of JSON for the machine and one for each result; how far it is goes to stderr.
"""

import json
import os
import shutil
import signal
import sys
import threading
from dataclasses import asdict
from typing import Any

import django
from django.core.management import call_command


def run(options: dict[str, Any]) -> None:
    from csv_batches.bench.machine import this_machine
    from csv_batches.bench.measures import measure
    from csv_batches.bench.sizes import size_of

    # Before the migrations, which are work too.
    emit("machine", this_machine())
    say("migrating a database for the bench")
    call_command("migrate", verbosity=0)
    size = size_of(quick=options["quick"], large=options["large"], only=options["only"])
    for result in measure(options["only"], size, options["repeat"], say):
        emit("result", result)


def emit(what: str, value: Any) -> None:
    sys.stdout.write(json.dumps({what: asdict(value)}) + "\n")
    sys.stdout.flush()


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def end_with_parent(orphaned: threading.Event) -> None:
    """Asks this process to end once nobody holds the other side of its stdin: its parent was killed."""
    # Not `sys.stdin`: a thread that waits in its buffer is in the way when Python ends.
    os.read(0, 1)
    orphaned.set()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    # Asked to end, it ends what it has started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    orphaned = threading.Event()
    threading.Thread(target=end_with_parent, args=[orphaned], daemon=True).start()
    try:
        django.setup()
        run(json.loads(sys.argv[1]))
    except KeyboardInterrupt:
        if orphaned.is_set():
            # Nobody else removes it. The database waits for the next bench.
            shutil.rmtree(os.environ["VAR_DIR"], ignore_errors=True)
        sys.exit(128 + signal.SIGINT)
