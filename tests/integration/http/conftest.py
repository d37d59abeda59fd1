"""The site as it is served for real, and a draft that has a file and a row that was added to it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.support.site import Site
from tests.integration.http.support import Sender
from tests.support.api import Api


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    with (
        django_db_blocker.unblock(),
        tempfile.TemporaryDirectory(prefix="site-") as folder,
        Site(Path(folder)) as running,
    ):
        running.start()
        yield running


@pytest.fixture
def sender(site: Site, api: Api, settings: Any) -> Sender:
    # Where the site finds the file that the draft keeps.
    settings.MEDIA_ROOT = site.media
    batch = api.draft(api.network(None))
    api.upload(batch, b"1;2\n3;4\n", header="0", delimiter=";")
    api.post(f"/csv_batches/{batch}/rows", {"rows": [{"row_index": 10, "row_payload": {"column 1": "by hand"}}]})
    return Sender(site, api, batch)
