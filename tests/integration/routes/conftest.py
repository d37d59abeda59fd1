"""One site for all of these tests: making it takes longer than most routes. Each test finds it as it was made."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.integration.routes.scene import Scene, Site, build


@pytest.fixture(scope="package")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """In a transaction that never ends well; those of the tests are savepoints in it."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        made = build()
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


@pytest.fixture
def place(site: Site, db: None) -> Scene:
    return Scene(site)
