"""The first page of a web process waits for no import and no template: the process did that while it started."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from tests.integration.web.support import batch_of, browser, queue_url
from tests.support.worker import ROOT, database_url

pytestmark = pytest.mark.django_db(transaction=True)
# What Python itself loads while it reads a text.
OF_PYTHON = ("module encodings.", "module _")


def test_it_only_has_to_be_rendered() -> None:
    client = browser("root", is_staff=True, is_superuser=True)
    batch = batch_of("root", ["succeeded", "failed", "queued"])
    pages = (queue_url(batch), queue_url(batch, "row/0/"), "/runs/", "/admin/experiments/queueitem/")
    answers = asked(client.cookies["sessionid"].value, *pages)
    assert [answer["path"] for answer in answers] == list(pages)
    for answer in answers:
        assert answer["status"] == 200, answer["path"]
        assert [one for one in answer["made"] if not one.startswith(OF_PYTHON)] == [], answer["path"]


def asked(cookie: str, *pages: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.page_time.first_page", cookie, *pages],
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
    return [json.loads(line) for line in done.stdout.splitlines()]
