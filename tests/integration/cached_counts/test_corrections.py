"""A correction shows in what is kept of many rows' answers: at once where it was made, soon in every web process."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from experiments.selectors import cached_counts, results
from tests.integration.api.support import finish
from tests.support.api import Api, numbered
from tests.support.worker import eventually


@pytest.fixture(autouse=True)
def _many_rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cached_counts, "LARGE", 0)
    yield
    cache.clear()


@pytest.fixture
def batch(api: Api) -> str:
    """A batch whose only row was answered "first", which has been counted."""
    done = api.ready(api.network(None), numbered(1))
    finish(done, {0: {"topic": "first", "score": 1}})
    assert values(api, done) == [{"value": "first", "count": 1}]
    return done


def values(api: Api, batch: str) -> Any:
    return api.get(f"/csv_batches/{batch}/results")["fields"][0]["values"]


def correct(api: Api, batch: str) -> None:
    api.patch(f"/csv_batches/{batch}/rows/0", {"corrected_payload": {"topic": "second", "score": 1}})


def test_at_once_where_it_was_made(api: Api, batch: str) -> None:
    correct(api, batch)
    assert values(api, batch) == [{"value": "second", "count": 1}]


def test_soon_where_another_process_keeps_what_it_counted(
    api: Api, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "forget", lambda queue: None)
    correct(api, batch)
    eventually(lambda: values(api, batch) == [{"value": "second", "count": 1}], timeout_s=10, what="the correction")
