"""Where and how it runs is saved at once, and only what was changed."""

from decimal import Decimal

import pytest

from csv_batches.models import CsvBatch
from csv_batches.services import draft_history
from csv_batches.wizard.review.forms import settings_as_json
from experiments.models import Agent, Network
from tests.integration.csv_batches.wizard.review_support import draft_of, has_schema, html_of, review_url, send
from tests.integration.web.support import browser, queue_url

pytestmark = pytest.mark.django_db


def saved(batch: CsvBatch) -> CsvBatch:
    return CsvBatch.objects.get(pk=batch.pk)


def test_a_plain_form_saves_and_stays() -> None:
    batch = draft_of("ann")
    response = send(browser("ann"), batch, go="stay", concurrency=8, max_attempts=2, debug="on")
    assert (response.status_code, response["Location"]) == (302, review_url(batch))
    after = saved(batch)
    assert (after.concurrency, after.max_attempts, after.debug) == (8, 2, True)


def test_a_tolerant_batch_and_one_that_repairs_are_switches() -> None:
    batch = draft_of("ann")
    send(browser("ann"), batch, tolerant="on", repair="on")
    after = saved(batch)
    assert (after.tolerant, after.repair) == (True, True)
    send(browser("ann"), after)
    after = saved(batch)
    assert (after.tolerant, after.repair) == (False, False)


def test_back_leads_to_the_step_before() -> None:
    batch = draft_of("ann")
    assert send(browser("ann"), batch, go="back")["Location"] == queue_url(batch, "schema/")


def test_each_change_can_be_taken_back_and_no_change_is_none() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch)
    assert saved(batch).draft_history == []
    send(client, batch, concurrency=8)
    assert [entry["values"] for entry in saved(batch).draft_history] == [{"concurrency": 1}]


def test_what_another_tab_changed_in_the_meantime_stays() -> None:
    batch, client = draft_of("ann"), browser("ann")
    CsvBatch.objects.filter(pk=batch.pk).update(concurrency=7)
    send(client, batch, max_attempts=2)
    after = saved(batch)
    assert (after.concurrency, after.max_attempts) == (7, 2)


@pytest.mark.parametrize("typed", ["0", "many", "", "10001"])
def test_what_cannot_be_is_said_beside_it_and_kept_as_typed(typed: str) -> None:
    batch = draft_of("ann")
    html = send(browser("ann"), batch, concurrency=typed, max_attempts=2).content.decode()
    assert "It is not saved." in html.partition('id="error-concurrency"')[2].partition("</div>")[0]
    field = html.partition('name="concurrency"')[2].partition(">")[0]
    assert 'aria-invalid="true"' in field
    assert not typed or f'value="{typed}"' in field
    after = saved(batch)
    assert (after.concurrency, after.max_attempts) == (1, 2)


def test_the_fragment_has_the_stepper_undo_and_what_is_missing() -> None:
    batch = draft_of("ann")
    html = send(browser("ann"), batch, fragment=True, concurrency=8).content.decode()
    assert "<html" not in html
    for part in ("stepper", "wizard-acts", "review-foot", "review-schema", "trial"):
        assert f'id="{part}"' in html


def test_another_network_brings_its_agents_and_forgets_the_one_before() -> None:
    batch = draft_of("ann", agent_key="old")
    other = Network.objects.create(name="other")
    Agent.objects.create(network=other, key="second", display_name="Second opinion", is_default=True)
    html = send(browser("ann"), batch, fragment=True, network=other.pk).content.decode()
    assert "Second opinion (the default)" in html
    after = saved(batch)
    assert (after.network_id, after.agent_key) == (other.pk, "")


def test_a_network_that_is_gone_is_refused() -> None:
    batch = draft_of("ann")
    html = send(browser("ann"), batch, network=10**6).content.decode()
    assert "It is not saved." in html
    assert saved(batch).network_id == batch.network_id


def test_keeping_a_schema_needs_one() -> None:
    batch, client = draft_of("ann"), browser("ann")
    html = send(client, batch, fragment=True, schema_mode="keep").content.decode()
    assert "has no response schema to keep" in html
    has_schema(batch)
    assert "has no response schema to keep" not in client.get(review_url(batch)).content.decode()


def test_no_get_saves_and_a_form_needs_its_token() -> None:
    batch, client = draft_of("ann"), browser("ann")
    client.get(review_url(batch), {"concurrency": "9"})
    assert client.post(review_url(batch), {"concurrency": "9"}).status_code == 403
    assert saved(batch).concurrency == 1


def test_limits_are_saved_taken_away_and_undone() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, max_calls=500, max_tokens=10**10)
    after = saved(batch)
    assert (after.max_failures, after.max_calls, after.max_tokens, after.max_minutes) == (None, 500, 10**10, None)
    send(client, after, max_calls="")
    assert saved(batch).max_calls is None
    draft_history.undo(batch_id=batch.pk)
    assert saved(batch).max_calls == 500


def test_a_limit_that_cannot_be_is_said_beside_it() -> None:
    batch = draft_of("ann")
    html = send(browser("ann"), batch, max_minutes="0", concurrency=3).content.decode()
    assert "It is not saved." in html.partition('id="error-max_minutes"')[2].partition("</div>")[0]
    assert (saved(batch).max_minutes, saved(batch).concurrency) == (None, 3)


def test_a_limit_on_cost_and_what_becomes_of_identical_rows_are_saved_and_taken_back() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, max_cost="0.50", reuse="batch")
    after = saved(batch)
    assert (after.max_cost, after.reuse) == (Decimal("0.5"), "batch")
    # As it stands nothing is changed.
    html = html_of(client, after)
    assert 'value="0.5"' in html
    send(client, after, max_cost="0.5", was=settings_as_json(after))
    assert len(saved(batch).draft_history) == 1
    send(client, after, max_cost="2", was=settings_as_json(after))
    draft_history.undo(batch_id=batch.pk)
    assert saved(batch).max_cost == Decimal("0.5")
