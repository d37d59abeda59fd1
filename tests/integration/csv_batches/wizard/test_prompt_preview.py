"""The message of a real row beside its template."""

from typing import Any

import pytest
from django.http import HttpResponse

from tests.integration.csv_batches.wizard.drafts import address, draft, html_of, send, stored, text_of
from tests.integration.web.support import browser, htmx

pytestmark = pytest.mark.django_db

MAPPED: list[dict[str, Any]] = [
    {"name": "subject", "mode": "prompt"},
    {"name": "body", "mode": "system_param", "key": "mail.body"},
]


def marked(response: HttpResponse) -> str:
    """The HTML, its marks of values without their quotes."""
    return html_of(response).replace('<span class="v">', "<span class=v>")


def test_the_message_is_that_of_the_first_row_with_its_values_marked() -> None:
    batch = draft(prompt_template="Sort {{ row.body }} & {{ row.subject|upper }}", columns=MAPPED)
    html = marked(browser("ann").get(address(batch, "prompt/")))
    assert "Sort <span class=v>body 0</span> &amp; SUBJECT 0\n\nsubject: <span class=v>subject 0</span></pre>" in html


def test_columns_alone_are_a_message() -> None:
    html = marked(browser("ann").get(address(draft(columns=MAPPED), "prompt/")))
    assert "subject: <span class=v>subject 0</span></pre>" in html


def test_columns_that_the_template_places_do_not_follow_it() -> None:
    batch = draft(prompt_template="{{ columns }}!", columns=MAPPED)
    response = browser("ann").get(address(batch, "prompt/"))
    assert "<span class=v>subject: subject 0</span>!</pre>" in marked(response)
    assert "follows your text" not in text_of(response)


def test_that_columns_follow_is_said() -> None:
    batch = draft(prompt_template="Sort it.", columns=MAPPED)
    assert "The prompt column follows your text." in text_of(browser("ann").get(address(batch, "prompt/")))


def test_system_params_are_shown_as_json() -> None:
    response = browser("ann").get(address(draft(columns=MAPPED), "prompt/"))
    assert '{ "mail": { "body": "body 0" } }' in text_of(response)


def test_another_row_is_shown_by_its_address_and_has_its_neighbours() -> None:
    batch = draft(prompt_template="{{ row.subject }}")
    html = marked(browser("ann").get(address(batch, "prompt/?row=1")))
    assert 'name="row" inputmode="numeric" maxlength="12" value="1"' in html
    assert "<span class=v>subject 1</span>" in html
    assert 'name="show" value="0" aria-label="Previous row"' in html
    assert 'name="show" value="2" aria-label="Next row"' in html


def test_at_the_end_there_is_no_next_row() -> None:
    html = marked(browser("ann").get(address(draft(), "prompt/?row=2")))
    assert 'value="2" aria-label="Next row" title="Next row" aria-disabled="true"' in html
    assert 'value="1" aria-label="Previous row" title="Previous row" hx' in html


def test_a_button_saves_the_template_and_shows_its_row() -> None:
    batch = draft()
    client = browser("ann")
    response = send(client, batch, "prompt/", prompt_template="{{ row.body }}", row="0", show="1")
    assert response["Location"] == address(batch, "prompt/?row=1")
    live = send(client, batch, "prompt/", live=True, prompt_template="{{ row.body }}!", row="0", show="2")
    assert "<span class=v>body 2</span>!" in marked(live)


@pytest.mark.parametrize("row", ["3", "999999999999999999999"])
def test_a_row_that_is_not_there_is_said(row: str) -> None:
    response = browser("ann").get(address(draft(), f"prompt/?row={row}"))
    assert "The batch has no row" in text_of(response)
    assert 'value="2" aria-label="Previous row"' in marked(response)


def test_a_draft_without_rows_says_so_and_names_unknown_tokens_all_the_same() -> None:
    batch = draft(rows=0, prompt_template="{{ row.nix }}")
    words = text_of(browser("ann").get(address(batch, "prompt/")))
    assert "The batch has no rows yet." in words
    assert "row.nix doesn’t exist" in words


def test_an_unknown_token_is_stored_and_named_with_what_there_is() -> None:
    batch = draft()
    words = text_of(send(browser("ann"), batch, "prompt/", live=True, prompt_template="{{ row.nix }}"))
    assert 'Line 1: row.nix doesn’t exist. Available are row.subject, row.body, row["Order no"].' in words


def test_a_slip_is_offered_to_be_replaced_and_replaced_without_a_script() -> None:
    batch, client = draft(prompt_template="{{ row.subjct }} {{ row.subjcts }}"), browser("ann")
    page = client.get(address(batch, "prompt/"))
    assert "Line 1: row.subjct doesn’t exist. Did you mean row.subject?" in text_of(page)
    send(client, batch, "prompt/", prompt_template=batch.prompt_template, replace='["row.subjct", "row.subject"]')
    assert stored(batch).prompt_template == "{{ row.subject }} {{ row.subjcts }}"


def test_a_column_that_is_sent_twice_is_said_with_its_price() -> None:
    columns = [{"name": "subject", "mode": "prompt"}]
    batch, client = draft(prompt_template="Sort\n{{ row.subject }}\n{{ columns }}", columns=columns), browser("ann")
    words = text_of(client.get(address(batch, "prompt/")))
    assert "Lines 2 and 3: subject is sent twice, as a placeholder and in {{ columns }}." in words
    assert "This adds about 2 tokens per row." in words


def test_a_column_that_follows_the_text_is_sent_once_after_a_click() -> None:
    columns = [{"name": "subject", "mode": "prompt"}]
    batch, client = draft(prompt_template="Sort {{ row.subject }}", columns=columns), browser("ann")
    assert "in the lines after your text" in text_of(client.get(address(batch, "prompt/")))
    send(client, batch, "prompt/", prompt_template=batch.prompt_template, only_in_text="1")
    assert "sent twice" not in text_of(client.get(address(batch, "prompt/")))
    assert [column["mode"] for column in stored(batch).columns] == ["ignore"] * 3


@pytest.mark.parametrize("text", ["{{ row.nix }}", "{{ row."])
def test_while_a_template_has_a_problem_the_last_good_message_stays(text: str) -> None:
    batch = draft(prompt_template="{{ row.subject }}")
    client = browser("ann")
    typing = send(client, batch, "prompt/", live=True, prompt_template=text, trigger="prompt_template")
    assert "#preview-message" not in marked(typing)
    assert "The last message without problems" in text_of(typing)


def test_a_template_with_a_mistake_is_shown_beside_the_message_of_the_stored_one() -> None:
    batch = draft(prompt_template="{{ row.subject }}")
    html = marked(send(browser("ann"), batch, "prompt/", prompt_template="{{ row."))
    assert "<span class=v>subject 0</span>" in html


def test_a_very_long_message_is_shown_in_part_and_that_is_said() -> None:
    batch = draft(names=["a"], rows=0, prompt_template="{{ row.a }}")
    batch.rows.model.objects.create(queue_id=batch.pk, kind=batch.kind, row_index=0, payload=["x" * 30_000])
    response = browser("ann").get(address(batch, "prompt/"))
    assert "… 10,000 more characters are sent." in text_of(response)
    assert "x" * 20_001 not in marked(response)


def test_page_and_fragment_show_the_same_message() -> None:
    batch = draft(prompt_template="{{ row.subject }}")
    client, url = browser("ann"), address(batch, "prompt/?row=1")
    for response in (client.get(url), htmx(client, url)):
        assert "<span class=v>subject 1</span>" in marked(response)
