"""Where the model of a network is: its own endpoint, the site's, or the embedded one; and what endpoints refused."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from experiments.models import EndpointDialect, Network
from experiments.models.run_hosts import check_endpoint_url
from experiments.runtime import local_model
from experiments.runtime.chat import ChatEndpoint, ModelError
from experiments.runtime.dialect_memory import DIALECT_AGE_S
from experiments.runtime.dialects import Dialect


def model_defaults(network: Network) -> dict[str, Any]:
    """`default_model`, `temperature` and `max_tokens` of a `RunRequest`: the network's own, else the site's."""
    own = network.endpoint_settings or {}
    model = own.get("model") or ("" if own.get("base_url") else settings.OPENAI_MODEL)
    temperature, limit = own.get("temperature"), own.get("max_output_tokens")
    return {
        "default_model": model,
        "temperature": settings.OPENAI_TEMPERATURE if temperature is None else temperature,
        "max_tokens": limit or settings.OPENAI_MAX_TOKENS,
    }


def endpoint_of(network: Network) -> ChatEndpoint:
    """The endpoint that answers for the network. `InvalidInput` where its host is not allowed any more, `ModelError`
    where its credentials cannot be opened.

    The site's key and headers go to the site's own address only.
    """
    try:
        own = network.endpoint or {}
    except ValueError as error:
        raise ModelError(str(error)) from error
    if own.get("base_url"):
        check_endpoint_url(own["base_url"], attr="network")
        return ChatEndpoint(own["base_url"], api_key=own["api_key"] or None, headers=_pairs(own["headers"]))
    if settings.OPENAI_BASE_URL:
        key = own.get("api_key") or settings.OPENAI_API_KEY
        headers = own.get("headers") or settings.OPENAI_HEADERS
        return ChatEndpoint(settings.OPENAI_BASE_URL, api_key=key or None, headers=_pairs(headers))
    return local_model.endpoint(settings.VAR_DIR)


def _pairs(headers: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(headers.items())


class DialectTable:
    """What one process learned of an endpoint, for all of them. Other settings of the endpoint make another key."""

    def recall(self, endpoint: ChatEndpoint, model: str, schema: str) -> Dialect | None:
        since = timezone.now() - timedelta(seconds=DIALECT_AGE_S)
        found = EndpointDialect.objects.filter(pk=_key(endpoint, model, schema), learned_at__gt=since).first()
        return Dialect.of_json(found.dialect) if found else None

    def keep(self, endpoint: ChatEndpoint, model: str, schema: str, dialect: Dialect) -> None:
        now = timezone.now()
        EndpointDialect.objects.filter(learned_at__lt=now - timedelta(seconds=DIALECT_AGE_S)).delete()
        values = {"dialect": dialect.as_json(), "learned_at": now}
        EndpointDialect.objects.update_or_create(pk=_key(endpoint, model, schema), defaults=values)


DIALECTS = DialectTable()


def _key(endpoint: ChatEndpoint, model: str, schema: str) -> str:
    # Keyed: the key of a small provider could be guessed from a plain digest.
    parts = (endpoint.base_url, endpoint.api_key, endpoint.headers, endpoint.output, model, schema)
    return salted_hmac("endpoint dialect", repr(parts), algorithm="sha256").hexdigest()
