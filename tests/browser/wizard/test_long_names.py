"""Columns whose names begin alike can be told apart."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.support.wizard import Wizard, as_file

BEGIN = "Customer satisfaction in the quarterly survey of all regions, question"
HEAD = f'id,"{BEGIN} 1","{BEGIN} 2"\n'


def uploaded(open_page: Open) -> Wizard:
    wizard = Wizard(open_page("/csv-batch/new/"))
    wizard.upload(as_file(f"{HEAD}7,a,b\n".encode(), "survey.csv"))
    expect(wizard.page.locator("#file-facts")).to_contain_text("1 row, 3 columns")
    return wizard


def test_the_preview_tells_long_names_whole(open_page: Open) -> None:
    heading = uploaded(open_page).page.get_by_role("columnheader", name=f"{BEGIN} 2")
    expect(heading).to_have_attribute("title", f"{BEGIN} 2")


def test_a_key_that_is_longer_than_its_field_is_told_whole(open_page: Open) -> None:
    wizard = uploaded(open_page)
    wizard.go("map")
    wizard.use(f"{BEGIN} 2", "Param")
    key = wizard.page.get_by_role("textbox", name=f"Key of {BEGIN} 2")
    expect(key).to_have_attribute("title", re.compile("^customer_satisfaction_.*_2$"))
    key.fill("survey.second")
    expect(key).to_have_attribute("title", "survey.second")
