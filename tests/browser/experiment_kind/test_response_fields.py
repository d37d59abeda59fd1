"""The response fields of an experiment, nested and imported, and stored by one button that Undo comes before."""

import re

from playwright.sync_api import Page, expect

from experiments.experiment_kind.models import Experiment
from tests.browser.conftest import Open
from tests.browser.support.watch import Watch
from tests.browser.support.wizard import Wizard
from tests.support import datasets

SAMPLE = '{"vendor": "Acme", "order": {"number": "7", "lines": [{"sku": "a", "price": 1.5}]}}'


def opened(open_page: Open) -> tuple[Page, Experiment]:
    made = datasets.with_items("run_input,expected\na,x\n", name="Invoices")
    page = open_page(f"/experiments/{made.pk}/set-up/")
    page.get_by_label("Its own schema").check()
    page.get_by_role("button", name="Add fields").click()
    expect(page).to_have_url(re.compile("/set-up/fields/$"))
    return page, made


def names(made: Experiment) -> list[str]:
    made.refresh_from_db()
    return [one["name"] for one in made.response_fields]


def test_a_nested_schema_is_built_undone_and_saved(open_page: Open, transactional_db: None) -> None:
    page, made = opened(open_page)
    wizard = Wizard(page, saved="Ready to save")
    wizard.add_field("vendor")
    wizard.add_field("order", "Object")
    page.get_by_role("button", name="Add field to order").click()
    page.get_by_label("Name of order.new field").fill("number")
    expect(page.locator("#schema-state")).to_have_text("Not saved yet")
    page.locator("h1").click()
    expect(page.locator("#schema-state")).to_have_text("Ready to save")
    expect(page.locator("#schema-shape")).to_contain_text('"number"')
    wizard.field_act("vendor", "Remove")
    expect(page.locator(".schema-rows > .lines > .line")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".schema-rows > .lines > .line")).to_have_count(2)
    assert names(made) == []
    page.get_by_role("button", name="Next: Review").click()
    expect(page).to_have_url(re.compile("/set-up/$"))
    expect(page.locator("#own-schema")).to_contain_text("2 fields")
    expect(page.get_by_label("Field of the answer").locator("option")).to_contain_text(["order.number"])
    assert names(made) == ["vendor", "order"]


def test_a_sample_answer_is_imported_and_what_is_left_unsaved_is_asked_about(
    open_page: Open, watch: Watch, transactional_db: None
) -> None:
    page, made = opened(open_page)
    page.locator("#import > summary").click()
    page.get_by_label("Sample answers or JSON Schema").fill(SAMPLE)
    page.get_by_role("button", name="Show fields").click()
    expect(page.locator("#import-found")).to_contain_text("order.lines[].price")
    page.get_by_role("button", name="Use these fields").click()
    expect(page.get_by_label("Name of order.lines.each item.price")).to_have_value("price")
    watch.answer_dialogs(accept=True)
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(re.compile("/set-up/prompt/$"))
    assert len(watch.asked) == 1
    assert names(made) == []
