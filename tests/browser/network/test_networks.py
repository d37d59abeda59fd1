"""Networks as a person makes, changes, tries and deletes them, with a mouse, with keys only, without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from experiments.models import Network, NetworkCall
from tests.browser.conftest import Open
from tests.browser.support.keys import press, write
from tests.browser.support.watch import Watch
from tests.integration.network_calls.support import remote
from tests.integration.web.network.support import network_of
from tests.support.run_server import RunServer
from tests.support.worker import Worker

Opener = Callable[[str], Page]


@pytest.fixture(params=["script", "plain"])
def opened(request: pytest.FixtureRequest, open_page: Open, plain_page: Open) -> Opener:
    return open_page if request.param == "script" else plain_page


def test_a_network_is_made_with_two_agents_and_a_schema(opened: Opener) -> None:
    page = opened("/networks/")
    page.get_by_role("link", name="New network").first.click()
    page.get_by_label("Name", exact=True).fill("support")
    page.locator("#id-agent-1-key").fill("sorter")
    page.get_by_label("Prompt").fill("Sort.\nBriefly.")
    page.get_by_role("button", name="Add agent").click()
    expect(page.locator("#id-agent-2-key")).to_be_focused()
    page.locator("#id-agent-2-key").fill("writer")
    page.get_by_label("JSON Schema of an answer").fill('{"properties": {"mood": {"type": "string"}}}')
    page.get_by_role("button", name="Fill guidance and example").click()
    expect(page.get_by_label("Example")).to_have_value(re.compile("mood"))
    page.locator("#agent-1").get_by_role("checkbox", name="writer").check()
    page.get_by_role("button", name="Move writer up").click()
    expect(page.locator(".lines > li").first).to_have_attribute("id", "agent-2")
    page.locator("#save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("support")
    expect(page.get_by_text("The network support is saved.")).to_be_visible()
    network = Network.objects.get()
    assert [agent.key for agent in network.agents.all()] == ["writer", "sorter"]
    assert [to.key for to in network.agents.get(key="sorter").routes.all()] == ["writer"]
    assert network.agents.get(key="sorter").prompt == "Sort.\nBriefly."
    assert "mood" in network.additional_data["respond_payload_example"]


def test_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page("/networks/")
    press(page, "main a.primary")
    expect(page.get_by_role("heading", level=1)).to_have_text("New network")
    write(page, "#id-name", "keys")
    press(page, "#add-agent")
    expect(page.locator("#id-agent-2-key")).to_be_focused()
    page.keyboard.type("second")
    press(page, "#save")
    expect(page.get_by_role("heading", level=1)).to_have_text("keys")
    assert [agent.key for agent in Network.objects.get().agents.all()] == ["agent", "second"]


def test_what_is_wrong_is_said_and_found(opened: Opener, watch: Watch) -> None:
    watch.expect_status(400)
    page = opened(f"/networks/{network_of().pk}/edit/")
    page.get_by_label("Description").fill("Typed for long.")
    page.locator("#id-timeout_s").fill("601")
    page.locator("#save").click()
    expect(page.locator("#error-timeout_s")).to_contain_text("600")
    expect(page.locator("#id-timeout_s")).to_be_focused()
    expect(page.get_by_label("Description")).to_have_value("Typed for long.")


def test_somebody_else_s_change_is_said_and_nothing_is_lost(opened: Opener, watch: Watch) -> None:
    watch.expect_status(409)
    network = network_of()
    page = opened(f"/networks/{network.pk}/edit/")
    network.description = "Theirs."
    network.save()
    page.get_by_label("Description").fill("Mine.")
    page.locator("#save").click()
    expect(page.locator("#meanwhile")).to_contain_text("Changed: Description.")
    expect(page.get_by_label("Description")).to_have_value("Mine.")
    page.get_by_role("button", name="Overwrite with mine").click()
    expect(page.get_by_text("is saved")).to_be_visible()
    network.refresh_from_db()
    assert network.description == "Mine."


def test_the_fields_of_a_remote_are_there_when_they_are_asked_for(open_page: Open) -> None:
    page = open_page("/networks/new/")
    expect(page.get_by_label("Run URL")).to_be_hidden()
    page.get_by_label("A remote runtime").check()
    page.get_by_label("Run URL").fill("http://127.0.0.1:9/run")
    page.get_by_label("Name", exact=True).fill("remote")
    page.get_by_label("Token", exact=True).fill("s3cret")
    page.locator("#save").click()
    expect(page.get_by_text("a token is stored")).to_be_visible()
    assert Network.objects.get().run_token == "s3cret"


def test_a_network_is_deleted_after_a_question(opened: Opener) -> None:
    page = opened(f"/networks/{network_of().pk}/")
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete support?")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No networks yet")).to_be_visible()
    assert not Network.objects.exists()


def test_a_message_is_tried_and_its_answer_comes_by_itself(
    open_page: Open, run_server: RunServer, worker: Worker
) -> None:
    run_server.hold("^hello$")
    page = open_page(f"/networks/{remote(run_server).pk}/")
    page.get_by_role("textbox", name="Message").fill("hello")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#call .st")).to_have_text("Calling")
    run_server.release()
    expect(page.locator("#call")).to_contain_text("The run succeeded")
    expect(page.locator("#raw")).to_contain_text("llm_usage_totals")
    page.locator(".run-trace a.mono").click()
    expect(page.get_by_role("heading", name="Run on remote")).to_be_visible()


def test_without_javascript_one_looks_again(plain_page: Open, run_server: RunServer, worker: Worker) -> None:
    run_server.always({"do": "status", "status": 422, "text": "no such network"})
    page = plain_page(f"/networks/{remote(run_server).pk}/")
    page.get_by_role("button", name="Test the connection").click()
    run_server.wait(done=1)
    while page.get_by_role("link", name="Refresh").count():
        page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#raw")).to_have_text("no such network")
    expect(page.locator(".sentences")).to_contain_text("A batch would fail this row at once.")
    assert NetworkCall.objects.get().error_code == "rejected"
