"""Batches of 60 rows on a network with an endpoint of its own."""

from typing import Any

from tests.browser.support.site import Site
from tests.support.api import Api

ROWS = 60
TONE = {
    "name": "tone",
    "description": "positive or negative",
    "type": "string",
    "choices": ["positive", "negative"],
    "required": True,
}
NOTE = {"name": "note", "description": "one word, or nothing", "type": "string", "required": False}
GOOD = ("I love the lamp, thank you.", "Great service, I will be back.", "The chair is wonderful.")
BAD = (
    "The lamp is broken, I am angry.",
    "Where is my parcel? I am tired of waiting.",
    "The chair is a disappointment.",
)
PROMPT = "Decide if the customer's e-mail is positive or negative."


def answers(
    api: Api, site: Site, name: str, endpoint: dict[str, Any], *, fields: list[Any], concurrency: int, timeout_s: float
) -> list[dict[str, Any]]:
    """The answers of all rows, each of which must have one."""
    agent = {"key": "a", "prompt": PROMPT, "is_default": True}
    network = api.network(None, name, agents=[agent], timeout_s=300, endpoint=endpoint)
    mails = (GOOD + BAD) * (ROWS // 6)
    rows = [[str(number), mail] for number, mail in enumerate(mails)]
    batch = api.ready(network, rows, response_fields=fields, concurrency=concurrency)
    api.run(batch)
    state = api.wait(batch, timeout_s=timeout_s)
    shown = api.rows(batch)
    failed = [row["error_message"] for row in shown if row["status"] != "succeeded"]
    assert not failed, f"{len(failed)} failed: {failed[:3]}\n{site.end_of_log()}"
    assert (state["status"], state["progress"]["succeeded"]) == ("completed", ROWS)
    return [row["result_payload"] for row in shown]
