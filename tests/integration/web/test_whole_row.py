"""A row as a page, its values marked in the message, and the fields of its answer each with a way to correct it."""

import pytest

from tests.integration.web.support import batch_of, browser, queue_url, run_for

pytestmark = pytest.mark.django_db


def test_a_page_has_all_of_a_row() -> None:
    batch = batch_of("ann", ["succeeded", "succeeded"], status="completed")
    run_for(batch.rows.get(row_index=0), "trace-7", request={"user_message": "Sort this: subject 0 for me"})
    html = browser("ann").get(queue_url(batch, "row/0/page/")).content.decode()
    for text in (
        "answer 0",
        "Original row",
        "900 ms",
        "HTTP 200",
        "00000",
        'Sort this: <span class="v">subject 0</span>',
    ):
        assert text in html, text
    assert f'href="{queue_url(batch, "row/1/page/")}"' in html
    assert browser("bob").get(queue_url(batch, "row/0/page/")).status_code == 404


def test_a_pencil_opens_the_form_at_its_field_without_javascript() -> None:
    batch, client = batch_of("ann", ["succeeded"], status="completed"), browser("ann")
    html = client.get(queue_url(batch, "row/0/")).content.decode()
    assert f'href="{queue_url(batch, "row/0/?edit=correct_answer1")}"' in html
    assert '<details id="correct" class="correct">' in html
    form = client.get(queue_url(batch, "row/0/?edit=correct_answer0")).content.decode().partition('id="correct"')[2]
    assert form.startswith(' class="correct" open')
    assert " autofocus" in form.partition("answer1")[0]


def test_rows_that_are_ticked_are_corrected_at_once() -> None:
    batch, client = batch_of("ann", ["succeeded"] * 3, status="completed"), browser("ann")
    client.get(queue_url(batch))
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    answer = client.post(queue_url(batch, "selected/"), {**token, "correct": "1", "row": ["0", "2"]})
    assert answer["Location"] == queue_url(batch, "correct/?row_indexes=0%2C2")
    page = f"{answer['Location']}&name=category"
    assert "Set a field of 2 rows" in client.get(page).content.decode()
    values = {"name": "category", "value": "praise"}
    assert "<b>2</b> rows?" in client.post(page, {**token, **values}).content.decode()
    client.post(page, {**token, **values, "confirmed": "1"})
    corrected = batch.rows.filter(corrected_payload__isnull=False).values_list("row_index", flat=True)
    assert sorted(corrected) == [0, 2]


def test_the_original_row_says_which_cells_are_empty() -> None:
    batch = batch_of("ann", ["succeeded"], status="completed")
    batch.rows.update(payload=["", "subject", "body"])
    html = browser("ann").get(queue_url(batch, "row/0/?tab=original")).content.decode()
    assert "Hide 1 empty" in html
    assert html.count("is-empty") == 1
