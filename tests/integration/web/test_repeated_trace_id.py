"""Two networks may send the same trace id: a row leads to the run of its own."""

from html import unescape
from typing import Any

import pytest

from experiments.models import Network
from tests.integration.csv_batches.wizard.review_support import draft_of, finish_trial, html_of, send, trial_of
from tests.integration.web.support import batch_of, browser, queue_url, row_of, run_for

pytestmark = pytest.mark.django_db


def followed(html: str, before: str) -> str:
    address = unescape(html.partition(before)[2].partition("<a")[2].partition('href="')[2].partition('"')[0])
    return str(browser("ann").get(address).content.decode())


def of_another_network(trace_id: str) -> Any:
    other = batch_of("ann", name="Others")
    type(other).objects.filter(pk=other.pk).update(network=Network.objects.create(name="other network"))
    return run_for(row_of(other, 0, "succeeded"), trace_id)


def test_from_the_pane_of_a_row() -> None:
    batch = batch_of("ann")
    run_for(row_of(batch, 0, "succeeded"), "trace-1")
    of_another_network("trace-1")
    html = browser("ann").get(queue_url(batch, "row/0/?tab=trace")).content.decode()
    assert "<h1>Run on triage</h1>" in followed(html, '<section class="run-trace">')


def test_from_a_row_that_was_tried() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    trial = trial_of(batch)
    finish_trial(batch)
    run_for(trial.rows.get(row_index=0), "trace-1")
    of_another_network("trace-1")
    assert trial.network is not None
    html = followed(html_of(client, batch), 'class="tryrow"')
    assert f"<h1>Run on {trial.network.name}</h1>" in html
