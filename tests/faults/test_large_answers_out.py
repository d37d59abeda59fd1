"""Answers of 5 MB go out in files and pages; the web server's memory stays what it is for small ones."""

from pathlib import Path

import psutil
import pytest
import requests
from django.db import connection

from csv_batches.models import CsvBatch
from tests.browser.support.site import Site
from tests.faults.support import seen, token_of
from tests.integration.api.support import Draft
from tests.integration.export.support import complete
from tests.support.api import TOPIC, Api, numbered

ROWS = 36
MB = 1024**2
MOST_MB = 150
HASHES = "SELECT string_agg(md5(n || '-' || row_index), '') FROM generate_series(1, 160000) n"
ANSWERS = {
    "random": f"jsonb_build_object('topic', ({HASHES}))",
    "the same sign": "jsonb_build_object('topic', repeat('🙂', 1280000))",
    "a list": "jsonb_build_object('topic', (SELECT jsonb_agg(repeat('x', 1000)) FROM generate_series(1, 5100)))",
}


@pytest.fixture
def large(api: Api) -> Draft:
    draft = Draft(api, api.ready(api.network(None), numbered(ROWS)))
    complete(draft)
    CsvBatch.objects.filter(pk=draft.id).update(response_fields=[TOPIC])
    return draft


def peak_mb(site: Site) -> float:
    """Of the largest process of the site, since it began."""
    processes = [psutil.Process(site.process.pid), *psutil.Process(site.process.pid).children(recursive=True)]
    status = [Path(f"/proc/{process.pid}/status").read_text() for process in processes]
    return max(int(text.partition("VmHWM:")[2].split()[0]) for text in status) / 1024


@pytest.mark.parametrize("answers", ANSWERS)
def test_the_web_server_stays_small(site: Site, large: Draft, answers: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE experiments_queueitem SET result_payload = {ANSWERS[answers]}")
    headers = {"Authorization": token_of(large.api)}
    address: str | None = f"{site.url}/api{large.path}/rows?limit=1000"
    before = peak_mb(site)
    sizes = []
    for wanted in ("csv", "jsonl"):
        url = f"{site.url}/api{large.path}/export?format={wanted}"
        with requests.get(url, headers=headers, stream=True, timeout=120) as response:
            assert response.status_code == 200
            sizes.append(sum(map(len, response.iter_content(MB))))
    exported = peak_mb(site)
    rows = 0
    while address:
        page = requests.get(address, headers=headers, timeout=120).json()
        rows += len(page["results"])
        address = page["next"]
    assert rows == ROWS
    assert min(sizes) > ROWS * 4.8 * MB
    seen(f"{answers}: {before:.0f} MB before, {exported:.0f} MB after two exports, {peak_mb(site):.0f} MB after pages")
    assert peak_mb(site) < MOST_MB
