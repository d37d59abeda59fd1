"""The addresses of a kind's API, with their description."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema, extend_schema_view

from experiments.api import items, queues
from experiments.api.base import QueueView, place_of
from experiments.kinds import QueueKind


def of_kind(kind: QueueKind) -> Iterator[URLPattern]:
    collection, can = kind.collection, kind.can
    one = f"{collection}/<uuid:{place_of(kind)}>"

    def at(address: str, view: type[QueueView]) -> URLPattern:
        return path(address, _for_kind(view, kind).as_view())

    yield at(collection, queues.QueueList)
    yield at(one, queues.QueueDetail)
    yield at(f"{one}/rows", items.QueueItems)
    yield at(f"{one}/rows/<int:row_index>", items.QueueItemDetail)
    yield at(f"{one}/pause", queues.QueuePause)
    yield at(f"{one}/resume", queues.QueueResume)
    yield at(f"{one}/cancel", queues.QueueCancel)
    yield at(f"{one}/retry", queues.QueueRetry)
    yield at(f"{one}/results", items.QueueResults)
    yield at(f"{one}/export", items.QueueExport)
    if "run" in can:
        yield at(f"{one}/run", queues.QueueRun)
    if "duplicate" in can:
        yield at(f"{one}/duplicate", queues.QueueDuplicate)


def _for_kind(view: type[QueueView], kind: QueueKind) -> type[QueueView]:
    """The view for one kind: it answers only the calls that the kind has, and is described with its shapes."""
    own: dict[str, Any] = {"kind_name": kind.name, "__doc__": view.__doc__, "__module__": view.__module__}
    described = getattr(view, "described", None)
    if described is None:
        return type(view.__name__, (view,), own)
    methods = described(kind)
    names = [*methods, "head", "options"]
    found = type(view.__name__, (view,), {**own, "http_method_names": names})
    return extend_schema_view(**{name: extend_schema(**given) for name, given in methods.items()})(found)
