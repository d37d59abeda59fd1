"""A site with something of everything in it, the people who look at it, and what all of its tables hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from experiments.models import ApiToken, Network, NetworkCall, Queue, SavedView, Share
from tests.integration.web.support import batch_of, run_for, user
from tests.support import datasets

APPS = ("experiments", "csv_batches", "auth", "django_q", "axes")
# What looking may write down: that a token was used, when somebody logged in, what was counted in the columns.
NOTED = {"last_used_at", "last_login", "column_facts"}
ITEMS = "run_input,expected\na,yes\nb,no\n"
# Queues of a kind of the tests' own: the same views as those of any kind.
TESTS_OWN = "surveys"


@dataclass(frozen=True)
class Scene:
    """`clients` send forms as pages do; `strangers` are the same people, led here by a page of another site."""

    values: dict[str, dict[str, str]]
    clients: dict[str, Client]
    strangers: dict[str, Client]

    def address(self, route: str, on: str) -> str:
        """The route with the values of the batch that is meant."""
        plain = route.replace("^api(/.*)?$", "api/nothing").replace("<id>", "<int:user_id>")
        plain = plain.replace("^(?P<app_label>auth|experiments|django_q|axes)/$", "experiments/")
        plain = plain.replace("(?P<url>.*)$", "nothing/at/all/")
        known = self.values["everywhere"] | self.values[on]
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known[found[1]], plain)


def scene(on: str = "done") -> Scene:
    """`on`: what the address will be about; experiments are made only for their own routes."""
    ann, bob = user("ann"), user("bob")
    root = user("root", is_staff=True, is_superuser=True)
    token, key = ApiToken.issue(user=ann, name="ann's")
    done = batch_of("ann", ["succeeded", "failed"], status="completed")
    draft = batch_of("ann", ["queued", "queued"], status="draft", name="Draft")
    run_for(done.rows.get(row_index=0))
    view = SavedView.objects.create(queue=done, owner=ann, name="Failed", query="status=failed")
    network = Network.objects.get()
    network.agents.create(key="a", is_default=True)
    call = NetworkCall.objects.create(network=network, owner=ann, user_message="hello")
    everywhere = {
        "kind": "csv-batch",
        "pk": str(network.pk),
        "call_id": str(call.pk),
        "trace_id": "trace-1",
        "token_id": str(token.pk),
        "row_index": "0",
        "share_id": "1",
        "view_id": str(view.pk),
        "key": "moderation",
        "user_id": str(ann.pk),
        "content_type_id": "1",
        "object_id": "1",
    }
    values = {
        name: {"batch_id": str(one.pk), "queue_id": str(one.pk)} for name, one in (("done", done), ("draft", draft))
    }
    if "experiment" in on:
        made = datasets.with_items(ITEMS)
        one = made if "draft" in on else datasets.answered(made, [{"answer": "yes"}, None])
        values[on] = {"queue_id": str(one.pk), "experiment_id": str(one.pk)}
    editor, viewer = user("eve"), user("vic")
    for queue in Queue.objects.all():
        Share.objects.create(queue=queue, user=editor, role="editor")
        Share.objects.create(queue=queue, user=viewer, role="viewer")
    people = {"owner": ann, "other": bob, "staff": root, "editor": editor, "viewer": viewer}
    clients, strangers = _clients(people), _clients(people, enforce_csrf_checks=True)
    clients["token"].defaults["HTTP_AUTHORIZATION"] = f"Token {key}"
    return Scene({"everywhere": everywhere, **values}, clients, strangers)


def _clients(people: dict[str, Any], **options: Any) -> dict[str, Client]:
    made = {who: Client(raise_request_exception=False, **options) for who in (*people, "anonymous", "token")}
    for who, one in people.items():
        made[who].force_login(one)
    return made


def routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Every route of the URLconf, as it is written there."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            assert isinstance(pattern, URLPattern)
            if TESTS_OWN not in prefix + str(pattern.pattern):
                yield prefix + str(pattern.pattern)


def state() -> dict[str, str]:
    """A fingerprint of each table."""
    models = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return {model._meta.label: _fingerprint(model) for model in models}


def _fingerprint(model: Any) -> str:
    fields = [field.attname for field in model._meta.concrete_fields if field.attname not in NOTED]
    return sha256(repr(sorted(map(repr, model._base_manager.values_list(*fields)))).encode()).hexdigest()
