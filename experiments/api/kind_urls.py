"""The addresses of the API of a kind, with their description in OpenAPI."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema, extend_schema_view

from experiments.api import comparison, history, items, queues, schema_reading, shares
from experiments.api.base import QueueView, id_name_of_kind
from experiments.kinds import QueueKind


def urls_of_kind(kind: QueueKind) -> Iterator[URLPattern]:
    one = f"{kind.collection}/<uuid:{id_name_of_kind(kind)}>"

    def at(address: str, view: type[QueueView]) -> URLPattern:
        return path(address, view_of_kind(view, kind).as_view())

    yield at(kind.collection, queues.QueueList)
    yield at(one, queues.QueueDetail)
    yield at(f"{one}/rows", items.QueueItems)
    yield at(f"{one}/rows/<int:row_index>", items.QueueItemDetail)
    yield at(f"{one}/rows/correct", items.QueueCorrections)
    yield at(f"{one}/rows/correct/undo", items.QueueCorrectionUndo)
    yield at(f"{one}/pause", queues.QueuePause)
    yield at(f"{one}/resume", queues.QueueResume)
    yield at(f"{one}/cancel", queues.QueueCancel)
    yield at(f"{one}/retry", queues.QueueRetry)
    yield at(f"{one}/results", items.QueueResults)
    yield at(f"{one}/export", items.QueueExport)
    yield at(f"{one}/history", history.QueueHistory)
    yield at(f"{one}/compare", comparison.QueueCompare)
    yield at(f"{one}/shares", shares.QueueShares)
    yield at(f"{one}/shares/<int:share_id>", shares.QueueShareDetail)
    yield at(f"{one}/schema", schema_reading.QueueSchema)
    if "run" in kind.can:
        yield at(f"{one}/run", queues.QueueRun)
    if "duplicate" in kind.can:
        yield at(f"{one}/duplicate", queues.QueueDuplicate)


def view_of_kind(view: type[QueueView], kind: QueueKind) -> type[QueueView]:
    """A subclass of the view for one kind: it has only the methods that the kind offers, with their description."""
    own: dict[str, Any] = {"kind_name": kind.name, "__doc__": view.__doc__, "__module__": view.__module__}
    methods_of_kind = getattr(view, "methods_of_kind", None)
    if methods_of_kind is None:
        return type(view.__name__, (view,), own)
    methods = methods_of_kind(kind)
    subclass = type(view.__name__, (view,), {**own, "http_method_names": [*methods, "head", "options"]})
    return extend_schema_view(**{name: extend_schema(**described) for name, described in methods.items()})(subclass)
