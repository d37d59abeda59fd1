"""Django's error handlers: a page for people; under `API_ROOTS` JSON in the format of the API."""

import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from rest_framework.exceptions import APIException

from experiments.api.errors import body_too_large
from experiments.core.choices import ErrorCode
from experiments.core.disk_space import is_disk_full
from experiments.core.errors import NoRoom
from experiments.http.page_time import is_out_of_time
from experiments.http.request_body import LengthRequired, TruncatedBody

CODES = {
    400: ErrorCode.BAD_REQUEST,
    403: ErrorCode.PERMISSION_DENIED,
    404: ErrorCode.NOT_FOUND,
    411: ErrorCode.LENGTH_REQUIRED,
    413: ErrorCode.TOO_LARGE,
    500: APIException.default_code,
    507: ErrorCode.NO_SPACE,
}
API_ROOTS = ("api", "run")
OUT_OF_TIME = "This page took too long to load. Try again, or narrow your search."


def _answer(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    if request.path_info.lstrip("/").partition("/")[0] not in API_ROOTS:
        template = "not_found.html" if status == 404 else "error.html"
        return render(request, template, {"status": status, "detail": detail}, status=status)
    kind = "server_error" if status >= 500 else "client_error"
    error = {"code": CODES[status], "detail": detail, "attr": None}
    return JsonResponse({"type": kind, "errors": [error]}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _answer(request, 413, body_too_large(exception))
    if isinstance(exception, LengthRequired):
        return _answer(request, 411, str(exception))
    if isinstance(exception, TruncatedBody):
        return _answer(request, 400, str(exception))
    return _answer(request, 400, "The request couldn’t be read.")


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    why = str(exception) if isinstance(exception, PermissionDenied) else ""
    return _answer(request, 403, why or "You don’t have access. If you sent a form, reload its page and send it again.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, "Page not found, or you don’t have access.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the exception. Those of a full disk say what to do, wherever they came up."""
    error = sys.exception()
    if is_disk_full(error):
        error = settings.DISK_SPACE.when_full()
    if isinstance(error, NoRoom):
        return _answer(request, error.status, error.detail)
    return _answer(request, 500, "Something went wrong. The error was logged.")


def answer_out_of_time(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware: a sentence where the database took longer than a page waits, `PAGE_TIMEOUT_MS`."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not is_out_of_time(exception):
            return None
        return render(request, "error.html", {"status": 503, "detail": OUT_OF_TIME}, status=503)

    respond.process_exception = process_exception  # type: ignore[attr-defined]
    return respond
