"""Middleware that knows who asks, for what is written down of it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from experiments.core.actor import Actor, acting
from experiments.core.choices import Channel
from experiments.http.client_address import client_ip

CHANNELS = {"api": Channel.API, "run": Channel.API, "admin": Channel.ADMIN}
"""By the first part of the address."""


def remember_actor(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def respond(request: HttpRequest) -> HttpResponseBase:
        with acting(lambda: _actor_of(request)):
            return get_response(request)

    return respond


def _actor_of(request: HttpRequest) -> Actor:
    root = request.path_info.lstrip("/").partition("/")[0]
    user = request.user
    return Actor(
        channel=CHANNELS.get(root, Channel.BROWSER),
        user_id=user.pk,
        name=user.get_username(),
        address=client_ip(request),
    )
