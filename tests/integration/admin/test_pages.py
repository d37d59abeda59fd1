"""Pages of one thing in the admin: long values are folded, and the way back to the site is there."""

import pytest

from experiments.models import Attempt
from tests.integration.admin.support import operator
from tests.integration.web.support import batch_of, queue_url, run_for

pytestmark = pytest.mark.django_db


def test_json_is_folded_and_short_values_are_not() -> None:
    batch = batch_of("ann", ["succeeded"])
    run = run_for(batch.rows.get(), request={"user_message": "a long message " * 20})
    html = operator().get(f"/admin/experiments/run/{run.pk}/change/").content.decode()
    assert (
        '<details class="fold"><summary>1 key <span class="quiet">{ &quot;user_message&quot;: &quot;a long message'
        in html
    )
    assert 'class="readonly">trace-1<' in html


def test_a_row_shows_its_calls_in_words_and_leads_to_its_page() -> None:
    batch = batch_of("ann", ["failed"])
    row = batch.rows.get()
    Attempt.objects.create(item=row, generation=1, attempt=1, outcome="timeout", detail="no answer in 120 s")
    html = operator().get(f"/admin/experiments/queueitem/{row.pk}/change/").content.decode()
    assert "Timed out" in html
    assert "no answer in 120 s" in html
    assert f'href="{queue_url(batch, "row/0/page/")}"' in html
    assert 'name="_save"' not in html


def test_a_batch_leads_to_its_rows_and_to_its_page() -> None:
    batch = batch_of("ann", ["failed", "queued"])
    html = operator().get(f"/admin/csv_batches/csvbatch/{batch.pk}/change/").content.decode()
    assert f'href="/admin/experiments/queueitem/?batch={batch.pk}">2 rows</a>' in html
    assert f'href="{queue_url(batch)}"' in html
    assert "<title>" in html


def test_a_user_s_deletion_tells_numbers_and_not_each_run() -> None:
    batch = batch_of("ann", ["succeeded"])
    run_for(batch.rows.get())
    html = operator().get(f"/admin/auth/user/{batch.created_by_id}/delete/").content.decode()
    assert "1 batch with their rows and runs" in html
    assert "trace-1" not in html
