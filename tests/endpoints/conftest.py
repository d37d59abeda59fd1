import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.support.site import Site
from tests.support.worker import Worker


@pytest.fixture
def site(transactional_db: None, start_worker: Callable[..., Worker], settings: Any) -> Iterator[Site]:
    """The whole site with a worker; networks that the test makes can be opened there."""
    # Not pytest's own folder: it is deep, and private to who runs the tests.
    var = Path(tempfile.mkdtemp(prefix="site-", dir="/tmp")).resolve()
    with Site(var) as running:
        settings.FIELD_KEYS = [running.field_key]
        running.start()
        start_worker(LEASE_S="30", **running.environment())
        yield running
    shutil.rmtree(var)
