"""After what was expected has been removed nothing is said of how right the answers were."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from experiments.experiment_kind.models import Experiment
from experiments.services import retention
from tests.integration.web.support import browser, htmx
from tests.support import datasets
from tests.support.api import Api

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = "run_input,expected\na,yes\nb,no\n"


@pytest.fixture
def removed(api: Api) -> Experiment:
    made = datasets.answered(datasets.with_items(CONTENT), [{"answer": "yes"}, {"answer": "yes"}])
    Experiment.objects.filter(pk=made.pk).update(completed_at=timezone.now() - timedelta(days=9))
    assert retention.remove_sources(days=7) == 2
    return Experiment.objects.get(pk=made.pk)


def assert_refused(answer: Any) -> None:
    [error] = answer["errors"]
    assert error["code"] == "source_removed"
    assert "its rows cannot be scored any more" in error["detail"]


def test_the_api_refuses_the_score_and_a_comparison(api: Api, removed: Experiment) -> None:
    other = datasets.answered(datasets.with_items(CONTENT), [{"answer": "yes"}, {"answer": "no"}])
    assert_refused(api.get(f"/experiments/{removed.pk}/score", want=409))
    assert_refused(api.get(f"/experiments/{other.pk}/score/compare", want=409, **{"with": str(removed.pk)}))


def test_its_items_have_answers_and_no_verdicts(api: Api, removed: Experiment) -> None:
    rows = api.get(f"/experiments/{removed.pk}/rows")["results"]
    assert [row["result_payload"] for row in rows] == [{"answer": "yes"}] * 2
    assert not any("verdict" in row for row in rows)
    assert api.get(f"/experiments/{removed.pk}/rows", verdict="right")["results"] == []


def test_its_pages_say_that_it_was_removed_and_not_that_nothing_was_expected(removed: Experiment) -> None:
    ann, page = browser("ann"), f"/experiments/{removed.pk}/"
    for answer in (ann.get(page), ann.get(f"{page}score/", follow=True), ann.get(f"{page}?verdict=right")):
        html = answer.content.decode()
        assert "source rows were removed" in html
        assert "score-title" not in html
    assert "Nothing is expected" not in htmx(ann, f"{page}row/0/").content.decode()


def test_it_is_no_longer_offered_for_a_comparison(removed: Experiment) -> None:
    other = datasets.answered(datasets.with_items(CONTENT), [{"answer": "yes"}, {"answer": "no"}])
    ann = browser("ann")
    html = ann.get(f"/experiments/compare/?a={other.pk}").content.decode()
    assert str(removed.pk) not in html
    refused = ann.get(f"/experiments/compare/?a={other.pk}&b={removed.pk}").content.decode()
    assert "cannot be scored any more" in refused
