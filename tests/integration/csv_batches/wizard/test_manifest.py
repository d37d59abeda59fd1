"""A manifest is downloaded from a batch, and taken beside the file of a new one."""

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from csv_batches.models import CsvBatch
from csv_batches.rules.manifest import HEAD
from tests.integration.web.support import user

pytestmark = pytest.mark.django_db
FILE = b"id;text\n1;a\n2;b\n"
MANIFEST = {**HEAD, "name": "Again", "mapping": {"text": "prompt"}, "reading": {"delimiter": ";"}, "concurrency": 3}


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(user("ann"))
    return client


def send(browser: Client, manifest: Any, **more: Any) -> Any:
    text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    files = {"file": SimpleUploadedFile("x.csv", FILE), "manifest": SimpleUploadedFile("m.json", text)}
    return browser.post("/csv-batch/new/", {**files, **more})


def test_a_new_batch_has_the_settings_of_the_manifest_and_gives_it_again(browser: Client) -> None:
    assert 'name="manifest"' in browser.get("/csv-batch/new/").content.decode()
    made = send(browser, MANIFEST)
    batch = CsvBatch.objects.get()
    assert made["Location"] == f"/csv-batch/{batch.pk}/upload/"
    assert (batch.name, batch.concurrency, batch.total) == ("Again", 3, 2)
    assert batch.columns[1]["mode"] == "prompt"
    link = re.search(r'href="([^"]+manifest.json)"', browser.get(made["Location"]).content.decode())
    assert link
    answer = browser.get(link[1])
    assert answer["Content-Disposition"] == 'attachment; filename="Again manifest.json"'
    assert answer.json().items() >= {**MANIFEST, "reading": batch.options_in_force}.items()
    again = send(browser, answer.json())
    assert again.status_code == 302
    assert CsvBatch.objects.count() == 2


def test_what_is_wrong_with_it_is_shown_and_nothing_is_made(browser: Client) -> None:
    answer = send(browser, {**MANIFEST, "concurrency": 0, "promt_template": "x"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Did you mean “prompt_template”?" in page
    assert "&quot;concurrency&quot; is 0, not at least 1" in page
    other = {**MANIFEST, "file": {"sha256": "0" * 64, "name": "y.csv"}}
    assert "isn’t the file of the manifest, “y.csv”" in send(browser, other).content.decode()
    assert not CsvBatch.objects.exists()
    assert send(browser, other, accept_other_file="1").status_code == 302
