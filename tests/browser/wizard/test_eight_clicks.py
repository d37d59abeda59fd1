"""From the sign-in to the first answer of one's own file: at most eight clicks, and nothing typed but the sign-in."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.support.wizard import mails
from tests.integration.web.support import user
from tests.support.api import Api
from tests.support.run_server import RunServer

pytestmark = pytest.mark.usefixtures("worker")
PASSWORD = "correct horse battery"
MOST_CLICKS, MOST_TEXTS = 8, 2
COUNT = """(() => {
  const count = { clicks: 0, typed: new Set() };
  const stored = JSON.parse(sessionStorage.getItem("count") ?? '{"clicks": 0, "typed": []}');
  count.clicks = stored.clicks;
  count.typed = new Set(stored.typed);
  const keep = () => sessionStorage.setItem("count", JSON.stringify({ clicks: count.clicks, typed: [...count.typed] }));
  // A click of a label is followed by one of its control, which has no place of its own.
  addEventListener("click", (event) => { if (event.isTrusted && event.detail) { count.clicks += 1; keep(); } }, true);
  addEventListener("input", (event) => {
    if (!event.target.matches("[type=radio], [type=checkbox], [type=file], select")) {
      count.typed.add(event.target.id || event.target.name);
      keep();
    }
  }, true);
})()"""


def counted(page: Page) -> tuple[int, int]:
    clicks, typed = page.evaluate(
        "() => { const one = JSON.parse(sessionStorage.getItem('count')); return [one.clicks, one.typed.length]; }"
    )
    return int(clicks), int(typed)


def test_the_first_answer_takes_few_clicks(
    new_context: Callable[..., BrowserContext], api: Api, run_server: RunServer
) -> None:
    api.network(run_server)
    newcomer = user("newcomer")
    newcomer.set_password(PASSWORD)
    newcomer.save()
    page = new_context().new_page()
    page.add_init_script(COUNT)
    page.goto("/login/")
    page.get_by_label("Username").fill("newcomer")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="New batch").first.click()
    with page.expect_file_chooser() as asked:
        page.locator("#file").click()
    asked.value.set_files(mails())
    page.get_by_role("button", name="Next: Map inputs").click()
    page.get_by_role("radiogroup", name="Use of body").get_by_text("Prompt").click()
    page.get_by_role("button", name="Next: Define prompt").click()
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("#trial .tryrow .st.ok")).to_have_count(1)
    expect(page.locator("#trial .fields")).to_contain_text("answer")
    clicks, typed = counted(page)
    assert (clicks <= MOST_CLICKS, typed <= MOST_TEXTS) == (True, True), (clicks, typed)
    # And the whole batch: the rest is pressing on.
    page.get_by_role("button", name="Next: Response schema").click()
    page.get_by_role("button", name="Next: Review").click()
    page.get_by_role("button", name="Start batch").click()
    expect(page).to_have_url(re.compile("/csv-batch/[0-9a-f-]{36}/$"))
    expect(page.locator("#state .st")).to_have_text("Completed")
