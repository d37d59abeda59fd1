"""Batches of many rows, and the site in a process of its own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.support.site import Site
from tests.integration.api.support import Draft
from tests.integration.export.support import complete
from tests.support.api import Api

TEXT = b"x" * 1000


@pytest.fixture
def many(api: Api) -> Draft:
    """A completed batch of 19,000 rows: 19 MB, more than the buffers between two processes hold."""
    draft = Draft(api, api.draft(api.network(None)))
    api.upload(draft.id, b"id,text\n" + b"".join(b"%d,%b\n" % (index, TEXT) for index in range(19_000)))
    complete(draft)
    return draft


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    with (
        django_db_blocker.unblock(),
        tempfile.TemporaryDirectory(prefix="site-") as folder,
        Site(Path(folder)) as running,
    ):
        running.start()
        yield running
