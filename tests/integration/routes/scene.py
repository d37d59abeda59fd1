"""A site with something of everything in it, the people who look at it, and what all of its tables hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from experiments.models import ApiToken, Delivery, Network, NetworkCall, Queue, SavedView, Share, Subscription
from tests.integration.routes.table import APPS_OF_ADMIN, WHO
from tests.integration.web.support import batch_of, run_for, user
from tests.support import datasets

APPS = ("experiments", "csv_batches", "auth", "django_q", "axes")
# What looking may write down: that a token was used, when somebody logged in, what was counted in the columns.
NOTED = {"last_used_at", "last_login", "column_facts"}
ITEMS = "run_input,expected\na,yes\nb,no\n"
# Queues of a kind of the tests' own: the same views as those of any kind.
TESTS_OWN = ("surveys", "third_kind/")


@dataclass(frozen=True)
class Site:
    """What lies in the database: the values of addresses, who is logged in, and the owner's token."""

    values: dict[str, dict[str, str]]
    sessions: dict[str, str]
    token: str


class Scene:
    """The site, and browsers that nobody has used. `clients` send forms as pages do; `strangers` are the same people,
    led here by a page of another site."""

    def __init__(self, site: Site) -> None:
        self.values = site.values
        self.clients, self.strangers = _clients(site), _clients(site, enforce_csrf_checks=True)
        self.clients["token"].defaults["HTTP_AUTHORIZATION"] = f"Token {site.token}"

    def address(self, route: str, on: str) -> str:
        """The route with the values of the batch that is meant."""
        plain = route.replace("^api(/.*)?$", "api/nothing").replace("<id>", "<int:user_id>")
        plain = plain.replace(APPS_OF_ADMIN, "experiments/")
        plain = plain.replace("(?P<url>.*)$", "nothing/at/all/")
        known = self.values["everywhere"] | self.values[on]
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known[found[1]], plain)


def build() -> Site:
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
    webhook = Subscription.objects.create(owner=ann, way="webhook", url="http://127.0.0.1:9/", events=["completed"])
    delivery = Delivery.objects.create(subscription=webhook, message_id="msg_1", event="test", body="{}")
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
        "subscription_id": str(webhook.pk),
        "delivery_id": str(delivery.pk),
        "user_id": str(ann.pk),
        "content_type_id": "1",
        "object_id": "1",
    }
    values = {
        name: {"batch_id": str(one.pk), "queue_id": str(one.pk)} for name, one in (("done", done), ("draft", draft))
    }
    for name, one in (
        ("experiment", datasets.answered(datasets.with_items(ITEMS), [{"answer": "yes"}, None])),
        ("experiment draft", datasets.with_items(ITEMS)),
    ):
        values[name] = {"queue_id": str(one.pk), "experiment_id": str(one.pk)}
    editor, viewer = user("eve"), user("vic")
    for queue in Queue.objects.all():
        Share.objects.create(queue=queue, user=editor, role="editor")
        Share.objects.create(queue=queue, user=viewer, role="viewer")
    people = {"owner": ann, "other": bob, "staff": root, "editor": editor, "viewer": viewer}
    return Site({"everywhere": everywhere, **values}, {who: _session(one) for who, one in people.items()}, key)


def _session(one: Any) -> str:
    client = Client()
    client.force_login(one)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _clients(site: Site, **options: Any) -> dict[str, Client]:
    made = {who: Client(raise_request_exception=False, **options) for who in WHO}
    for who, session in site.sessions.items():
        made[who].cookies[settings.SESSION_COOKIE_NAME] = session
    return made


def routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Every route of the URLconf, as it is written there."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            assert isinstance(pattern, URLPattern)
            route = prefix + str(pattern.pattern)
            if not any(own in route for own in TESTS_OWN):
                yield route


def state() -> dict[str, str]:
    """A fingerprint of each table."""
    with connection.cursor() as cursor:
        cursor.execute(_fingerprints())
        return dict(cursor.fetchall())


@cache
def _fingerprints() -> str:
    """All of them in one statement: they are asked for three times for each route."""
    models = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return " UNION ALL ".join(_fingerprint(model) for model in models if not model._meta.proxy)


def _fingerprint(model: Any) -> str:
    columns = [f'"{field.column}"' for field in model._meta.local_concrete_fields if field.attname not in NOTED]
    return f"""
        SELECT '{model._meta.label}', md5(coalesce(string_agg(line, chr(10) ORDER BY line COLLATE "C"), ''))
        FROM (SELECT ROW({", ".join(columns)})::text AS line FROM "{model._meta.db_table}") AS lines
    """
