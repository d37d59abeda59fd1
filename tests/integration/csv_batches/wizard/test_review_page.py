"""The review shows what every step came to, and says what is missing and where."""

from dataclasses import asdict

import pytest

from csv_batches.models import CsvBatch
from experiments.core.choices import WarningCode
from experiments.ingest.table import WarningLog
from tests.integration.csv_batches.wizard.review_support import draft_of, html_of, review_url
from tests.integration.web.support import browser, queue_url

pytestmark = pytest.mark.django_db


def test_each_card_leads_back_to_its_step() -> None:
    batch = draft_of("ann")
    html = html_of(browser("ann"), batch)
    for step in ("upload", "map", "prompt", "schema"):
        assert f'href="{queue_url(batch, f"{step}/")}"' in html
    assert "4 rows, 3 columns" in html
    assert "body → mail.body" in html
    assert "Sort this." in html
    assert "category" in html


def test_a_draft_that_is_complete_can_start() -> None:
    html = html_of(browser("ann"), draft_of("ann"))
    assert "Before it can start" not in html
    assert 'id="start"' in html
    assert "disabled" not in html.partition('id="start"')[2].partition(">")[0]


def test_what_is_missing_is_said_in_words_with_the_way_there() -> None:
    batch = draft_of("ann", response_fields=[], prompt_template="{{ row.nothing }}")
    CsvBatch.objects.filter(pk=batch.pk).update(network=None)
    html = html_of(browser("ann"), batch)
    missing = html.partition('id="missing"')[2].partition("</ul>")[0]
    for sentence, way in (
        ("row.nothing is unknown", queue_url(batch, "prompt/")),
        ("Add at least one response field.", queue_url(batch, "schema/")),
        ("Choose a network.", "#id_network"),
    ):
        line = next(line for line in missing.split("</li>") if sentence in line)
        assert f'href="{way}"' in line
    assert "disabled" in html.partition('id="start"')[2].partition(">")[0]
    assert "disabled" in html.partition('id="try"')[2].partition(">")[0]


def skipping(html: str) -> str:
    """What is said of empty rows."""
    return " ".join(html.partition('for="id_skip_empty">')[2].partition("</fieldset>")[0].split())


def test_empty_rows_are_those_whose_prompt_columns_are_all_blank() -> None:
    batch, client = draft_of("ann"), browser("ann")
    assert "(none here)" in skipping(html_of(client, batch))
    batch.rows.filter(row_index__lt=2).update(payload=["not used", "", " \u00a0\t"])
    batch.rows.filter(row_index=2).update(payload=["", "", "a system param"])
    assert skipping(html_of(client, batch)).startswith("Skip 3 rows where subject is empty</label>")


def test_a_column_that_only_the_template_names_is_in_the_prompt_too() -> None:
    batch = draft_of("ann", prompt_template="{{ row['id'] }}")
    batch.rows.filter(row_index__lt=2).update(payload=["named", "", ""])
    assert "(none here)" in skipping(html_of(browser("ann"), batch))


def test_the_rows_of_a_large_file_are_counted_apart_from_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csv_batches.selectors.empty_rows.AT_ONCE", 3)
    batch, client = draft_of("ann"), browser("ann")
    batch.rows.filter(row_index=0).update(payload=["", "", ""])
    assert f'hx-get="{review_url(batch, "empty/")}"' in html_of(client, batch)
    assert "(1 row)" in client.get(review_url(batch, "empty/")).content.decode()


@pytest.mark.parametrize("tail", ["", "try/", "empty/", "start/"])
def test_another_s_draft_does_not_exist(tail: str) -> None:
    assert browser("bob").get(review_url(draft_of("ann"), tail)).status_code == 404


def test_what_was_started_is_shown_in_its_queue() -> None:
    batch = draft_of("ann")
    CsvBatch.objects.filter(pk=batch.pk).update(status="running")
    assert browser("ann").get(review_url(batch))["Location"] == queue_url(batch)


def test_text_from_data_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    columns = [{"name": evil, "header": evil, "mode": "prompt", "key": evil}]
    fields = [{"name": "x", "description": evil, "type": "string", "required": True, "choices": [evil]}]
    batch = draft_of("ann", columns=columns, response_fields=fields, prompt_template=evil, name=evil)
    html = html_of(browser("ann"), batch)
    assert "alert(1)" in html
    assert evil not in html


@pytest.mark.parametrize(
    ("rows", "words"), [(1, "<td>1 warning</td>"), (3, "<td>3 warnings</td>"), (101, "<td>more than 100 warnings</td>")]
)
def test_the_warnings_of_the_file_are_counted(rows: int, words: str) -> None:
    batch = draft_of("ann")
    log = WarningLog()
    for line in range(rows):
        log.add(line + 2, WarningCode.SHORT_ROW, "The row has 1 of 3 cells.")
    CsvBatch.objects.filter(pk=batch.pk).update(warnings=[asdict(warning) for warning in log.listed()])
    assert words in html_of(browser("ann"), batch)
