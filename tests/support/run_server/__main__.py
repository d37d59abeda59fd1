"""`python -m tests.support.run_server [--port N]`."""

import argparse
import asyncio
import contextlib

from tests.support.run_server.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(description="A scripted server of POST /run.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one; it is printed")
    parser.add_argument("--idle-exit", type=float, default=900, help="seconds without a call after which it ends")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.host, options.port, idle_exit_s=options.idle_exit))


if __name__ == "__main__":
    main()
