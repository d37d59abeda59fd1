"""API tokens as a person makes and revokes them, with JavaScript and without."""

import pytest
from playwright.sync_api import Page, expect

from experiments.models import ApiToken
from tests.browser.conftest import Open
from tests.browser.support.looks import EVERY_LOOK, Look, assert_flawless
from tests.integration.web.support import user
from tests.support.api import Api


def make(page: Page, name: str) -> str:
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("status", name="The new token")).to_contain_text(f"“{name}” is ready")
    return page.get_by_label("Token", exact=True).input_value()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_token_is_made_used_and_revoked(open_page: Open, script: bool) -> None:
    page = open_page("/csv-batch/", java_script_enabled=script)
    page.get_by_role("button", name="Account: ann").click()
    page.get_by_role("link", name="API tokens").click()
    key = make(page, "nightly import")
    Api(key).get("/csv_batches")
    expect(page.get_by_role("button", name="Copy")).to_have_count(1 if script else 0)
    page.goto("/tokens/")
    expect(page.get_by_role("row", name="nightly import")).to_contain_text(key[:12])
    expect(page.get_by_text(key)).to_have_count(0)
    page.get_by_role("button", name="Revoke nightly import").click()
    page.get_by_role("button", name="Revoke token").click()
    expect(page.get_by_role("heading", name="No tokens yet")).to_be_visible()
    expect(page.locator("#messages")).to_contain_text("“nightly import” revoked")
    Api(key).get("/csv_batches", 401)


@EVERY_LOOK
def test_tokens_are_without_a_flaw(open_page: Open, look: Look) -> None:
    page = open_page("/tokens/", look)
    assert_flawless(page)
    gone, _ = ApiToken.issue(user=user("ann"), name="gone")
    ApiToken.objects.filter(pk=gone.pk).update(revoked_at=gone.created_at)
    ApiToken.issue(user=user("ann"), name="W" * 100)
    make(page, "nightly import")
    page.locator("summary", has_text="Revoked").click()
    assert_flawless(page)
    page.get_by_role("button", name="Revoke nightly import").click()
    assert_flawless(page)
