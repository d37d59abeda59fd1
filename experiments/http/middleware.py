"""What every request and every answer has in common."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from experiments.http import request_body


def no_store(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answers hold other people's mail: no cache keeps one that does not say that it may be kept."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    return answer


def whole_bodies(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Nobody takes a body that cannot be read for none."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        request_body.refuse_without_length(request.META)
        return get_response(request)

    return answer
