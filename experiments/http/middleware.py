"""Middleware for every request and response."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from experiments.http.request_body import NO_ROOM, LengthRequired, has_no_length

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def no_store(get_response: GetResponse) -> GetResponse:
    """Responses hold other people's mail: no cache keeps one unless it says that it may be kept."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    return respond


class CompressPages(GZipMiddleware):
    """Pages and their fragments get smaller on the way: a page of rows a sixth. Django pads them, so that their length
    does not tell what is in them. Files are sent as they are made; compressing them would take longer than sending."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


def room_for_writes(get_response: GetResponse) -> GetResponse:
    """Gives up what is kept back on a full disk before a request that writes, so that people can log in and delete."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        reserve = settings.DISK_SPACE.reserve
        if reserve is not None and request.method not in ("GET", "HEAD", "OPTIONS"):
            reserve.give_up_when_full()
        return get_response(request)

    return respond


def require_body_length(get_response: GetResponse) -> GetResponse:
    """Rejects a body whose length is unknown: Django would read it as an empty one.

    Raises `LengthRequired`, or `NoRoom`.
    """

    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.META.get(NO_ROOM):
            raise settings.DISK_SPACE.when_full()
        if has_no_length(request.META):
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
            raise LengthRequired(
                f"Couldn’t read the chunked body: it broke off or is larger than {limit} MB. "
                "Send it with a Content-Length."
            )
        return get_response(request)

    return respond
