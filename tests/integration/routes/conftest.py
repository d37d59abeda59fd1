"""One site for all of these tests: making it takes longer than most routes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.routes.scene import Scene, Site, build
from tests.support.once import made_once


@pytest.fixture(scope="package")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    yield from made_once(build, django_db_blocker)


@pytest.fixture
def place(site: Site, db: None) -> Scene:
    return Scene(site)
