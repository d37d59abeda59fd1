"""Tables are emptied between tests, also while somebody reads them in another order."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command

from tests.support import emptying
from tests.support.worker import eventually, side_connection

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = "auth_group", "auth_user"
EMPTIED = "SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"


@pytest.mark.parametrize(("reads", "then"), [TABLES, TABLES[::-1]])
def test_who_would_wait_for_each_other_both_come_through(
    monkeypatch: pytest.MonkeyPatch, reads: str, then: str
) -> None:
    monkeypatch.setattr(emptying, "FEW", 0)
    get_user_model().objects.create(username="ann")
    Group.objects.create(name="staff")

    has_read, asks = Event(), Event()

    def read() -> None:
        reader.execute(f"LOCK TABLE {reads} IN ACCESS SHARE MODE")
        has_read.set()
        eventually(lambda: reader.execute(EMPTIED).fetchone(), what="the emptying waits")
        asks.set()
        reader.execute(f"LOCK TABLE {then} IN ACCESS SHARE MODE")
        reader.commit()

    with side_connection() as reader, ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        assert has_read.wait(30)
        call_command("flush", interactive=False, verbosity=0)
        reading.result(30)
    assert asks.is_set()
    assert not get_user_model().objects.exists()
    assert not Group.objects.exists()
