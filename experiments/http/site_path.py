"""A site below a path of its host, as https://host/workbench."""

from collections.abc import Iterable
from typing import Any


class BelowPath:
    """Takes the site's path off the requests' addresses. Some proxies have done so, others pass addresses on as they
    came: both find the site. Django puts the path before the addresses that it makes (`FORCE_SCRIPT_NAME`)."""

    def __init__(self, application: Any, path: str) -> None:
        self._application = application
        self._path = path

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        address = environ.get("PATH_INFO", "")
        if self._path and f"{address}/".startswith(f"{self._path}/"):
            environ = {**environ, "SCRIPT_NAME": self._path, "PATH_INFO": address.removeprefix(self._path)}
        answer: Iterable[bytes] = self._application(environ, start_response)
        return answer
