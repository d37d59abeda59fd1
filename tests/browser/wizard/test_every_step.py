"""Each step in each state: nothing for axe to say, and nothing to scroll sideways for, however it is looked at."""

import pytest
from playwright.sync_api import expect

from csv_batches.models import CsvBatch
from csv_batches.services import drafts, revise
from tests.browser.conftest import Open
from tests.browser.support import looks
from tests.browser.support.looks import EVERY_LOOK, LOOKS, PHONE, Look
from tests.browser.support.states import LINES, LONG, completed
from tests.browser.support.watch import Watch
from tests.browser.support.wizard import HEAD, MAILS, Wizard, as_file, mails
from tests.browser.wizard.conftest import READY
from tests.support.api import SCORE, TOPIC, Api, to_csv
from tests.unit.web.schema.forms import INVOICE

STEPS = ("upload", "map", "prompt", "schema", "review")


def long_draft(api: Api) -> str:
    """Long names, long cells, and more warnings than anybody wants."""
    head = [f"{LONG} {number}" for number in range(3)] + ["", "twice", "twice"]
    batch = api.draft(api.network(None, "n" * 100))
    api.upload(
        batch, to_csv([head, [LONG, LINES, "x", "", "1", "2"], ["", "", "", "", "", ""]]), name=f"{LONG[:200]}.csv"
    )
    fields = [{**TOPIC, "name": LONG[:64], "description": LONG, "choices": [LONG[:500], "b"]}, SCORE]
    columns = [{"name": head[0], "mode": "system_param", "key": LONG[:80]}, {"name": head[1], "mode": "prompt"}]
    api.patch(
        f"/csv_batches/{batch}",
        {"name": LONG[:200], "prompt_template": f"{LINES} {LONG}", "response_fields": fields, "columns": columns},
    )
    return batch


def change_of_a_batch() -> CsvBatch:
    """Of a completed one, with another prompt."""
    batch = completed()
    draft = revise.draft_of_change(batch=batch, user=batch.created_by)
    return drafts.update(batch_id=draft.pk, values={"prompt_template": f"Sort that.\n{LINES}"})


@EVERY_LOOK
def test_every_step_is_without_a_flaw(open_page: Open, api: Api, look: Look) -> None:
    network = api.network(None)
    ready, empty = api.ready(network, MAILS, HEAD, **READY), api.draft(network)
    nested = api.draft(network, response_fields=INVOICE)
    drafts = {"ready": ready, "empty": empty, "long": long_draft(api), "nested": nested}
    found = {f"{name} {step}": f"/csv-batch/{batch}/{step}/" for name, batch in drafts.items() for step in STEPS}
    here = f"/csv-batch/{ready}"
    found |= {
        "new": "/csv-batch/new/",
        "second row": f"{here}/map/?row=1",
        "no such row": f"{here}/map/?row=99",
        "reset": f"{here}/reset/?step=prompt",
        "change": f"/csv-batch/{change_of_a_batch().pk}/review/",
    }
    looks.assert_all_flawless(open_page("/csv-batch/", look), found)


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[1], PHONE], ids=["light", "dark", "phone"])
def test_refusals_are_without_a_flaw(open_page: Open, api: Api, watch: Watch, look: Look) -> None:
    """What stands on a page only after something was done on it."""
    batch = api.ready(api.network(None), MAILS, HEAD, **READY)
    page = open_page("/csv-batch/new/", look)
    wizard = Wizard(page)
    wizard.upload(as_file("id,Ort\n1,Köln\n".encode("latin-1") * 3, "latin.csv"))
    expect(page.get_by_role("heading", name="Couldn’t read latin.csv")).to_be_visible()
    looks.assert_flawless(page)

    page.goto(f"/csv-batch/{batch}/map/")
    wizard.use("id", "Param", "customer_email")
    expect(page.get_by_label("Key of id")).to_have_attribute("aria-invalid", "true")
    looks.assert_flawless(page)

    page.goto(f"/csv-batch/{batch}/prompt/")
    page.get_by_label("Prompt template").press_sequentially("{{ ")
    expect(page.get_by_role("listbox")).to_be_visible()
    looks.assert_flawless(page)
    page.keyboard.press("Escape")
    wizard.write_template("{{ row.nobody }}")
    expect(page.locator("#prompt-problem")).to_contain_text("nobody")
    looks.assert_flawless(page)
    wizard.write_template("{% if")
    expect(page.locator("#prompt-problem")).to_contain_text("isn’t saved yet")
    looks.assert_flawless(page)
    wizard.write_template("fine")
    expect(page.locator("#prompt-state")).to_have_text("Saved")

    page.goto(f"/csv-batch/{batch}/schema/")
    page.locator("#add-0").click()
    page.get_by_label("Name of new field").fill("topic")
    page.locator("h1").click()
    expect(page.locator("#f2-name")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("More about topic").click()
    looks.assert_flawless(page)
    # The menu of the last row: one above it covers half of what is below it, until it is closed.
    page.get_by_label("Actions for new field").click()
    looks.assert_flawless(page)
    page.get_by_text("Import from a sample answer or a JSON Schema").click()
    page.get_by_label("Sample answers or JSON Schema").fill('{"properties": {"a": {"type": "string", "default": "x"}}}')
    page.get_by_role("button", name="Show fields").click()
    expect(page.get_by_role("button", name="Use these fields")).to_be_visible()
    # Not with a row half under the bar at the top.
    page.evaluate("scrollTo(0, 0)")
    looks.assert_flawless(page)
    watch.answer_dialogs(accept=True)

    page.goto(f"/csv-batch/{batch}/review/")
    page.get_by_label("Concurrency").fill("0")
    page.get_by_label("Concurrency").press("Tab")
    expect(page.locator("#error-concurrency")).to_contain_text("not saved")
    looks.assert_flawless(page)


def test_the_page_stays_within_its_width_while_a_file_is_sent(open_page: Open) -> None:
    page = open_page("/csv-batch/new/", PHONE)
    Wizard(page).upload(mails(name=f"{LONG[:200]}.csv"))
    expect(page.locator("#file-facts")).to_contain_text("4 rows, 4 columns")
    assert looks.sticking_out(page) == []
