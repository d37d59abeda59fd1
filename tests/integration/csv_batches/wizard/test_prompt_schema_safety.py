"""Who may open the steps of template and schema, and that texts stay texts on them."""

from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.csv_batches.wizard.drafts import address, draft, send, stored
from tests.integration.web.support import browser, htmx, user
from tests.integration.web.test_safety import EVIL, problems

pytestmark = pytest.mark.django_db

PAGES = ("prompt/", "prompt/?find=%3Cscript%3Ealert(3)%3C/script%3E&row=%3Cimg%3E", "schema/")
ACTIONS = ("prompt/", "schema/", "schema/import/")


@pytest.fixture
def evil() -> CsvBatch:
    """A payload in every text that data or people can bring; the payload is no name that a field can have."""
    fields = [{"name": "tone", "description": EVIL, "choices": [EVIL]}]
    columns = [{"name": EVIL, "mode": "system_param", "key": f"mail.{EVIL.replace('.', ' ')}"}]
    batch = draft(names=[EVIL, "tone"], response_fields=fields, columns=columns)
    CsvBatch.objects.filter(pk=batch.pk).update(name=EVIL, prompt_template="{{ row['<b>'] }}" + EVIL[:80])
    return stored(batch)


@pytest.mark.parametrize("page", PAGES)
def test_texts_from_data_come_out_escaped(evil: CsvBatch, page: str) -> None:
    client = browser("ann")
    for response in (client.get(address(evil, page)), htmx(client, address(evil, page))):
        html = response.content.decode()
        assert response.status_code == 200
        assert problems(html) == []
        assert "<img" not in html
        assert "<script>alert" not in html
        assert "<b>'" not in html


@pytest.mark.parametrize(
    ("tail", "data"),
    [
        ("prompt/", {"prompt_template": EVIL + "{{ row."}),
        ("prompt/", {"prompt_template": EVIL, "find": EVIL, "row": EVIL}),
        ("schema/", {"row": "1", "f1-type": "choice", "f1-name": EVIL, "f1-description": EVIL, "f1-choices": EVIL}),
        ("schema/", {"row": "1", "f1-type": "string", "f1-name": "a", "f1-pattern": EVIL, "f1-examples": EVIL}),
        ("schema/", {"row": EVIL, "act": EVIL, "seen": EVIL}),
        ("schema/import/", {"text": EVIL, "do": EVIL, "mark": EVIL, "read_as": EVIL}),
        ("schema/import/", {"text": '{"properties": {"<img src=x onerror=alert(1)>": {}, "a": {"title": "<img>"}}}'}),
        ("schema/import/", {"text": '{"<img src=x onerror=alert(1)>": "<script>alert(1)</script>"}'}),
    ],
)
@pytest.mark.parametrize("live", [True, False])
def test_what_is_typed_comes_back_escaped(tail: str, data: dict[str, Any], live: bool) -> None:
    batch = draft()
    client = browser("ann")
    response = send(client, batch, tail, live=live, **data)
    if response.status_code == 302:
        response = client.get(response["Location"])
    html = response.content.decode()
    assert response.status_code == 200
    assert problems(html) == []
    assert "<img" not in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("page", PAGES)
def test_for_anybody_else_the_steps_do_not_exist(page: str) -> None:
    batch = draft("ann", response_fields=[{"name": "tone"}])
    assert browser("bob").get(address(batch, page)).status_code == 404
    assert Client().get(address(batch, page))["Location"].startswith("/login/")


@pytest.mark.parametrize("tail", ACTIONS)
def test_for_anybody_else_nothing_changes(tail: str) -> None:
    batch = draft("ann", response_fields=[{"name": "tone"}], prompt_template="Mine")
    client = Client()
    client.force_login(user("bob"))
    values = {"prompt_template": "x", "row": "1", "f1-type": "string", "f1-name": "y", "anyway": "on", "text": "{}"}
    assert client.post(address(batch, tail), values).status_code == 404
    after = stored(batch)
    assert (after.prompt_template, len(after.response_fields)) == ("Mine", 1)


@pytest.mark.parametrize("tail", ACTIONS)
def test_a_form_without_its_token_is_refused(tail: str) -> None:
    assert browser("ann").post(address(draft(), tail), {"prompt_template": "x"}).status_code == 403


@pytest.mark.parametrize("tail", ["schema/import/"])
def test_what_changes_fields_is_no_page(tail: str) -> None:
    assert browser("ann").get(address(draft(), tail)).status_code == 405
