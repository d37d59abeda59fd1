"""What every page has in common: who may open it, page or fragment, and errors as a sentence on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from experiments.core.errors import Problems, WorkbenchError

P = ParamSpec("P")


class PageRequest(HttpRequest):
    """A request as the middleware hands it on."""

    htmx: HtmxDetails
    user: Any


View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def signed_in(view: View[P]) -> View[P]:
    """For signed-in people; others log in first and come back. What it answers is kept by no cache."""

    @wraps(view)
    def guarded(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _log_in_first(request)
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        # One address answers with a page or with a fragment of it.
        patch_vary_headers(response, ["HX-Request"])
        return response

    return guarded


def _log_in_first(request: PageRequest) -> HttpResponseBase:
    if request.htmx:
        # A fragment's place is no place for a login form: the browser goes there as a whole.
        back = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(f"{resolve_url('login')}?{urlencode({'next': back})}")
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")


def wants_fragment(request: PageRequest) -> bool:
    """Whether htmx asks for a part; when it goes back in the history it asks for the whole."""
    return bool(request.htmx) and not request.htmx.history_restore_request


@contextmanager
def errors_as_messages(request: HttpRequest) -> Iterator[None]:
    """An error that a user can act on becomes a message on the next page."""
    try:
        yield
    except WorkbenchError as error:
        for one in error.errors if isinstance(error, Problems) else [error]:
            messages.error(request, one.detail)
