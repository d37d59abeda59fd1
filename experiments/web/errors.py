"""Answers to requests that no view answered: a page for people, the API's own form for programs."""

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from experiments.api.errors import body_too_large
from experiments.http.request_body import LengthRequired, TruncatedBody

CODES = {
    400: "bad_request",
    403: "permission_denied",
    404: "not_found",
    411: "length_required",
    413: "too_large",
    500: "error",
}
API_ROOTS = ("api", "run")


def _is_api(request: HttpRequest) -> bool:
    return request.path.lstrip("/").partition("/")[0] in API_ROOTS


def _answer(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    if not _is_api(request):
        return render(request, "error.html", {"status": status, "detail": detail}, status=status)
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
    return _answer(request, 400, "The request cannot be read.")


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    said = str(exception or "") if isinstance(exception, PermissionDenied) else ""
    return _answer(request, 403, said or "This is not allowed. If you sent a form, reload its page and send it again.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, "There is nothing here, or it is not yours.")


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, "Something went wrong here. It was logged.")
