"""The fault tests use the demo of its own tests, too."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.support.site import Site
from tests.programs.demo.conftest import demo

__all__ = ["demo"]


@pytest.fixture
def site(transactional_db: None) -> Iterator[Site]:
    """A web server of its own on the database of the tests."""
    with tempfile.TemporaryDirectory(prefix="site-") as folder, Site(Path(folder)) as running:
        running.start()
        yield running
