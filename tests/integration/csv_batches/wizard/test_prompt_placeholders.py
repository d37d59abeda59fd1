"""The tokens that a template can use: listed, found, inserted."""

import pytest

from experiments.prompts import compile_template
from tests.integration.csv_batches.wizard.drafts import address, draft, send, stored, text_of
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db

ODD = ("subject", "Order no", "{{x}}", "items", 'a"b', "😀", "a\\b", "</textarea><script>")


def test_all_tokens_are_offered_while_typing() -> None:
    batch = draft(columns=[{"name": "body", "mode": "system_param", "key": "mail.the body"}])
    offered = browser("ann").get(address(batch, "prompt/tokens/")).json()["tokens"]
    assert [token["text"] for token in offered] == [
        "row.subject",
        "row.body",
        'row["Order no"]',
        'system_params.mail["the body"]',
        "columns",
    ]


def test_a_token_is_found_by_a_part_of_its_name_whatever_the_case() -> None:
    html = browser("ann").get(address(draft(), "prompt/?find=ORDER")).content.decode()
    assert 'data-token="row[&quot;Order no&quot;]"' in html
    assert 'data-token="row.subject"' not in html


def test_that_no_token_has_a_name_is_said() -> None:
    assert "No column has “zzz” in its name." in text_of(browser("ann").get(address(draft(), "prompt/?find=zzz")))


def test_of_thousands_of_columns_only_some_are_on_the_page() -> None:
    batch = draft(names=[f"c{number}" for number in range(5000)], rows=1)
    client = browser("ann")
    response = client.get(address(batch, "prompt/"))
    assert response.content.decode().count("data-token=") == 41
    assert "4,960 more" in text_of(response)
    assert len(client.get(address(batch, "prompt/tokens/")).json()["tokens"]) == 5001
    assert 'data-token="row.c4321"' in client.get(address(batch, "prompt/?find=c4321")).content.decode()


@pytest.mark.parametrize("name", ODD)
def test_without_javascript_a_token_is_inserted_at_the_end_and_is_the_cell(name: str) -> None:
    batch = draft(names=ODD, rows=1, prompt_template="Sort")
    client = browser("ann")
    tokens = client.get(address(batch, "prompt/tokens/")).json()["tokens"]
    token = next(token["text"] for token in tokens if token["name"] == name)
    send(client, batch, "prompt/", prompt_template="Sort", insert=token)
    template = stored(batch).prompt_template
    assert template == f"Sort {{{{ {token} }}}}"
    row = {odd: f"{odd} 0" for odd in ODD}
    assert compile_template(template).render({"row": row, "system_params": {}, "columns": ""}) == f"Sort {name} 0"


def test_the_tokens_of_somebody_else_do_not_exist() -> None:
    assert browser("bob").get(address(draft("ann"), "prompt/tokens/")).status_code == 404
