"""What all views of pages share: login, page or fragment, and errors as messages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import get_script_prefix
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from experiments.core.errors import Problems, WorkbenchError

P = ParamSpec("P")


class PageRequest(HttpRequest):
    """A request as our middleware leaves it."""

    htmx: HtmxDetails
    user: Any


View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def signed_in(view: View[P]) -> View[P]:
    """For signed-in people; others log in first and come back. No cache keeps the answer."""

    @wraps(view)
    def guarded(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _redirect_to_login_page(request)
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        # The same address answers with a page or with a fragment of it.
        patch_vary_headers(response, ["HX-Request"])
        return response

    return guarded


def _redirect_to_login_page(request: PageRequest) -> HttpResponseBase:
    if request.htmx:
        # Otherwise htmx would put the login form in the place of the fragment.
        back = request.htmx.current_url_abs_path or get_script_prefix()
        return HttpResponseClientRedirect(f"{resolve_url('login')}?{urlencode({'next': back})}")
    comes_back = request.method in ("GET", "HEAD")
    return redirect_to_login(request.get_full_path() if comes_back else get_script_prefix())


def wants_fragment(request: PageRequest) -> bool:
    """Whether htmx asks for a part of the page; going back in the history it asks for the whole."""
    return bool(request.htmx) and not request.htmx.history_restore_request


@contextmanager
def errors_as_messages(request: HttpRequest) -> Iterator[None]:
    """Errors that a user can act on become messages on the next page."""
    try:
        yield
    except WorkbenchError as error:
        for one in error.errors if isinstance(error, Problems) else [error]:
            messages.error(request, one.detail)
