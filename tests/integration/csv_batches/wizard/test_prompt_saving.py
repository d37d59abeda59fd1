"""What of the template is stored, and what is not."""

import pytest

from csv_batches.services import draft_history
from tests.integration.csv_batches.wizard.drafts import address, draft, send, stored, text_of
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db


def test_a_form_stores_the_template_and_leads_on() -> None:
    batch = draft()
    response = send(browser("ann"), batch, "prompt/", prompt_template="Sort {{ row.subject }}", go="next")
    assert response["Location"] == address(batch, "schema/")
    assert stored(batch).prompt_template == "Sort {{ row.subject }}"


@pytest.mark.parametrize(("go", "step"), [("back", "map/"), ("next", "schema/"), ("stay", "prompt/")])
def test_the_pressed_button_says_where_it_leads(go: str, step: str) -> None:
    batch = draft()
    assert send(browser("ann"), batch, "prompt/", prompt_template="x", go=go)["Location"] == address(batch, step)


def test_line_ends_are_stored_as_they_were_typed_not_as_forms_send_them() -> None:
    batch = draft()
    send(browser("ann"), batch, "prompt/", prompt_template="\r\na\r\nb\r\n")
    assert stored(batch).prompt_template == "\na\nb\n"


def test_a_template_that_begins_with_an_empty_line_keeps_it_on_the_page() -> None:
    # A browser drops the first line end after the tag.
    html = browser("ann").get(address(draft(prompt_template="\na"), "prompt/")).content.decode()
    assert ">\n\na</textarea>" in html


@pytest.mark.parametrize("live", [True, False])
def test_a_template_with_a_mistake_is_not_stored_and_not_lost(live: bool) -> None:
    batch = draft(prompt_template="Good")
    response = send(browser("ann"), batch, "prompt/", live=live, prompt_template="a\n{{ row.", go="next")
    assert response.status_code == 200
    words = text_of(response)
    assert "(line 2 of the template)" in words
    assert "Not saved" in words
    assert stored(batch).prompt_template == "Good"
    assert live or ">\na\n{{ row.</textarea>" in response.content.decode()


def test_the_limit_is_said_exactly() -> None:
    batch = draft()
    client = browser("ann")
    words = text_of(send(client, batch, "prompt/", prompt_template="x" * 65_537))
    assert "The template has 65,537 characters; 65,536 are allowed." in words
    assert stored(batch).prompt_template == ""
    send(client, batch, "prompt/", prompt_template="x" * 65_536)
    assert len(stored(batch).prompt_template) == 65_536


def test_a_save_changes_nothing_but_the_template() -> None:
    batch = draft(response_fields=[{"name": "tone"}])
    before = stored(batch)
    send(browser("ann"), batch, "prompt/", live=True, prompt_template="New")
    after = stored(batch)
    assert after.prompt_template == "New"
    assert (after.columns, after.response_fields, after.name) == (before.columns, before.response_fields, before.name)


def test_a_burst_of_saves_is_one_step_to_undo() -> None:
    batch = draft()
    client = browser("ann")
    for text in ("S", "So", "Sort"):
        send(client, batch, "prompt/", live=True, prompt_template=text, trigger="prompt_template")
    draft_history.undo(batch_id=batch.pk)
    assert stored(batch).prompt_template == ""


def test_the_same_text_again_is_no_step_to_undo() -> None:
    batch = draft(prompt_template="Same")
    steps = len(batch.draft_history)
    send(browser("ann"), batch, "prompt/", live=True, prompt_template="Same")
    assert len(stored(batch).draft_history) == steps


def test_a_save_without_the_template_does_not_clear_it() -> None:
    batch = draft(prompt_template="Kept")
    send(browser("ann"), batch, "prompt/", go="next")
    assert stored(batch).prompt_template == "Kept"


def test_an_answer_while_typing_leaves_alone_what_is_being_used() -> None:
    batch = draft()
    html = send(
        browser("ann"), batch, "prompt/", live=True, prompt_template="{{ row.subject }}", trigger="prompt_template"
    ).content.decode()
    assert 'hx-swap-oob="innerHTML:#preview-message"' in html
    assert "#prompt-tokens" not in html
    assert "#preview-nav" not in html
    assert "<textarea" not in html


def test_a_batch_that_was_started_is_shown_in_its_queue() -> None:
    batch = draft()
    batch.status = "running"
    batch.save(update_fields=["status"])
    assert browser("ann").get(address(batch, "prompt/"))["Location"] == address(batch, "")
