"""A duplicate of the failed items is a data set of those alone, each as often as it ran."""

from typing import Any

import pytest

from experiments.experiment_kind.models import Experiment
from tests.integration.api.support import errors
from tests.integration.web.support import browser
from tests.support import datasets
from tests.support.api import Api

pytestmark = pytest.mark.django_db
CONTENT = "run_input,expected,iterations\na,1,1\nb,2,2\nc,3,1\n"
RIGHT = {"answer": "1"}


@pytest.fixture
def ended(api: Api) -> Experiment:
    """The second of two runs of b failed."""
    return datasets.answered(datasets.with_items(CONTENT), [RIGHT, RIGHT, None, RIGHT])


def duplicate(api: Api, experiment: Experiment, want: int = 201) -> Any:
    return api.post(f"/experiments/{experiment.pk}/duplicate", {"only": "failed"}, want)


def test_it_has_the_items_of_which_a_run_failed(api: Api, ended: Experiment) -> None:
    made = duplicate(api, ended)
    assert (made["status"], made["dataset_size"], made["progress"]["total"]) == ("draft", 1, 2)
    rows = api.get(f"/experiments/{made['id']}/rows")["results"]
    assert [row["row_payload"] for row in rows] == [
        {"run_input": "b", "expected": "2", "iterations": "2", "item": "0", "iteration": str(iteration)}
        for iteration in (1, 2)
    ]
    alone = datasets.with_items("run_input,expected\nb,2\n")
    assert made["dataset_digest"] == alone.dataset_digest
    api.get(f"/experiments/{made['id']}/score")


def test_the_button_of_the_page_makes_the_same(ended: Experiment) -> None:
    ann = browser("ann")
    page = f"/experiments/{ended.pk}/"
    assert "Duplicate the 1 that failed" in ann.get(page).content.decode()
    ann.post(f"{page}duplicate/", {"csrfmiddlewaretoken": ann.cookies["csrftoken"].value, "only": "failed"})
    assert Experiment.objects.latest("created_at").total == 2


def test_where_no_item_failed_there_is_nothing_to_duplicate(api: Api) -> None:
    ended = datasets.answered(datasets.with_items("run_input\na\n"), [RIGHT])
    assert errors(duplicate(api, ended, 400)) == [("no_rows", "only")]
