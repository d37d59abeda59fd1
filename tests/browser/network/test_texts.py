"""Whatever text a network, its agents or its answers bring: it is shown, and does nothing."""

import pytest
from playwright.sync_api import expect

from experiments.models import NetworkCall
from tests.browser.conftest import Open
from tests.browser.support.payloads import PAYLOADS
from tests.integration.web.network.support import network_of
from tests.integration.web.run.support import direct
from tests.integration.web.support import user


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_payload_in_every_text_is_shown_and_does_nothing(open_page: Open, payload: str) -> None:
    user("ann", is_staff=True)
    agent = {"key": payload[:100], "display_name": payload, "prompt": payload, "model": payload, "is_default": True}
    data = {"respond_payload_schema": {"title": payload}, "respond_payload_guidance": payload, payload: payload}
    network = network_of(payload, description=payload, agents=[agent, {"key": "b"}], additional_data=data)
    run = direct("ann", "t1", network=payload, agent_key=payload[:100], status=payload[:32])
    run.request = {"user_message": payload, "system_params": {payload: payload}}
    run.save()
    call = NetworkCall.objects.create(
        network=network,
        owner=user("ann"),
        user_message=payload,
        system_params={payload: payload},
        agent_key=payload[:100],
        state="done",
        http_status=200,
        headers=[[payload, payload]],
        body=payload,
        error_code=payload[:32],
        understood=[payload],
        trace_id="t1",
    )
    page = open_page("/networks/")
    tails = ("", "edit/", "delete/", f"try/{call.pk}/")
    for address in ("/networks/", "/runs/", "/runs/t1/", *(f"/networks/{network.pk}/{tail}" for tail in tails)):
        page.goto(address)
        assert page.locator("img, iframe, style, svg[onload], body link, [hx-get='/evil']").count() == 0, address
    page.goto(f"/networks/{network.pk}/edit/")
    expect(page.locator("#id-description")).to_have_value(payload)
    # Through htmx too: the form comes back into a page that is there already.
    page.get_by_role("button", name="Add agent").click()
    expect(page.locator("#id-agent-3-key")).to_be_focused()
    expect(page.locator("#id-agent-1-prompt")).to_have_value(payload)
    page.wait_for_load_state("networkidle")
