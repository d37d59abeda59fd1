"""One large batch for all tests of a module: to make it takes longer than to look at it. No test keeps a change."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from csv_batches.models import CsvBatch
from tests.integration.plans.support import large_batch


@pytest.fixture(scope="module")
def _stored(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    with django_db_blocker.unblock():
        stored = large_batch().pk
    yield stored
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def batch(_stored: Any, db: None) -> CsvBatch:
    return CsvBatch.objects.get(pk=_stored)
