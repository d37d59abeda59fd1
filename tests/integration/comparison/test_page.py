"""The page that compares two batches: who sees it, what it says, and what leads to it."""

import csv
from io import StringIO

import pytest

from csv_batches.models import CsvBatch
from experiments.core.choices import AuditAction
from experiments.models import AuditEntry
from tests.integration.comparison.support import two_batches
from tests.integration.web.support import batch_of, browser, htmx, queue_url

pytestmark = pytest.mark.django_db
PAGE = "/csv-batch/differences/"


def page(client: object, a: CsvBatch, b: CsvBatch, tail: str = "") -> str:
    return str(browser("ann").get(f"{PAGE}?a={a.pk}&b={b.pk}{tail}").content.decode())


def test_it_shows_the_rows_that_changed_with_both_answers_and_how_far_each_field_agrees() -> None:
    a, b = two_batches([{}, {}, {}, None], [{"category": "account"}, {}, None, None], prompt_template="Sort it.")
    html = page(browser("ann"), a, b)
    legend = ("Changed <b>1</b>", "Same <b>1</b>", "Only A <b>1</b>", "Only B <b>0</b>", "Failed in both <b>1</b>")
    for text in (*legend, "50% same", "1 field"):
        assert text in html, text
    assert '<span dir="auto">billing</span><span dir="auto">account</span>' in html
    assert 'id="r0"' in html
    assert not any(f'id="r{row}"' in html for row in (1, 2, 3))
    assert "billing → account" in html
    assert "Failed in B" in page(browser("ann"), a, b, "&failed=b")


def test_it_names_the_settings_that_differ() -> None:
    a, b = two_batches([{}], [{}])
    CsvBatch.objects.filter(pk=b.pk).update(prompt_template="Classify.")
    assert "Different: prompt." in page(browser("ann"), a, b)


def test_a_row_shows_both_answers_and_both_messages_with_what_differs() -> None:
    a, b = two_batches([{}], [{"summary": "Charged once."}])
    CsvBatch.objects.filter(pk=b.pk).update(prompt_template="Sort that.")
    html = htmx(browser("ann"), f"{PAGE}row/0/?a={a.pk}&b={b.pk}&match=all").content.decode()
    assert "0 of 4 fields differ" in html
    assert 'Charged <del class="del">twice</del>.' in html
    assert 'Charged <ins class="add">once</ins>.' in html
    assert 'class="add" >that</ins>.' in " ".join(html.split())


def test_what_it_shows_is_exported_side_by_side() -> None:
    a, b = two_batches([{}, {}], [{}, {"category": "account"}])
    response = browser("ann").get(f"{PAGE}csv/?a={a.pk}&b={b.pk}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    [line] = csv.DictReader(StringIO(text))
    assert (line["row"], line["subject"], line["category (A)"], line["category (B)"]) == (
        "1",
        "subject 1",
        "billing",
        "account",
    )
    exported = AuditEntry.objects.filter(action=AuditAction.EXPORT).values_list("object_name", flat=True)
    assert sorted(exported) == ["A", "B"]


def test_a_batch_offers_those_of_the_same_file_and_no_others() -> None:
    a, b = two_batches([{}], [{}])
    batch_of("ann", ["succeeded"], name="Elsewhere", status="completed", source_sha256="other")
    batch_of("bob", ["succeeded"], name="Private", status="completed", source_sha256="same")
    assert f'href="{PAGE}?a={a.pk}"' in browser("ann").get(queue_url(a)).content.decode()
    html = browser("ann").get(f"{PAGE}?a={a.pk}").content.decode()
    assert f'value="{b.pk}"' in html
    assert "Elsewhere" not in html
    assert "Private" not in html


def test_other_rows_are_refused_in_a_sentence() -> None:
    a, b = two_batches([{}], [{}])
    b.rows.update(payload=["1", "another subject", "body"])
    assert "don’t have the same rows: row 0 differs." in page(browser("ann"), a, b)


def test_what_somebody_may_not_see_is_not_compared() -> None:
    a, _ = two_batches([{}], [{}])
    foreign = batch_of("bob", ["succeeded"], name="Private", status="completed", source_sha256="same")
    assert "Private" not in page(browser("ann"), a, foreign)
    assert htmx(browser("ann"), f"{PAGE}row/0/?a={a.pk}&b={foreign.pk}").status_code == 404


def test_two_that_are_ticked_in_the_list_are_compared_and_other_numbers_are_not() -> None:
    a, b = two_batches([{}], [{}])
    client = browser("ann")
    assert f'formaction="{PAGE}"' in client.get("/csv-batch/").content.decode()
    assert client.get(f"{PAGE}?queue={a.pk}&queue={b.pk}")["Location"] == f"{PAGE}?a={a.pk}&b={b.pk}"
    assert client.get(f"{PAGE}?queue={a.pk}")["Location"] == "/csv-batch/"
    assert "Select two batches of the same file" in client.get("/csv-batch/").content.decode()
