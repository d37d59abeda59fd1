"""Mapping: what each column is for, saved as far as it can be."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from experiments.models import Network
from experiments.services import bulk_insert
from tests.integration.csv_batches.wizard.drafts import html_of
from tests.integration.csv_batches.wizard.files import address, ann, field, send, started, text_of
from tests.integration.web.support import batch_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return ann()


def page_of(client: Client, batch: CsvBatch, query: str = "") -> Any:
    return client.get(address(batch, f"map/{query}"))


def save(client: Client, batch: CsvBatch, page: Any = None, **changes: Any) -> Any:
    """Sends the form of `page` with some of its fields changed, as a browser does."""
    page = page or page_of(client, batch)
    sent = {name: field(page, name) for name in ("version", "was", "find", "page")}
    for number, mode, key in json.loads(sent["was"]):
        sent |= {f"m-{number}": mode, f"k-{number}": key}
    given = {name.replace("_", "-") if name[:2] in ("m_", "k_") else name: value for name, value in changes.items()}
    return client.post(address(batch, "map/"), sent | given)


def modes(batch: CsvBatch) -> list[str]:
    batch.refresh_from_db()
    return [column["mode"] for column in batch.columns]


def keys(batch: CsvBatch) -> list[str]:
    batch.refresh_from_db()
    return [column["key"] for column in batch.columns]


def test_each_column_shows_samples_and_how_many_are_filled(client: Client) -> None:
    page = text_of(page_of(client, started(client)))
    for words in ("id 007 | 008 100% 2", "subject Late 50% 1", "body Where is it? 50% 1"):
        assert words in page


def test_a_column_without_any_value_says_so(client: Client) -> None:
    assert "b empty 0%" in text_of(page_of(client, started(client, b"a,b\n1,\n")))


def test_rows_that_came_through_the_api_are_counted_too(client: Client) -> None:
    columns = [{"name": name, "header": name, "mode": "ignore", "key": name} for name in ("a", "b")]
    batch = batch_of("ann", status="draft", columns=columns)
    bulk_insert.copy_in(queue=batch, rows=[(0, ["x", ""]), (5, ["", ""])])
    CsvBatch.objects.filter(pk=batch.pk).update(total=2, queued=2)
    page = text_of(page_of(client, batch))
    assert "a x 50% 1" in page
    assert "b empty 0%" in page
    batch.refresh_from_db()
    assert [facts["empty"] for facts in batch.column_facts] == [1, 2]


def test_a_choice_is_saved_and_seen_in_the_example(client: Client) -> None:
    batch = started(client)
    save(client, batch, m_1="prompt", m_2="system_param", k_2="mail.body")
    assert (modes(batch), keys(batch)[2]) == (["ignore", "prompt", "system_param"], "mail.body")
    page = page_of(client, batch, "?row=1")
    assert field(page, "row") == "1"
    assert '"mail": { "body": "Where is it?" }' in text_of(page)


def test_an_empty_key_is_the_column_s_name(client: Client) -> None:
    batch = started(client)
    save(client, batch, m_2="system_param", k_2="")
    assert keys(batch)[2] == "body"


def test_a_clash_is_said_beside_the_field_and_the_rest_is_saved(client: Client) -> None:
    batch = started(client)
    refused = save(client, batch, m_0="prompt", m_1="system_param", k_1="mail", m_2="system_param", k_2="mail.body")
    assert refused.status_code == 400
    assert modes(batch) == ["prompt", "system_param", "ignore"]
    html = html_of(refused)
    assert (
        'value="mail.body" placeholder="body" aria-label="Key of body" aria-describedby="e-2" aria-invalid="true"'
        in html
    )
    said = "The key “mail.body” of column “body” clashes with “mail” of column “subject”"
    assert f"{said}: “mail” cannot be a text and hold “mail.body” too." in text_of(refused)
    assert "1 column not saved" in text_of(refused)


@pytest.mark.parametrize("key", ["network", "network.id", "a..b", "x" * 501])
def test_a_key_that_cannot_be_is_refused(client: Client, key: str) -> None:
    batch = started(client)
    assert save(client, batch, m_0="system_param", k_0=key).status_code == 400
    assert modes(batch)[0] == "ignore"


def test_columns_that_are_not_sent_are_hidden_where_somebody_asks_for_it(client: Client) -> None:
    batch = started(client)
    save(client, batch, m_1="prompt", m_2="system_param", k_2="body")
    page = page_of(client, batch, "?use=used").content.decode()
    shown = re.findall(r'name="col" value="(\d)"', page)
    assert shown == ["1", "2"]
    assert re.search(r'id="hide-ignored"[^>]* checked', page)
    assert not re.search(r'id="hide-ignored"[^>]* checked', page_of(client, batch).content.decode())


def test_the_row_that_is_shown_is_tried_with_the_columns_as_they_are_now(client: Client) -> None:
    batch = started(client)
    CsvBatch.objects.filter(pk=batch.pk).update(network=Network.objects.create(name="triage"))
    response = save(client, batch, m_1="prompt", go="trial", row="1", **{"try": "this"})
    assert response["Location"] == address(batch, "map/?row=1")
    assert modes(batch) == ["ignore", "prompt", "ignore"]
    trial = CsvBatch.objects.get(parent_id=batch.pk)
    assert [row.row_index for row in trial.rows.all()] == [1]
    assert "Row 1" in text_of(page_of(client, batch, "?row=1"))
    save(client, batch, go="next")
    assert CsvBatch.objects.filter(parent_id=batch.pk).count() == 1


def test_another_tab_s_choices_are_not_undone(client: Client) -> None:
    batch = started(client)
    old = page_of(client, batch)
    save(client, batch, m_0="prompt")
    save(client, batch, old, m_1="prompt")
    assert modes(batch) == ["prompt", "prompt", "ignore"]


def test_a_page_of_another_file_changes_nothing(client: Client) -> None:
    batch = started(client)
    old = page_of(client, batch)
    send(client, address(batch), b"x,y,z\n1,2,3\n")
    refused = save(client, batch, old, m_0="prompt")
    assert (refused.status_code, "Nothing was saved." in text_of(refused)) == (409, True)
    assert modes(batch) == ["ignore"] * 3


def test_what_did_not_change_is_no_step_to_undo(client: Client) -> None:
    batch = started(client)
    save(client, batch)
    batch.refresh_from_db()
    assert batch.draft_history == []


def test_all_are_set_at_once_and_one_undo_takes_it_back(client: Client) -> None:
    batch = started(client)
    save(client, batch, set="prompt", every="1")
    assert modes(batch) == ["prompt"] * 3
    client.post(address(batch, "undo/"))
    assert modes(batch) == ["ignore"] * 3


def test_only_those_that_were_found_are_set(client: Client) -> None:
    batch = started(client, ",".join(f"c{number}" for number in range(250)).encode() + b"\n" + b"," * 249 + b"\n")
    page = page_of(client, batch, "?find=C24")
    save(client, batch, page, set="system_param", every="1")
    chosen = [number for number, mode in enumerate(modes(batch)) if mode == "system_param"]
    assert chosen == [24, *range(240, 250)]


def test_ticked_columns_are_set_together_each_param_with_a_key_of_its_own(client: Client) -> None:
    batch = started(client, b"Order no.,Order-no,network,Note\n1,2,3,4\n")
    save(client, batch, set="system_param", col=["0", "1", "2"])
    assert modes(batch) == ["system_param"] * 3 + ["ignore"]
    assert keys(batch) == ["order_no", "order_no_2", "network_2", "Note"]


def test_nothing_ticked_is_said(client: Client) -> None:
    batch = started(client)
    refused = save(client, batch, set="prompt")
    assert (refused.status_code, "Select columns first." in text_of(refused)) == (400, True)


def test_only_columns_of_a_use_are_shown(client: Client) -> None:
    batch = started(client)
    save(client, batch, m_0="prompt")
    assert [one[0] for one in json.loads(field(page_of(client, batch, "?use=prompt"), "was"))] == [0]
    assert [one[0] for one in json.loads(field(page_of(client, batch, "?use=ignore"), "was"))] == [1, 2]


def test_many_columns_come_in_pages_that_a_form_can_hold(client: Client) -> None:
    batch = started(client, ",".join(f"c{number}" for number in range(250)).encode() + b"\n" + b"," * 249 + b"\n")
    page = page_of(client, batch, "?page=3")
    assert "Page 3 of 3" in text_of(page)
    assert len(json.loads(field(page, "was"))) == 50
    save(client, batch, page, m_249="prompt")
    assert modes(batch)[249] == "prompt"


def test_next_saves_and_goes_on(client: Client) -> None:
    batch = started(client)
    assert save(client, batch, m_0="prompt", go="next")["Location"] == address(batch, "prompt/")
    assert modes(batch)[0] == "prompt"
    assert save(client, batch, go="back")["Location"] == address(batch)


def test_htmx_leaves_the_fields_alone(client: Client) -> None:
    batch = started(client)
    page = page_of(client, batch)
    client.defaults["HTTP_HX_REQUEST"] = "true"
    news = save(client, batch, page, m_1="prompt")
    html = html_of(news)
    assert (news.status_code, 'id="map-was"' in html, 'name="m-1"' in html) == (200, True, False)
    assert "subject: Late" in text_of(news)
    moved = html_of(page_of(client, batch, "?row=1"))
    assert ("live-title" in moved, "map-was" in moved) == (True, False)


def test_a_row_that_is_not_there_is_said(client: Client) -> None:
    page = text_of(page_of(client, started(client), "?row=77"))
    assert "There is no row 77. This is the first one." in page


@pytest.mark.parametrize("was", ["", "{", "[1]", '[["0", 1]]', '[[99, "ignore", "x"]]'])
def test_a_form_that_is_not_whole_is_refused(client: Client, was: str) -> None:
    batch = started(client)
    response = save(client, batch, was=was, **{"m-99": "prompt"})
    assert response.status_code in (302, 400)
    assert modes(batch) == ["ignore"] * 3


def test_texts_stay_texts(client: Client) -> None:
    evil = '"><script>alert(1)</script>'
    batch = started(client, f"{evil.replace(chr(34), chr(39))}\n{evil.replace(chr(34), chr(39))}\n".encode())
    save(client, batch, set="prompt", every="1")
    for tail in ("upload/", "map/"):
        assert "<script>alert" not in html_of(client.get(address(batch, tail)))


@pytest.mark.parametrize(
    "was",
    [
        "",
        "[1]",
        '[["x", "prompt", "k"]]',
        "[[1e999, 1, 1]]",
        "[[[], 1, 1]]",
        "[" * 9000,
        f"[[{'9' * 5000}, 1, 1]]",
    ],
)
def test_a_form_that_no_page_of_ours_sent_is_refused(client: Client, was: str) -> None:
    batch = started(client)
    version = field(page_of(client, batch), "version")
    response = client.post(address(batch, "map/"), {"version": version, "was": was, "m-0": "prompt"})
    assert response.status_code == 400
    assert "The form is not whole. Reload the page." in text_of(response)
    assert set(modes(batch)) == {"ignore"}
