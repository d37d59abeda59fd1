"""Reads each hostile text in a forked child of its own, under a limit of processor time, and says what came of it.

`python -m tests.unit.run_client.hostile.reader` prints one JSON object a line: `{name, ended, said}`. `ended` is
whether the child came to its end by itself, `said` what it made of the text.
"""

import json
import os
import resource

from tests.unit.run_client.hostile.texts import TEXTS

CPU_S = 5
"""What reads in time that grows with the square takes many times that, and what reads on a line a small part."""


def read(name: str) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
        try:
            said = TEXTS[name]()
        except Exception as error:
            said = f"raised {type(error).__name__}"
        os.write(writer, (said or "").encode("utf-8", "replace")[:4000])
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    print(json.dumps({"name": name, "ended": ended, "said": said}), flush=True)


if __name__ == "__main__":
    for text in TEXTS:
        read(text)
