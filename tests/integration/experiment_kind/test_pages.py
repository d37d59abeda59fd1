"""Experiments in the browser, as plain forms: begin, set up, start, score, compare."""

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from experiments.core.json_numbers import to_json
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import drafts, duplicates
from experiments.models import Network
from experiments.web.schema.page import fingerprint
from experiments.web.schema.rows import Rows
from tests.integration.web.support import Browser
from tests.support import datasets
from tests.unit.web.schema.forms import INVOICE, sent

pytestmark = pytest.mark.django_db
CONTENT = b"run_input,expected,label,system_params.customer.id\nmail <b>1</b>,yes,x,7\nmail 2,no,,8\n"


@pytest.fixture
def ann() -> Client:
    user, _ = get_user_model().objects.get_or_create(username="ann", defaults={"is_staff": True})
    client = Browser()
    client.force_login(user)
    return client


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    return str(response.content.decode())


def test_a_file_becomes_a_draft_that_shows_what_was_recognised(ann: Client) -> None:
    response = ann.post("/experiments/new/", {"file": SimpleUploadedFile("mails.csv", CONTENT)})
    made = Experiment.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/experiments/{made.pk}/set-up/map/")
    assert (made.name, made.total) == ("mails", 2)
    page = text(ann.get(response["Location"]))
    for words in ("Use as expected", 'value="customer.id"', "mail &lt;b&gt;1&lt;/b&gt;"):
        assert words in page
    page = text(ann.get(f"/experiments/{made.pk}/set-up/"))
    for words in ("2 items", "Expected answer", "system_params.customer.id (customer.id)", "Choose a network."):
        assert words in page
    page = text(ann.get(f"/experiments/{made.pk}/set-up/file/"))
    for words in ("2 items", "UTF-8, separated by commas", "mail &lt;b&gt;1&lt;/b&gt;"):
        assert words in page


def test_a_refused_file_lists_its_lines_and_leaves_no_draft(ann: Client) -> None:
    bad = SimpleUploadedFile("x.csv", b"run_input,iterations\na,x\n ,1\n")
    page = text(ann.post("/experiments/new/", {"file": bad}), 422)
    assert "2 problems" in page
    assert "Line 2, column 2 (iterations)" in page
    assert "Line 3, column 1 (run_input)" in page
    assert not Experiment.objects.exists()


def test_a_file_is_read_as_was_chosen_and_what_is_left_out_is_listed(ann: Client) -> None:
    broken = b"Export of May\nrun_input;expected\nmail 1;yes\nmail 2;no;much too long\n"
    chosen = {"header": "2", "delimiter": ";", "ragged": "skip"}
    response = ann.post("/experiments/new/", {"file": SimpleUploadedFile("x.csv", broken), **chosen})
    assert Experiment.objects.get().total == 1
    page = text(ann.get(response["Location"].replace("/map/", "/file/")))
    assert "Line 4 was left out." in page
    assert "mail 2;no;much too long" in page


