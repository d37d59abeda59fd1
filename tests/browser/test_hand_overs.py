"""A run through several agents, in every look."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.support.looks import EVERY_LOOK, Look, assert_flawless
from tests.integration.web.support import batch_of, row_of, run_for
from tests.integration.web.test_hand_overs import step


@EVERY_LOOK
def test_who_handed_over_to_whom_reads_well(open_page: Open, look: Look) -> None:
    log = [
        step("triage", "billing", agent_display_name="Triage", duration_ms=800),
        step("billing", "a-very-long-name-of-an-agent-that-somebody-chose", agent_display_name="Billing"),
        step("a-very-long-name-of-an-agent-that-somebody-chose", duration_ms=1900),
    ]
    run_for(row_of(batch_of("ann"), 0, "succeeded"), execution_log=log)
    page = open_page("/runs/trace-1/", look)
    expect(page.locator(".steps > li")).to_have_count(3)
    assert_flawless(page)
