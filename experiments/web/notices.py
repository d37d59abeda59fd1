"""A user's webhooks and mails: made and changed, and what was sent."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from experiments.core.choices import NOTICED, DeliveryState, NoticeWay
from experiments.core.errors import InvalidInput
from experiments.core.labels import DELIVERY_STATES, NOTICE_EVENTS, TRIED_AGAIN, StatusLabel
from experiments.kinds import kind_of
from experiments.models import Delivery, Subscription
from experiments.models.notices import DEFAULT_PERCENT, URL_CHARS
from experiments.selectors import notices
from experiments.services import subscriptions
from experiments.web.base_form import BaseForm
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in

SECTION = "notifications"


class EventsForm(BaseForm):
    events = forms.MultipleChoiceField(
        choices=[(one.value, NOTICE_EVENTS[one]) for one in NOTICED],
        initial=[one.value for one in NOTICED],
        error_messages={"required": "Choose at least one event."},
    )
    failure_percent = forms.IntegerField(
        min_value=1, max_value=100, initial=DEFAULT_PERCENT, label="Too many failures, from", help_text="% of rows"
    )


class MailForm(EventsForm):
    """Without an event: no mails."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["events"].required = False


class WebhookForm(EventsForm):
    """`all_users` is for staff only. `is_active` is a question once it is there."""

    url = forms.CharField(
        max_length=URL_CHARS,
        label="URL",
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://example.com/hooks/batches"}),
    )
    all_users = forms.BooleanField(required=False, label="Also batches and experiments of other people")
    is_active = forms.BooleanField(required=False, label="Active")

    def __init__(self, *args: Any, is_staff: bool, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_staff:
            del self.fields["all_users"]
        if is_new:
            del self.fields["is_active"]


@dataclass(frozen=True)
class DeliveryLine:
    """A line of the log. `queue_name` is empty where the queue is gone, or it was a test."""

    delivery: Delivery
    event: str
    label: StatusLabel
    queue_name: str
    address: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def subscription_list(request: PageRequest) -> HttpResponse:
    """The list. The secret of a new webhook is only in the answer to its form."""
    options = {"is_staff": request.user.is_staff, "is_new": True}
    if request.method != "POST":
        return _list(request, WebhookForm(**options))
    form = WebhookForm(request.POST, **options)
    if not form.is_valid():
        return _list(request, form, status=400)
    try:
        made, secret = subscriptions.create(user=request.user, way=NoticeWay.WEBHOOK, values=form.cleaned_data)
    except InvalidInput as error:
        form.add_error(_field_of(error, form), error.detail)
        return _list(request, form, status=400)
    return _page(request, made, secret=secret)


@require_POST
@signed_in
def set_mail(request: PageRequest) -> HttpResponse:
    """Mails about the chosen events; about none: no mails."""
    form = MailForm(request.POST)
    if not form.is_valid():
        return _list(request, None, mail_form=form, status=400)
    mails = notices.mails_of(request.user).first()
    with errors_as_messages(request):
        if form.cleaned_data["events"]:
            values = {**form.cleaned_data, "is_active": True}
            subscriptions.create(user=request.user, way=NoticeWay.EMAIL, values=values)
            messages.success(request, "Saved. Mails go to your address.")
        elif mails:
            subscriptions.delete(subscription=mails)
            messages.success(request, "Saved. You get no mails.")
    return HttpResponseRedirect(reverse("experiments:notifications"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def subscription_page(request: PageRequest, subscription_id: UUID) -> HttpResponse:
    """Its settings and its log."""
    found = _own(request, subscription_id)
    if request.method != "POST":
        return _page(request, found)
    form = _form_of(found, request)
    if form.is_valid():
        try:
            subscriptions.change(subscription=found, values=form.cleaned_data)
            messages.success(request, "Saved.")
            return HttpResponseRedirect(_address(found))
        except InvalidInput as error:
            form.add_error(_field_of(error, form), error.detail)
    return _page(request, found, form=form, status=400)


@require_POST
@signed_in
def new_secret(request: PageRequest, subscription_id: UUID) -> HttpResponse:
    """Replaces the secret of a webhook; the new one is only in this answer."""
    found = _own(request, subscription_id)
    if found.way != NoticeWay.WEBHOOK:
        raise Http404
    return _page(request, found, secret=subscriptions.new_secret_of(subscription=found))


@require_POST
@signed_in
def send_test(request: PageRequest, subscription_id: UUID) -> HttpResponse:
    found = _own(request, subscription_id)
    with errors_as_messages(request):
        subscriptions.send_test(subscription=found)
        messages.success(request, "A test event is on its way.")
    return HttpResponseRedirect(_address(found))


@require_POST
@signed_in
def delete(request: PageRequest, subscription_id: UUID) -> HttpResponse:
    subscriptions.delete(subscription=_own(request, subscription_id))
    messages.success(request, "Deleted.")
    return HttpResponseRedirect(reverse("experiments:notifications"))


@require_POST
@signed_in
def replay(request: PageRequest, subscription_id: UUID, delivery_id: int) -> HttpResponse:
    found = _own(request, subscription_id)
    if subscriptions.replay(subscription=found, delivery_id=delivery_id) is None:
        raise Http404
    messages.success(request, "The event is sent again.")
    return HttpResponseRedirect(_address(found))


def _own(request: PageRequest, subscription_id: UUID) -> Subscription:
    found = notices.own(request.user, subscription_id)
    if found is None:
        raise Http404
    return found


def _address(subscription: Subscription) -> str:
    return reverse("experiments:subscription", args=[subscription.pk])


def _field_of(error: InvalidInput, form: forms.Form) -> str | None:
    return error.attr if error.attr in form.fields else None


def _form_of(subscription: Subscription, request: PageRequest, *, is_new: bool = False) -> EventsForm:
    names = ("url", "events", "failure_percent", "all_users", "is_active")
    values: dict[str, Any] = {"initial": {name: getattr(subscription, name) for name in names}}
    if request.method == "POST" and not is_new:
        values["data"] = request.POST
    if subscription.way == NoticeWay.EMAIL:
        return EventsForm(**values)
    return WebhookForm(is_staff=request.user.is_staff, is_new=False, **values)


def _list(
    request: PageRequest, form: WebhookForm | None, *, mail_form: MailForm | None = None, status: int = 200
) -> HttpResponse:
    mails = notices.mails_of(request.user).first()
    initial = {"events": mails.events, "failure_percent": mails.failure_percent} if mails else {"events": []}
    context = {
        "form": form or WebhookForm(is_staff=request.user.is_staff, is_new=True),
        "mail_form": mail_form or MailForm(initial=initial),
        "mails": mails,
        "mail_problem": subscriptions.mail_problem(request.user),
        "webhooks": [(one, _label_of_last(one)) for one in notices.webhooks_of(request.user.pk)],
        "hosts": _hosts_in_words(),
        "section": SECTION,
    }
    return render(request, "experiments/notices/list.html", context, status=status)


def _page(
    request: PageRequest,
    subscription: Subscription,
    *,
    form: EventsForm | None = None,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    before = request.GET.get("before", "")
    log, older = notices.deliveries_of(subscription, before=int(before) if before.isdecimal() else None)
    queues = notices.queues_of(log)
    context = {
        "subscription": subscription,
        "host": urlsplit(subscription.url).netloc,
        "form": form or _form_of(subscription, request, is_new=True),
        "secret": secret,
        "lines": [_line(one, queues.get(one.queue_id)) for one in log],
        "older": older,
        "section": SECTION,
    }
    return render(request, "experiments/notices/page.html", context, status=status)


def _line(delivery: Delivery, queue: Any) -> DeliveryLine:
    return DeliveryLine(
        delivery=delivery,
        event=NOTICE_EVENTS[delivery.event],  # type: ignore[index]
        label=_label(delivery.state, delivery.error),
        queue_name=queue.name if queue else "",
        address=kind_of(queue).address(queue.pk) if queue else "",
    )


def _label(state: str, error: str) -> StatusLabel:
    return TRIED_AGAIN if state == DeliveryState.WAITING and error else DELIVERY_STATES[DeliveryState(state)]


def _label_of_last(webhook: Any) -> StatusLabel | None:
    return _label(webhook.last_state, webhook.last_error) if webhook.last_state else None


def _hosts_in_words() -> str:
    """Which hosts a webhook may name."""
    if settings.WEBHOOK_HOSTS:
        return ", ".join(settings.WEBHOOK_HOSTS[:10])
    return "this machine" if settings.RUN_HOSTS_LOOPBACK else ""
