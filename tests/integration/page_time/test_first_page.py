"""The first page of a web process waits for no import and no template: the process did that while it started."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.integration.web.support import batch_of, browser, queue_url
from tests.support.worker import ROOT, database_url

pytestmark = pytest.mark.django_db(transaction=True)
# What Python itself loads while it reads a text.
OF_PYTHON = ("module encodings.", "module _")


@pytest.mark.parametrize("page", ["", "row/0/", "runs", "admin"])
def test_it_only_has_to_be_rendered(page: str) -> None:
    client = browser("root", is_staff=True, is_superuser=True)
    batch = batch_of("root", ["succeeded", "failed", "queued"])
    elsewhere = {"runs": "/runs/", "admin": "/admin/experiments/queueitem/"}
    path, _, query = elsewhere.get(page, queue_url(batch, page)).partition("?")
    answer = asked(path, query, client.cookies["sessionid"].value)
    assert answer["status"] == 200
    assert [one for one in answer["made"] if not one.startswith(OF_PYTHON)] == []


def asked(path: str, query: str, cookie: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.page_time.first_page", path, query, cookie],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "SECRET_KEY": settings.SECRET_KEY,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, object] = json.loads(done.stdout)
    return answer
