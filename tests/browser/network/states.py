"""Networks, calls and runs in every state that a page can show."""

from datetime import timedelta

from django.utils import timezone

from experiments.models import Network, NetworkCall, Run
from tests.browser.support.states import LINES, LONG, STEPS
from tests.integration.web.network.support import SCHEMA, network_of
from tests.integration.web.run.support import direct, of_a_row
from tests.integration.web.support import batch_of, user

DATA = {
    "respond_payload_schema": SCHEMA,
    "respond_payload_guidance": "Say the mood.",
    "respond_payload_example": {"mood": "calm"},
    "other": [1],
}
LONG_AGENTS = [
    {"key": LONG[:100], "display_name": LONG[:200], "prompt": LINES, "model": LONG[:200], "routes": ["b"]},
    {"key": "b", "display_name": LONG[:190], "prompt": LONG, "is_default": True, "routes": [LONG[:100]]},
]


def call_of(network: Network, **values: object) -> str:
    call: NetworkCall = NetworkCall.objects.create(network=network, owner=user("ann"), user_message="Hello", **values)
    return f"/networks/{network.pk}/try/{call.pk}/"


def pages() -> dict[str, str]:
    """Addresses by name; ann is of the staff."""
    user("ann", is_staff=True)
    own = network_of(additional_data=DATA)
    far = {"run_url": "http://127.0.0.1:9/run", "run_token": "s3cret", "config_url": "http://127.0.0.1:9/config"}
    remote = network_of("remote", description="Answers mails.", version=3, **far)
    long = network_of(LONG[:200], description=LINES, agents=LONG_AGENTS, additional_data={**DATA, "other": LONG})
    used = batch_of("ann", name=LONG[:200]).network
    assert used is not None
    direct("ann", "try-1", network="support", execution_log=STEPS, final={"response_payload": {"mood": "calm"}})
    direct("ann", LONG[:100], network=long.name, status="schema_mismatch", request={"user_message": LONG})
    of_a_row("ann", "of-a-row", name=LONG[:200])
    for number in range(60):
        direct("ann", f"many-{number}", age_s=60 + number)
    ended = {"state": "done", "ended_at": timezone.now(), "elapsed_ms": 412}
    good = {"http_status": 200, "trace_id": "try-1", "understood": ["It succeeded."], "body": "{}"}
    raw = {"http_status": 503, "headers": [["Server", LONG], ["Retry-After", "7"]], "body": LINES, "body_bytes": 5000}
    return {
        "the list of networks": "/networks/",
        "a new network": "/networks/new/",
        "a network": f"/networks/{own.pk}/",
        "its editor": f"/networks/{own.pk}/edit/",
        "its end": f"/networks/{own.pk}/delete/",
        "a remote": f"/networks/{remote.pk}/",
        "its editor, far": f"/networks/{remote.pk}/edit/",
        "long texts": f"/networks/{long.pk}/",
        "an editor of long texts": f"/networks/{long.pk}/edit/",
        "one that is used": f"/networks/{used.pk}/delete/",
        "a waiting call": call_of(own),
        "an old waiting call": call_of(own, enqueued_at=timezone.now() - timedelta(minutes=5)),
        "a good call": call_of(own, **ended, **good),
        "a failed call": call_of(remote, **ended, **raw, error_code="server_error", understood=[LINES, LONG]),
        "a call without an answer": call_of(remote, **ended, error_code="connection", understood=["No answer."]),
        "the runs": "/runs/",
        "their second page": f"/runs/?older={Run.objects.all()[49].created_at.isoformat().replace('+', '%2B')}~1",
        "the runs of a network": "/runs/?network=support",
        "a filter without a hit": "/runs/?network=nowhere&status=odd",
        "a filter that is none": "/runs/?since=yesterday",
    }
