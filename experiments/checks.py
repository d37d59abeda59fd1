"""System checks: `manage.py check` finds a wrong configuration and says what to set."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from experiments.core.errors import InvalidInput
from experiments.models import Network
from experiments.models.run_hosts import check_endpoint_url, is_loopback
from experiments.worker.heartbeat import SLOTS

OTHERS = 8
"""Processes of a worker that run no tasks, and some that replace others before those have ended."""


@register()
def queue_settings(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """The settings of django-q2 that the worker relies on."""
    found: list[CheckMessage] = []
    conf: dict[str, Any] = settings.Q_CLUSTER
    for name in ("queue_limit", "bulk", "max_attempts"):
        if conf.get(name) != 1:
            found.append(
                Error(
                    f"Q_CLUSTER['{name}'] is {conf.get(name)!r}.",
                    hint="Set it to 1: a prefetched task would be delivered twice.",
                    id="experiments.E001",
                )
            )
    if not conf.get("ack_failures"):
        found.append(Error("Q_CLUSTER['ack_failures'] is off.", hint="Set it to True.", id="experiments.E002"))
    longest = settings.RUN_TIMEOUT_MAX
    if not longest < conf.get("timeout", 0) < conf.get("retry", 0):
        found.append(
            Error(
                "Q_CLUSTER must have RUN_TIMEOUT_MAX < timeout < retry.",
                hint=f"Use a timeout above {longest} and three times that as retry.",
                id="experiments.E003",
            )
        )
    if not settings.LEASE_RENEW_S * 2 < settings.LEASE_S:
        found.append(
            Error("LEASE_S must be more than twice LEASE_RENEW_S.", hint="Use 30 and 10.", id="experiments.E004")
        )
    return found


@register()
def workers(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Each process of a worker needs a slot for its heartbeats."""
    conf: dict[str, Any] = settings.Q_CLUSTER
    number, most = conf.get("workers", 0), SLOTS // 2 - OTHERS
    if not 1 <= number <= most:
        hint = f"Set WORKERS from 1 to {most}. A process makes many calls at a time; for more start several workers."
        return [Error(f"Q_CLUSTER['workers'] is {number}.", hint=hint, id="experiments.E006")]
    return []


@register()
def web_threads(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Our own `/run` is called by our own worker: the pages need threads of their own."""
    if settings.WEB_THREADS <= 8:
        return [Error("WEB_THREADS leaves none for /run.", hint="Use more than 8.", id="experiments.E005")]
    return []


AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")


@register()
def model(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Where the site's model is, for networks that name none."""
    key, headers = settings.OPENAI_API_KEY, settings.OPENAI_HEADERS
    if not settings.OPENAI_BASE_URL:
        given = [name for name, value in (("OPENAI_API_KEY", key), ("OPENAI_HEADERS", headers)) if value]
        if not given:
            return []
        hint = "Set OPENAI_BASE_URL and OPENAI_MODEL too, or none of them."
        said = f"{given[0]} is set without OPENAI_BASE_URL, so the embedded model answers."
        return [Warning(said, hint=hint, id="experiments.W001")]
    found = list(_endpoint_problems("OPENAI_BASE_URL", settings.OPENAI_BASE_URL, key, headers))
    if not settings.OPENAI_MODEL:
        said = "OPENAI_BASE_URL is set without OPENAI_MODEL."
        hint = "Set the name of a model of that endpoint, unless each agent names one."
        found.append(Warning(said, hint=hint, id="experiments.W002"))
    return found


@register(Tags.database)
def network_models(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """Where the models of networks are that have their own; for `manage.py check --database default`."""
    found: list[CheckMessage] = []
    for network in _networks_with_endpoints() if "default" in (databases or ()) else ():
        name = f"Network {network.name}"
        try:
            endpoint = network.endpoint or {}
            if not endpoint["base_url"]:
                continue
            check_endpoint_url(endpoint["base_url"])
        except (ValueError, InvalidInput) as error:
            found.append(Error(f"{name}: {error}", hint="Change the network, or the setting.", id="experiments.E009"))
            continue
        found += _endpoint_problems(name, endpoint["base_url"], endpoint["api_key"], endpoint["headers"])
    return found


def _networks_with_endpoints() -> Iterable[Network]:
    """None before the database has their columns: this check comes before `migrate`, too."""
    database = connections["default"]
    table, needed = Network._meta.db_table, ("name", "endpoint_settings", "sealed_endpoint")
    with database.cursor() as cursor:
        if table not in database.introspection.table_names(cursor):
            return ()
        columns = {column.name for column in database.introspection.get_table_description(cursor, table)}
    return Network.objects.filter(endpoint_settings__isnull=False).only(*needed) if columns >= {*needed} else ()


def _endpoint_problems(name: str, base_url: str, key: str, headers: Mapping[str, str]) -> Iterator[CheckMessage]:
    parts, names = urlsplit(base_url), {header.lower() for header in headers}
    host = parts.hostname or ""
    if key and not (key.isascii() and key.isprintable() and key == key.strip()):
        hint = "Use printable ASCII characters, without spaces at the ends."
        yield Error(f"{name}: the key can’t be sent in a header.", hint=hint, id="experiments.E007")
    if key and "authorization" in names:
        hint = "The key is sent as Authorization. Leave one of the two out."
        yield Error(f"{name} has a key and a header Authorization.", hint=hint, id="experiments.E008")
    if host.endswith(AZURE) and "/deployments/" in parts.path:
        if "api-version" not in parse_qs(parts.query):
            hint = "Add ?api-version=… to the address, or use the one that ends in /openai/v1."
            yield Warning(f"{name}: Azure’s deployments need an api-version.", hint=hint, id="experiments.W003")
        if key and "api-key" not in names:
            hint = "Give the key as a header, api-key, or use the address that ends in /openai/v1."
            yield Warning(f"{name}: Azure’s deployments don’t take a key as a token.", hint=hint, id="experiments.W004")
    if (key or headers) and parts.scheme == "http" and not is_loopback(host):
        hint = "Use https, or a network that nobody else reads."
        yield Warning(f"{name}: credentials go to {host} without encryption.", hint=hint, id="experiments.W005")
