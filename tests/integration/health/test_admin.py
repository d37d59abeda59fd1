"""The operations kind lists the processes of all workers, and changes none."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from experiments.models import WorkerProcess
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db
LIST = "/admin/experiments/workerprocess/"


def test_staff_see_host_process_what_it_does_and_how_long_it_has_been_silent() -> None:
    beat_at = timezone.now() - timedelta(minutes=30)
    WorkerProcess.objects.create(
        cluster=uuid4(),
        host="machine-a",
        pid=4242,
        role="worker",
        doing="lane",
        started_at=beat_at,
        beat_at=beat_at,
    )
    html = browser("root", is_staff=True, is_superuser=True).get(LIST).content.decode()
    assert all(text in html for text in ("machine-a", "4242", "lane", "30 min"))


def test_they_can_neither_add_nor_delete_any() -> None:
    root = browser("root", is_staff=True, is_superuser=True)
    assert root.get(f"{LIST}add/").status_code == 403
    assert "delete_selected" not in root.get(LIST).content.decode()


def test_others_see_nothing() -> None:
    assert browser("ann").get(LIST).status_code == 302
