"""Lets each bomb off in a forked child of its own, with a limit on its memory and time, and says what it cost.

`python -m tests.unit.response_schema.bombs.nursery` prints one JSON object a line: `{name, outcome, cpu_s, extra_mb}`.
`outcome` is `refused` (with the application's own error), `taken` (it went through) or what else happened.
"""

import gc
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from experiments import response_schema
from experiments.core.errors import WorkbenchError
from experiments.prompts import compile_template
from tests.unit.prompts.bombs import SCOPE, SYNTAX, WIDE_SCOPE, WIDE_WORK, WORK
from tests.unit.response_schema.bombs import schemas

HARD_CPU_S = 20
HARD_EXTRA_BYTES = 400 * 1024 * 1024


def render(source: str, scope: dict[str, Any]) -> None:
    compile_template(source).render(scope)


def answer(schema: dict[str, Any], payload: Any) -> None:
    """All that is done with a schema: checked, described, shown by example, and answers judged by it."""
    response_schema.check_schema(schema)
    response_schema.guidance(schema)
    judge = response_schema.validator(schema)
    judge(response_schema.example(schema))
    judge(payload)


def bombs() -> Iterator[tuple[str, Callable[[], Any]]]:
    for name, source in SYNTAX.items():
        yield f"template: {name}", partial(compile_template, source)
    for name, source in WORK.items():
        yield f"template: {name}", partial(render, source, SCOPE)
    for name, source in WIDE_WORK.items():
        yield f"template: {name}", partial(render, source, WIDE_SCOPE)
    for name, schema in schemas.REFUSED.items():
        yield f"schema: {name}", partial(response_schema.check_schema, schema)
    for name, (schema, payload) in schemas.TAKEN.items():
        yield f"taken schema: {name}", partial(answer, schema, payload)


def peak_mb() -> float:
    """The most memory this process ever held; kilobytes on Linux, bytes on macOS."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if os.uname().sysname == "Darwin" else 1024)


def outcome(bomb: Callable[[], Any]) -> str:
    try:
        bomb()
    except WorkbenchError:
        return "refused"
    except BaseException as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    return "taken"


def measure(bomb: Callable[[], Any]) -> dict[str, Any]:
    before, clock = peak_mb(), time.process_time()
    came_of_it = outcome(bomb)
    return {"outcome": came_of_it, "cpu_s": time.process_time() - clock, "extra_mb": peak_mb() - before}


def in_a_child(name: str, bomb: Callable[[], Any]) -> dict[str, Any]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        limit()
        os.write(writer, json.dumps(measure(bomb)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        text = said.read()
    _, status = os.waitpid(child, 0)
    found = json.loads(text) if text else {"outcome": f"killed, wait status {status}", "cpu_s": None, "extra_mb": None}
    return {"name": name, **found}


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (HARD_CPU_S, HARD_CPU_S + 1))
    if os.uname().sysname == "Linux":
        with open("/proc/self/statm") as statm:
            now = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + HARD_EXTRA_BYTES, now + HARD_EXTRA_BYTES))


def main() -> None:
    everything = list(bombs())
    # The first of its kind pays for what is made once (caches, compiled validators): not the bomb's doing.
    answer(schemas.of(schemas.TEXT), {"a": "x"})
    render("{{ row.a|upper }}", SCOPE)
    gc.collect()
    gc.freeze()
    for name, bomb in everything:
        print(json.dumps(in_a_child(name, bomb)), flush=True)


if __name__ == "__main__":
    main()
