"""The stepper says of every step what it lacks, of the one that is open too."""

import re

import pytest

from csv_batches.models import CsvBatch
from tests.integration.csv_batches.wizard.drafts import html_of
from tests.integration.csv_batches.wizard.review_support import draft_of
from tests.integration.web.support import browser, queue_url

pytestmark = pytest.mark.django_db
SENTENCE = "Write a prompt template, or include a column in the prompt."


def without_a_prompt() -> CsvBatch:
    batch = draft_of("ann", prompt_template="")
    CsvBatch.objects.filter(pk=batch.pk).update(columns=[{**one, "mode": "ignore"} for one in batch.columns])
    return batch


def step(html: str, key: str) -> str:
    return next(one for one in re.findall(r"<li class=.*?</li>", html, re.DOTALL) if f'id="to-{key}"' in one)


def test_the_open_step_says_what_it_lacks() -> None:
    html = html_of(browser("ann").get(queue_url(without_a_prompt(), "prompt/")))
    assert '<li class="current">' in step(html, "prompt")
    assert SENTENCE in html.partition('id="foot-says"')[2].partition("</p>")[0]


def test_the_open_step_that_lacks_nothing_is_the_current_one() -> None:
    html = html_of(browser("ann").get(queue_url(draft_of("ann"), "prompt/")))
    assert '<li class="current">' in step(html, "prompt")
    assert 'class="missing warn"' not in html


def test_what_is_missing_can_be_read_whole_by_pointing_at_it() -> None:
    html = html_of(browser("ann").get(queue_url(without_a_prompt(), "schema/")))
    assert '<li class="missing">' in step(html, "prompt")
    assert f'title="{SENTENCE}"' in step(html, "prompt")


def test_a_step_that_nobody_was_in_says_nothing() -> None:
    html = html_of(browser("ann").get(queue_url(without_a_prompt(), "map/")))
    assert ['<li class="later">' in step(html, key) for key in ("prompt", "schema", "review")] == [True] * 3
