"""The other queues beside a page: looked at again every ten seconds, not with each poll."""

import pytest

from csv_batches.models import CsvBatch
from experiments.web.queue import page
from tests.integration.web.support import batch_of, browser, queue_url
from tests.integration.web.test_polling import news, tokens

pytestmark = pytest.mark.django_db

NOW = 1_800_000_000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [NOW]
    monkeypatch.setattr(page, "time", lambda: now[0])
    return now


@pytest.fixture
def other() -> CsvBatch:
    return batch_of("ann", ["queued"], name="Other")


def test_what_changes_there_comes_within_ten_seconds(clock: list[float], other: CsvBatch) -> None:
    batch, client = batch_of("ann", ["queued"], status="paused"), browser("ann")
    has = tokens(client.get(queue_url(batch)).content.decode())
    CsvBatch.objects.filter(pk=other.pk).update(name="Another one")
    clock[0] += page.RAIL_S - 1
    assert "Another one" not in news(client, batch, has).content.decode()
    clock[0] += 1
    html = news(client, batch, has).content.decode()
    assert "Another one" in html
    clock[0] += 1
    assert "Another one" not in news(client, batch, tokens(html)).content.decode()


def test_the_queue_s_own_entry_comes_at_once(clock: list[float], other: CsvBatch) -> None:
    batch, client = batch_of("ann", ["queued"], status="paused"), browser("ann")
    has = tokens(client.get(queue_url(batch)).content.decode())
    CsvBatch.objects.filter(pk=batch.pk).update(name="Letters")
    html = news(client, batch, has).content.decode()
    assert f'id="q-{batch.pk.hex[:12]}"' in html
    assert f'id="q-{other.pk.hex[:12]}"' not in html
