"""A web process that is forked once for each of some pages, and asked for it: prints what that made which could have
been there before. `python -m tests.integration.page_time.first_page COOKIE PATH…` gives one JSON object a line."""

import json
import os
import sys
from typing import Any
from wsgiref.util import setup_testing_defaults

import config.wsgi


def ask(path: str, query: str, cookie: str) -> int:
    environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_COOKIE": f"sessionid={cookie}"}
    environ |= {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}
    setup_testing_defaults(environ)
    given: list[str] = []
    body: Any = config.wsgi.application(environ, lambda status, headers, error=None: given.append(status))
    b"".join(body)
    body.close()
    return int(given[0].split()[0])


def first(path: str, cookie: str) -> dict[str, Any]:
    from django.template.base import Template
    from django.urls import URLResolver

    made: list[str] = []

    def noting(original: Any, what: str) -> Any:
        def noted(self: Any, *args: Any) -> Any:
            made.append(f"{what} {self}")
            return original(self, *args)

        return noted

    Template.compile_nodelist = noting(Template.compile_nodelist, "template")
    URLResolver._populate = noting(URLResolver._populate, "addresses")
    before = set(sys.modules)
    status = ask(*path.partition("?")[::2], cookie)
    made += [f"module {name}" for name in sorted(set(sys.modules) - before)]
    return {"status": status, "made": made}


def main(cookie: str, *paths: str) -> None:
    from django.db import connection

    assert connection.connection is None, "the children would share it"
    for path in paths:
        child = os.fork()
        if child == 0:
            print(json.dumps({"path": path, **first(path, cookie)}), flush=True)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, path


main(*sys.argv[1:])
