"""A web process of its own that is asked for one page: prints what that made which could have been there before."""

import json
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


def main(path: str, query: str, cookie: str) -> None:
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
    status = ask(path, query, cookie)
    made += [f"module {name}" for name in sorted(set(sys.modules) - before)]
    sys.stdout.write(json.dumps({"status": status, "made": made}))


main(*sys.argv[1:])