def test_an_offer_reads_the_file_and_a_script_gets_only_what_became_of_it(ann: Client) -> None:
    bad = {"file": SimpleUploadedFile("x.csv", b"run_input,expected\nmail 1\n"), "offer": "ragged=pad&header=x"}
    refused = text(ann.post("/experiments/new/", bad, headers={"HX-Request": "true"}))
    assert ("is not" in refused, "<main" in refused) == (True, False)
    good = {"file": SimpleUploadedFile("x.csv", b"run_input,expected\nmail 1\n"), "offer": "ragged=pad"}
    response = ann.post("/experiments/new/", good, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == f"/experiments/{Experiment.objects.get().pk}/set-up/map/"


@pytest.mark.parametrize(("data", "words"), [({}, "Choose a file first."), ({"by_hand": "1"}, "Write the message")])
def test_an_empty_form_says_what_it_needs(ann: Client, data: dict[str, str], words: str) -> None:
    assert words in text(ann.post("/experiments/new/", data), 422)


def test_one_item_by_hand_is_a_draft_too(ann: Client) -> None:
    item = {"by_hand": "1", "user_message": "2 + 2", "expected": "4", "iterations": "3", "system_params": '{"a": 1}'}
    ann.post("/experiments/new/", item)
    made = Experiment.objects.get()
    assert (made.dataset_size, made.total) == (1, 3)
    ann.post(f"/experiments/{made.pk}/set-up/item/", {**item, "user_message": "3 + 3", "iterations": "1"})
    assert Experiment.objects.get().total == 4
    page = text(ann.post(f"/experiments/{made.pk}/set-up/item/", {**item, "system_params": "[1]"}), 422)
    assert "Give a JSON object" in page


def settings(**values: str) -> dict[str, str]:
    network = Network.objects.get_or_create(name="net", defaults={"run_url": "http://127.0.0.1:9/run"})[0]
    plain = {"name": "e", "network": str(network.pk), "concurrency": "2", "max_attempts": "3", "schema_mode": "network"}
    return {**plain, "rule": "normalised", "go": "save", **values}


def draft(ann: Client) -> str:
    ann.post("/experiments/new/", {"file": SimpleUploadedFile("mails.csv", CONTENT)})
    return str(Experiment.objects.get().pk)


def test_settings_are_saved_and_what_is_wrong_stands_beside_its_field(ann: Client) -> None:
    made = draft(ann)
    own = {"schema_mode": "own", "schema_json": '{"type": "object"}', "tolerant": "on"}
    good = settings(rule="numeric", field="n", relative="0.1", **own)
    assert ann.post(f"/experiments/{made}/set-up/", good).status_code == 302
    stored = Experiment.objects.get()
    assert stored.scoring == {"rule": "numeric", "field": "n", "absolute": 0.0, "relative": 0.1}
    assert (stored.concurrency, stored.schema_mode, stored.schema_json) == (2, "own", {"type": "object"})
    assert (stored.tolerant, stored.repair) == (True, False)
    for field, value in (("schema_json", "{"), ("schema_json", '{"type": "array"}'), ("concurrency", "0")):
        page = text(ann.post(f"/experiments/{made}/set-up/", settings(schema_mode="own", **{field: value})), 422)
        assert f'id="id_{field}_error"' in page


def test_it_starts_from_the_set_up_and_only_there(ann: Client) -> None:
    made = draft(ann)
    page = text(ann.post(f"/experiments/{made}/set-up/", settings(go="start", network="")), 422)
    assert "Choose a network." in page
    response = ann.post(f"/experiments/{made}/set-up/", settings(go="start"))
    assert response["Location"] == f"/experiments/{made}/"
    assert Experiment.objects.get().status == "running"
    assert ann.get(f"/experiments/{made}/set-up/")["Location"] == f"/experiments/{made}/"


def finished() -> Experiment:
    made = datasets.with_items(CONTENT, scoring={"field": "answer"})
    return datasets.answered(made, [{"answer": "YES"}, {"answer": "maybe not"}])


def test_the_queue_shows_score_verdicts_and_filters_by_them(ann: Client) -> None:
    made = finished()
    page = text(ann.get(f"/experiments/{made.pk}/"))
    assert "<b>50%</b> right, 1 of 2" in page
    assert 'id="chip-verdict-wrong"' in page
    only = text(ann.get(f"/experiments/{made.pk}/?verdict=wrong"))
    assert 'id="r1"' in only
    assert 'id="r0"' not in only
    assert 'aria-current="true">Wrong <b>1</b>' in only


def test_an_open_item_shows_expected_beside_answered_with_the_difference(ann: Client) -> None:
    made = finished()
    page = text(ann.get(f"/experiments/{made.pk}/row/1/"))
    assert re.search(r'<span class="st bad box"><svg [^>]*>.*?</svg>Wrong</span>', page)
    assert '<ins><span class="vh">[added: </span>' in page
    assert "Difference" not in text(ann.get(f"/experiments/{made.pk}/row/0/"))


def test_the_score_polls_while_items_come_and_ends_with_them(ann: Client) -> None:
    made = datasets.with_items(CONTENT)
    Experiment.objects.filter(pk=made.pk).update(status="running")
    fragment = text(ann.get(f"/experiments/{made.pk}/score/", headers={"HX-Request": "true"}))
    assert "every 5s" in fragment
    token = re.search(r'value="(score\.[0-9a-f]{8})"', fragment)
    assert token
    again = ann.get(f"/experiments/{made.pk}/score/", {"has": token[1]}, headers={"HX-Request": "true"})
    assert again.status_code == 204
    datasets.answered(made, [{"answer": "yes"}, {"answer": "no"}])
    assert "every" not in text(ann.get(f"/experiments/{made.pk}/score/", headers={"HX-Request": "true"}))


def test_another_scoring_is_a_form_away(ann: Client) -> None:
    made = finished()
    response = ann.post(f"/experiments/{made.pk}/scoring/", {"rule": "exact", "field": "answer"})
    assert response["Location"] == f"/experiments/{made.pk}/"
    assert "0 of 2" in text(ann.get(f"/experiments/{made.pk}/"))
    page = text(ann.post(f"/experiments/{made.pk}/scoring/", {"rule": "numeric", "absolute": "-1"}), 422)
    assert 'id="id_absolute_error"' in page


def test_the_field_that_is_scored_is_chosen_from_those_of_an_answer(ann: Client) -> None:
    made = datasets.with_items(CONTENT, schema_json=datasets.ANSWER)
    page = text(ann.get(f"/experiments/{made.pk}/scoring/"))
    assert '<option value="">Whole answer</option>' in page.replace(" selected", "")
    assert '<option value="answer">answer</option>' in page


def test_two_are_compared_side_by_side(ann: Client) -> None:
    first = finished()
    second = duplicates.duplicate(experiment=first, user=first.created_by)
    drafts.update(experiment_id=second.pk, values={"name": "second one"})
    second = datasets.answered(second, [{"answer": "yes"}, {"answer": "no"}])
    assert "second one" in text(ann.get("/experiments/compare/", {"a": str(first.pk)}))
    page = text(ann.get("/experiments/compare/", {"a": str(first.pk), "b": str(second.pk)}))
    assert page.index("Wrong → right</span>") < page.index("Both right</span>")
    assert f"/experiments/{second.pk}/row/1/" in page
    only = text(ann.get("/experiments/compare/", {"a": str(first.pk), "b": str(second.pk), "change": "both_right"}))
    assert "wrong → right</span>" not in only


def test_without_a_choice_the_comparison_offers_one(ann: Client) -> None:
    assert "no experiments yet" in text(ann.get("/experiments/compare/"))
    made = finished()
    assert str(made.pk) in text(ann.get("/experiments/compare/", {"a": "nonsense"}))
    other = datasets.with_items("run_input\nx\n")
    page = text(ann.get("/experiments/compare/", {"a": str(made.pk), "b": str(other.pk)}))
    assert "do not have the same data set" in page


def test_nobody_else_sees_it() -> None:
    made = finished()
    get_user_model().objects.create_user(username="bob")
    bob = Client()
    bob.force_login(get_user_model().objects.get(username="bob"))
    for path in ("", "set-up/", "score/", "scoring/", "row/0/"):
        assert bob.get(f"/experiments/{made.pk}/{path}").status_code == 404
    assert str(made.pk) not in text(bob.get("/experiments/compare/", {"a": str(made.pk)}))


def test_the_set_up_leads_to_the_fields_of_its_own_schema_and_shows_them(ann: Client) -> None:
    made = datasets.with_items(CONTENT.decode(), "mails.csv")
    page = f"/experiments/{made.pk}/set-up/"
    settings = {"name": "e", "concurrency": 2, "max_attempts": 3, "schema_mode": "own", "rule": "exact"}
    answer = ann.post(page, {**settings, "go": "fields"})
    assert (answer.status_code, answer["Location"]) == (302, f"{page}fields/")
    form = sent(Rows.of_fields(INVOICE), go="save")
    form["seen"] = fingerprint([])
    data = {name: values if len(values) > 1 else values[0] for name, values in form.lists()}
    assert ann.post(f"{page}fields/", data)["Location"] == page
    made.refresh_from_db()
    assert (made.schema_mode, [one["name"] for one in made.response_fields]) == (
        "own",
        [one["name"] for one in INVOICE],
    )
    shown = text(ann.get(page))
    assert f"{len(INVOICE)} fields" in " ".join(shown.split())
    # The scoring looks at paths.
    assert '<option value="lines">lines</option>' in shown
    assert '<option value="lines.price">lines.price</option>' in shown
    assert ann.post(page, {**settings, "schema_json": to_json(made.schema_json)}).status_code == 302
    assert Experiment.objects.get().response_fields == made.response_fields
