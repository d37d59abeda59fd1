"""The message of a real row beside its template."""

from typing import Any

import pytest

from tests.integration.csv_batches.wizard.drafts import address, draft, html_of, send, text_of
from tests.integration.web.support import browser, htmx

pytestmark = pytest.mark.django_db

MAPPED: list[dict[str, Any]] = [
    {"name": "subject", "mode": "prompt"},
    {"name": "body", "mode": "system_param", "key": "mail.body"},
]


def test_the_message_is_that_of_the_first_row_with_its_values_marked() -> None:
    batch = draft(prompt_template="Sort {{ row.body }} & {{ row.subject|upper }}", columns=MAPPED)
    html = html_of(browser("ann").get(address(batch, "prompt/")))
    assert "Sort <mark>body 0</mark> &amp; SUBJECT 0\n\nsubject: <mark>subject 0</mark></pre>" in html


def test_columns_alone_are_a_message() -> None:
    html = html_of(browser("ann").get(address(draft(columns=MAPPED), "prompt/")))
    assert "subject: <mark>subject 0</mark></pre>" in html


def test_columns_that_the_template_places_do_not_follow_it() -> None:
    batch = draft(prompt_template="{{ columns }}!", columns=MAPPED)
    response = browser("ann").get(address(batch, "prompt/"))
    assert "<mark>subject: subject 0</mark>!</pre>" in html_of(response)
    assert "follows your text" not in text_of(response)


def test_that_columns_follow_is_said() -> None:
    batch = draft(prompt_template="Sort it.", columns=MAPPED)
    assert "The included column follows your text." in text_of(browser("ann").get(address(batch, "prompt/")))


def test_system_params_are_shown_as_json() -> None:
    response = browser("ann").get(address(draft(columns=MAPPED), "prompt/"))
    assert '{ "mail": { "body": "body 0" } }' in text_of(response)


def test_another_row_is_shown_by_its_address_and_has_its_neighbours() -> None:
    batch = draft(prompt_template="{{ row.subject }}")
    html = html_of(browser("ann").get(address(batch, "prompt/?row=1")))
    assert "Row 1 as it will be sent</h2>" in html
    assert "<mark>subject 1</mark>" in html
    assert 'name="show" value="0" aria-label="Previous row"' in html
    assert 'name="show" value="2" aria-label="Next row"' in html


def test_at_the_end_there_is_no_next_row() -> None:
    html = html_of(browser("ann").get(address(draft(), "prompt/?row=2")))
    assert 'value="2" aria-label="Next row" aria-disabled="true"' in html
    assert 'value="1" aria-label="Previous row" hx' in html


def test_a_button_saves_the_template_and_shows_its_row() -> None:
    batch = draft()
    client = browser("ann")
    response = send(client, batch, "prompt/", prompt_template="{{ row.body }}", row="0", show="1")
    assert response["Location"] == address(batch, "prompt/?row=1")
    live = send(client, batch, "prompt/", live=True, prompt_template="{{ row.body }}!", row="0", show="2")
    assert "<mark>body 2</mark>!" in html_of(live)


@pytest.mark.parametrize("row", ["3", "999999999999999999999"])
def test_a_row_that_is_not_there_is_said(row: str) -> None:
    response = browser("ann").get(address(draft(), f"prompt/?row={row}"))
    assert "The batch has no row" in text_of(response)
    assert 'value="2" aria-label="Previous row"' in html_of(response)


def test_a_draft_without_rows_says_so_and_names_unknown_tokens_all_the_same() -> None:
    batch = draft(rows=0, prompt_template="{{ row.nix }}")
    words = text_of(browser("ann").get(address(batch, "prompt/")))
    assert "The batch has no rows yet." in words
    assert "row.nix is unknown" in words


def test_an_unknown_token_is_stored_and_named_with_what_there_is() -> None:
    batch = draft()
    words = text_of(send(browser("ann"), batch, "prompt/", live=True, prompt_template="{{ row.nix }}"))
    assert 'row.nix is unknown (line 1 of the template): available are row.subject, row.body, row["Order no"].' in words
    assert "Saved, but the batch cannot start with it." in words


@pytest.mark.parametrize("text", ["{{ row.nix }}", "{{ row."])
def test_while_a_template_has_a_problem_the_last_good_message_stays(text: str) -> None:
    batch = draft(prompt_template="{{ row.subject }}")
    client = browser("ann")
    typing = send(client, batch, "prompt/", live=True, prompt_template=text, trigger="prompt_template")
    assert "#preview-message" not in html_of(typing)
    assert "The last message without problems" in text_of(typing)


def test_a_template_with_a_mistake_is_shown_beside_the_message_of_the_stored_one() -> None:
    batch = draft(prompt_template="{{ row.subject }}")
    html = html_of(send(browser("ann"), batch, "prompt/", prompt_template="{{ row."))
    assert "<mark>subject 0</mark>" in html


def test_a_very_long_message_is_shown_in_part_and_that_is_said() -> None:
    batch = draft(names=["a"], rows=0, prompt_template="{{ row.a }}")
    batch.rows.model.objects.create(queue_id=batch.pk, kind=batch.kind, row_index=0, payload=["x" * 30_000])
    response = browser("ann").get(address(batch, "prompt/"))
    assert "… 10,000 more characters are sent." in text_of(response)
    assert "x" * 20_001 not in html_of(response)


def test_page_and_fragment_show_the_same_message() -> None:
    batch = draft(prompt_template="{{ row.subject }}")
    client, url = browser("ann"), address(batch, "prompt/?row=1")
    for response in (client.get(url), htmx(client, url)):
        assert "<mark>subject 1</mark>" in html_of(response)
