"""An id for each request: in its answer, and beside every line that is logged for it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from experiments.core import log_ids

HEADER = "X-Request-ID"
QUEUES = ("queue_id", "batch_id", "experiment_id")
"""What addresses call the queue that they are about."""


def give_request_id(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware. The ids stay until the thread's next request: a file is made, and the access logged, after this."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        # A proxy's, or a program's own.
        request_id = log_ids.sane(request.headers.get(HEADER)) or uuid4().hex
        log_ids.begin(request=request_id)
        response = get_response(request)
        response[HEADER] = request_id
        return response

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        queue_id = next((kwargs[name] for name in QUEUES if name in kwargs), None)
        if queue_id is not None:
            log_ids.add(queue=queue_id)

    respond.process_view = process_view  # type: ignore[attr-defined]
    return respond
