"""Trying and testing a network in the browser."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from experiments.models import Network, NetworkCall
from experiments.services import network_calls
from experiments.worker.network_calls import perform
from tests.integration.network_calls.support import asked, called, remote
from tests.integration.web.network.support import network_of
from tests.integration.web.support import batch_of, browser, htmx, post_form
from tests.integration.web.test_polling import tokens
from tests.support.lanes import lane_at
from tests.support.run_server import RunServer

pytestmark = pytest.mark.django_db


def try_it(client: Client, network: Network, **typed: str) -> Any:
    page = f"/networks/{network.pk}/"
    return post_form(client, page, f"{page}try/", **{f"try-{name}": value for name, value in typed.items()})


def page_of(call: NetworkCall) -> str:
    return f"/networks/{call.network_id}/try/{call.pk}/"


def test_everybody_sends_a_message_and_comes_to_its_page() -> None:
    network = network_of()
    response = try_it(browser("bob"), network, user_message="a\r\nb", system_params='{"x": 1}', agent_key="writer")
    call = NetworkCall.objects.get()
    assert response["Location"] == page_of(call)
    assert (call.owner.username, call.user_message, call.system_params) == ("bob", "a\nb", {"x": 1})
    assert (call.agent_key, call.debug) == ("writer", False)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"system_params": "{"}, "This is not JSON"),
        ({"system_params": "[1]"}, "Give a JSON object"),
        ({"system_params": '{"a": "\\u0000"}'}, "Give a JSON object"),
        ({"system_params": '{"network": "x"}'}, "The key network is reserved."),
        ({"agent_key": "nobody"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_sent_is_said_and_what_was_typed_stays(typed: dict[str, str], sentence: str) -> None:
    response = try_it(browser("bob"), network_of(), **{"user_message": "typed for long", **typed})
    html = response.content.decode()
    assert response.status_code == 400
    assert sentence in html
    assert "typed for long" in html
    assert not NetworkCall.objects.exists()


def test_a_call_is_its_owners_and_staffs() -> None:
    address = page_of(asked(network_of(), "bob"))
    assert browser("bob").get(address).status_code == 200
    assert browser("root", is_staff=True).get(address).status_code == 200
    assert browser("eve").get(address).status_code == 404
    assert Client().get(address)["Location"] == f"/login/?next={address}"


def test_the_page_asks_until_the_answer_is_there(run_server: RunServer) -> None:
    client, call = browser("ann"), asked(remote(run_server))
    waiting = htmx(client, page_of(call))
    assert 'hx-trigger="every 1s"' in waiting.content.decode()
    assert htmx(client, page_of(call), data={"has": tokens(waiting.content.decode())}).status_code == 204
    perform(call.pk)
    done = htmx(client, page_of(call))
    assert done.status_code == 286
    assert "hx-trigger" not in done.content.decode()
    assert "The run succeeded" in done.content.decode()


def test_the_answer_is_there_raw_understood_and_as_a_trace(run_server: RunServer) -> None:
    run_server.always({"do": "ok", "payload": {"mood": "<b>calm</b>"}, "extra": {"trace_id": "t/1"}})
    html = browser("ann").get(page_of(called(remote(run_server)))).content.decode()
    assert "&lt;b&gt;calm&lt;/b&gt;" in html
    assert "<b>calm</b>" not in html
    assert 'href="/runs/t/1/?network=' in html
    assert "its answer is an object (mood)" in html
    assert re.search(r'<pre[^>]* id="raw">\{&quot;trace_id&quot;', html)


def test_a_failed_test_shows_what_came(run_server: RunServer) -> None:
    run_server.always({"do": "status", "status": 422, "text": "no <such> network", "headers": {"Server": "odd"}})
    network = remote(run_server)
    client, page = browser("bob"), f"/networks/{network.pk}/"
    response = post_form(client, page, f"{page}test/")
    call = NetworkCall.objects.get()
    assert response["Location"] == page_of(call)
    perform(call.pk)
    html = client.get(page_of(call)).content.decode()
    assert "no &lt;such&gt; network" in html
    assert "<dd>odd</dd>" in html
    assert "A batch would fail this row at once." in html
    assert run_server.ledger()[0]["user_message"] == network_calls.TEST_MESSAGE


def test_only_a_remote_is_tested() -> None:
    assert "/test/" not in browser("ann", is_staff=True).get(f"/networks/{network_of().pk}/").content.decode()


def test_too_many_calls_are_said(run_server: RunServer) -> None:
    network = remote(run_server)
    for _ in range(3):
        asked(network, "bob")
    assert "not answered yet" in try_it(browser("bob"), network, user_message="x").content.decode()
    client, page = browser("bob"), f"/networks/{network.pk}/"
    response = post_form(client, page, f"{page}test/")
    assert response["Location"] == page
    assert "not answered yet" in client.get(page).content.decode()


def test_without_a_worker_it_says_so_after_a_while(no_worker: None) -> None:
    call, client = asked(network_of()), browser("ann")
    assert "The call waits for a worker." in client.get(page_of(call)).content.decode()
    NetworkCall.objects.update(enqueued_at=timezone.now() - timedelta(seconds=16))
    assert "No worker is running" in client.get(page_of(call)).content.decode()
    lane_at(batch_of("bob"))
    assert "busy with other work" in client.get(page_of(call)).content.decode()


def test_ones_last_calls_are_on_the_network_s_page() -> None:
    network = network_of()
    asked(network, "bob", user_message="mine")
    asked(network, "ann", user_message="hers")
    html = browser("bob").get(f"/networks/{network.pk}/").content.decode()
    assert "mine" in html
    assert "hers" not in html
