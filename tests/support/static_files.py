"""The static files of the site, looked for once: each client of a test has middleware of its own, which would again."""

from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

_look = WhiteNoiseMiddleware.add_files_from_finders
_found: dict[str, dict[str, Any]] = {}
"""By the path in front of them: that of a site below a path differs."""


def _add_files(self: Any) -> None:
    if self.static_prefix not in _found:
        before = set(self.files)
        _look(self)
        _found[self.static_prefix] = {url: file for url, file in self.files.items() if url not in before}
    self.files.update(_found[self.static_prefix])


def install() -> None:
    WhiteNoiseMiddleware.add_files_from_finders = _add_files
