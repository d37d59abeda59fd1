"""A data set has items; what is called is a row, everywhere the same: one iteration of an item."""

import pytest
from django.test import Client

from tests.integration.web.support import browser
from tests.support import datasets

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Client:
    return browser("ann")


def test_items_that_run_several_times_are_told_from_their_rows(ann: Client) -> None:
    made = datasets.with_items("run_input,expected,iterations\na,1,2\nb,2,1\n")
    html = ann.get(f"/experiments/{made.pk}/").content.decode()
    assert "2 items in 3 rows" in html
    assert "<b>0</b> of 3 rows" in html
    assert "Search rows" in html
    opened = ann.get(f"/experiments/{made.pk}/row/1/").content.decode()
    assert '<h2 id="detail-title" tabindex="-1">Row 1</h2>' in opened


def test_how_the_file_was_read_is_said_in_the_names_that_people_know(ann: Client) -> None:
    made = datasets.with_items("run_input\na\n")
    html = ann.get(f"/experiments/{made.pk}/set-up/").content.decode()
    assert "UTF-8, separated by commas" in html
    assert "JSON Schema" in html


def start_of(html: str) -> str:
    return html.partition('id="start"')[2].partition(">")[0]


def test_without_items_it_cannot_start_and_says_why(ann: Client) -> None:
    made = datasets.draft()
    html = ann.get(f"/experiments/{made.pk}/set-up/").content.decode()
    assert "Upload a data set, or add an item." in html.partition('id="missing"')[2]
    assert "disabled" in start_of(html)


def test_what_can_be_said_in_the_form_is_no_reason_to_disable_it(ann: Client) -> None:
    made = datasets.with_items("run_input\na\n")
    type(made).objects.filter(pk=made.pk).update(network=None)
    html = ann.get(f"/experiments/{made.pk}/set-up/").content.decode()
    assert "Choose a network." in html.partition('id="missing"')[2]
    assert "Start saves this page first." in html
    assert "disabled" not in start_of(html)
