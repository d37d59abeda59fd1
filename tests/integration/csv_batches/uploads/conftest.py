"""Files that are large enough for a worker, and a draft for them."""

from typing import Any

import pytest

from tests.support.api import Api

SMALL = 1000


@pytest.fixture(autouse=True)
def _small(_site: None, settings: Any) -> None:
    settings.UPLOAD_BACKGROUND_BYTES = SMALL


@pytest.fixture
def draft(api: Api) -> str:
    return api.draft(api.network(None))
