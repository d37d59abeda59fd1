"""Batches of many rows, and the site in a process of its own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.support.site import Site
from tests.integration.api.support import Draft
from tests.integration.export.support import complete
from tests.support.api import Api

TEXT = "x" * 1000


@pytest.fixture
def many(api: Api) -> Draft:
    """A completed batch of 20,000 rows: 20 MB, more than the buffers between two processes hold."""
    draft = Draft(api, api.draft(api.network(None)))
    for start in (0, 10_000):
        rows = [
            {"row_index": index, "row_payload": {"id": str(index), "text": TEXT}}
            for index in range(start, start + 10_000)
        ]
        api.post(f"{draft.path}/rows", {"rows": rows})
    complete(draft)
    return draft


@pytest.fixture
def site(transactional_db: None) -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="site-") as folder, Site(Path(folder)) as running:
        running.start()
        yield running
