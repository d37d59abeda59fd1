"""The main menu marks where one is."""

import re

import pytest

from tests.integration.web.support import batch_of, browser, queue_url, run_for

pytestmark = pytest.mark.django_db


def marked(html: str) -> list[str]:
    menu = html.partition('aria-label="Main"')[2].partition("</nav>")[0]
    return re.findall(r'aria-current="page">([^<]*)<', menu)


@pytest.mark.parametrize("step", ["upload/", "map/", "prompt/", "schema/", "review/", "reset/"])
def test_each_step_of_the_wizard_is_among_the_batches(step: str) -> None:
    batch = batch_of("ann", ["queued"], status="draft")
    html = browser("ann").get(queue_url(batch, step)).content.decode()
    assert marked(html) == ["Batches"]


def test_a_batch_that_is_not_yet_there_is_among_them_too() -> None:
    assert marked(browser("ann").get("/csv-batch/new/").content.decode()) == ["Batches"]


def test_a_run_is_among_the_runs() -> None:
    run_for(batch_of("ann", ["succeeded"]).rows.get())
    assert marked(browser("ann").get("/runs/trace-1/").content.decode()) == ["Runs"]
