"""What is sent of an item: the columns as they are mapped, and the prompt template."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from experiments.core.errors import Conflict
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.selectors import comparisons
from experiments.experiment_kind.selectors.plan import plan_of_experiment
from experiments.experiment_kind.services import drafts, duplicates, launch
from tests.integration.web.support import Browser
from tests.support import datasets
from tests.support.api import Api

pytestmark = pytest.mark.django_db
MAILS = "Subject,Body,Customer,Topic,iterations\nHi,Where is it?,,delivery,2\nBill,Too much,Ann,billing,\n"


@pytest.fixture
def ann() -> Client:
    user, _ = get_user_model().objects.get_or_create(username="ann", defaults={"is_staff": True})
    client = Browser()
    client.force_login(user)
    return client


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    return str(response.content.decode())


def uploaded(ann: Client) -> str:
    ann.post("/experiments/new/", {"file": SimpleUploadedFile("mails.csv", MAILS.encode())})
    return f"/experiments/{Experiment.objects.get().pk}/set-up/"


def form_of(page: str) -> dict[str, str]:
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("version", "was")}
    return {name: match[1].replace("&quot;", '"') for name, match in found.items() if match}


def test_any_file_is_mapped_several_columns_at_once(ann: Client) -> None:
    page = uploaded(ann) + "map/"
    shown = text(ann.get(page))
    assert "Include a column in the prompt" in shown
    assert '<span class="tag">Iterations</span>' in shown
    form = form_of(shown)
    assert ann.post(page, {**form, "col": ["0", "1"], "set": "message"}).status_code == 302
    form = form_of(text(ann.get(page)))
    chosen = {"m-2": "system_param", "k-2": "customer.name", "m-3": "expected", "go": "next"}
    assert ann.post(page, {**form, **chosen})["Location"] == page.replace("map", "prompt")
    made = Experiment.objects.get()
    assert [column["role"] for column in made.columns] == [
        *("message", "message", "system_param", "expected", "iterations")
    ]
    sent = plan_of_experiment(made.pk).request(made.rows.get(row_index=2).payload)
    assert sent == ("Subject: Bill\nBody: Too much", {"customer": {"name": "Ann"}})


def test_two_columns_cannot_both_be_expected_and_the_row_says_so(ann: Client) -> None:
    page = uploaded(ann) + "map/"
    form = form_of(text(ann.get(page)))
    shown = text(ann.post(page, {**form, "m-2": "expected", "m-3": "expected"}), 400)
    assert "“Customer” has the expected answers. Set it to Ignore first. Not saved." in shown
    assert [column["role"] for column in Experiment.objects.get().columns].count("expected") == 1


def test_the_prompt_shows_the_message_of_an_item_and_its_problems(ann: Client) -> None:
    page = uploaded(ann) + "prompt/"
    ann.post(page, {"prompt_template": "Sort this: {{ row.Subject }}"})
    shown = text(ann.get(page, {"row": "2"}))
    assert 'Sort this: <span class="v">Bill</span' in shown
    shown = text(ann.post(page, {"prompt_template": "{{ row.Subjct }}"}, headers={"HX-Request": "true"}))
    assert "Did you mean <code>row.Subject</code>?" in shown
    shown = text(ann.post(page, {"prompt_template": "{{ row."}))
    assert "isn’t saved yet" in shown
    assert Experiment.objects.get().prompt_template == "{{ row.Subjct }}"
    names = ann.get(page + "placeholders/").json()["tokens"]
    assert {"text": "row.Subject", "name": "Subject"} in names


def test_a_template_goes_before_the_prompt_column() -> None:
    made = datasets.with_items("run_input,system_params.lang\nHello,\n", prompt_template="Translate.")
    payload = made.rows.get().payload
    assert plan_of_experiment(made.pk).request(payload) == ("Translate.\n\nHello", {})
    drafts.update(experiment_id=made.pk, values={"prompt_template": "{{ columns }} in {{ system_params.lang }}"})
    assert plan_of_experiment(made.pk).request(payload) == ("Hello in ", {})


def test_two_templates_or_mappings_on_one_file_can_be_compared_and_other_files_cannot() -> None:
    first = datasets.with_items("run_input,expected,other\na,1,x\nb,2,y\n", prompt_template="One.")
    second = duplicates.duplicate(experiment=first, user=first.created_by)
    assert second.prompt_template == "One."
    columns = [{"name": "run_input", "mode": "metadata", "key": ""}]
    drafts.update(experiment_id=second.pk, values={"prompt_template": "{{ row.run_input }}", "columns": columns})
    third = datasets.with_items("run_input,expected,other\na,1,x\nc,2,y\n")
    for made in (first, second, third):
        launch.run(experiment_id=made.pk)
        made.refresh_from_db()
    comparisons.compare(first, second)
    with pytest.raises(Conflict):
        comparisons.compare(first, third)


def test_files_without_a_message_column_are_told_by_their_cells() -> None:
    contents = ("a,b\n1,2\n", "a,b\n1,2\n", "a,b\n1,3\n")
    made = [datasets.upload(datasets.draft(), content, needs_message=False) for content in contents]
    assert made[0].dataset_digest == made[1].dataset_digest != made[2].dataset_digest


def test_the_api_has_the_template(api: Api) -> None:
    api.network(None)
    made = api.post("/experiments", {"name": "e", "network": "net", "prompt_template": "Hello {{ row.a }}"})
    assert made["prompt_template"] == "Hello {{ row.a }}"
    assert api.patch(f"/experiments/{made['id']}", {"prompt_template": ""})["prompt_template"] == ""
    refused = api.patch(f"/experiments/{made['id']}", {"prompt_template": "{{"}, want=400)
    assert json.dumps(refused).count("prompt_template") == 1
