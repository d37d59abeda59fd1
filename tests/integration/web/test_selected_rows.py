"""Acts on the rows that are ticked."""

import pytest

from tests.integration.web.support import batch_of, browser, queue_url

pytestmark = pytest.mark.django_db


def test_the_failed_ones_among_them_are_queued_again(django_capture_on_commit_callbacks: object) -> None:
    batch, client = batch_of("ann", ["failed", "failed", "succeeded"], status="completed"), browser("ann")
    client.get(queue_url(batch))
    token = client.cookies["csrftoken"].value
    client.post(queue_url(batch, "selected/"), {"csrfmiddlewaretoken": token, "row": ["1", "2", "x"], "retry": "1"})
    statuses = dict(batch.rows.values_list("row_index", "status"))
    assert statuses == {0: "failed", 1: "queued", 2: "succeeded"}


def test_their_export_has_them_alone() -> None:
    batch, client = batch_of("ann", ["succeeded"] * 4, status="completed"), browser("ann")
    client.get(queue_url(batch))
    token = client.cookies["csrftoken"].value
    form = {"csrfmiddlewaretoken": token, "row": ["3", "1"], "export": "1"}
    response = client.post(queue_url(batch, "selected/"), form)
    assert response["Location"] == queue_url(batch, "export/?format=csv&row_indexes=1%2C3")


def test_their_copy_has_the_columns_shown_with_tabs_in_the_order_shown() -> None:
    batch, client = batch_of("ann", ["succeeded"] * 4), browser("ann")
    client.get(queue_url(batch, "?col=c0&col=a0"))
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "row": ["3", "1"], "copy": "1"}
    response = client.post(queue_url(batch, "selected/?sort=-row_index"), form)
    assert response["Content-Type"].startswith("text/csv")
    copied = response.getvalue().decode()
    assert copied.splitlines() == ["id\tcategory", "00003\tanswer 3", "00001\tanswer 1"]
    assert client.post(queue_url(batch, "selected/"), {**form, "row": []}).status_code == 302


def test_one_goes_to_a_row_by_its_number_and_is_told_where_there_is_none() -> None:
    batch, client = batch_of("ann", ["queued"] * 3), browser("ann")
    assert client.get(queue_url(batch, "?goto=2"))["Location"] == queue_url(batch, "row/2/")
    for wanted in ("7", "x", "99999999999999"):
        page = client.get(queue_url(batch, f"?goto={wanted}"), follow=True)
        assert f"There is no row {wanted}." in page.content.decode()


def test_the_heads_have_a_chart_and_filters_of_each_answer() -> None:
    batch, client = batch_of("ann", ["succeeded"] * 3, status="completed"), browser("ann")
    html = client.get(queue_url(batch, "results/?heads=1")).content.decode()
    assert 'id="dist-a0"' in html
    assert 'name="pick.field.category" value="answer 1"' in html
    assert 'aria-label="Distribution of category, filter"' in client.get(queue_url(batch)).content.decode()
