"""What every route of the site answers, to whom. A route that is not in here fails the tests.

The people, in this order: the owner of what the address names, another user, somebody who is not logged in, staff, and
a program with the owner's token; then, where it can be shared, an editor and a viewer with whom it is. Elsewhere these
are other users. A number is the status; `LOGIN` leads to the login. POST sends nothing but the form's CSRF token, or an
empty JSON object.
"""

from dataclasses import dataclass

LOGIN = 302, "/login/"
Answer = int | tuple[int, str]
Answers = tuple[Answer, ...]
WHO = ("owner", "other", "anonymous", "staff", "token", "editor", "viewer")
FORBIDDEN = 403


@dataclass(frozen=True)
class Route:
    """`on` names the batch or experiment that the address is about."""

    get: Answers
    post: Answers
    on: str = "done"


def everybody(status: int) -> Answers:
    return (status,) * 5


def signed_in(status: int) -> Answers:
    return (status, status, LOGIN, status, LOGIN)


def private(status: int) -> Answers:
    """Of what can't be shared."""
    return (status, 404, LOGIN, status, LOGIN)


def own(status: int) -> Answers:
    """Of what is one's own, and is not shown to staff either."""
    return (status, 404, LOGIN, 404, LOGIN)


def owned(status: int) -> Answers:
    """Read: by all with whom it is shared."""
    return (*private(status), status, status)


def changed(status: int, viewer: int = FORBIDDEN) -> Answers:
    return (*private(status), status, viewer)


def by_owner(status: int) -> Answers:
    return (*private(status), FORBIDDEN, FORBIDDEN)


def step(status: int) -> Answers:
    """Of the set-up of a draft: who only sees the draft is led to its page."""
    return (*private(status), status, 302)


def by_staff(status: int, others: int) -> Answers:
    return (others, others, LOGIN, status, LOGIN)


def api(status: int) -> Answers:
    return (status, status, 401, status, status)


def api_private(status: int) -> Answers:
    return (status, 404, 401, status, status)


def api_own(status: int) -> Answers:
    return (status, 404, 401, 404, status)


def api_owned(status: int) -> Answers:
    return (*api_private(status), status, status)


def api_changed(status: int, viewer: int = FORBIDDEN) -> Answers:
    return (*api_private(status), status, viewer)


def api_by_owner(status: int) -> Answers:
    return (*api_private(status), FORBIDDEN, FORBIDDEN)


def api_by_staff(status: int) -> Answers:
    return (403, 403, 401, status, 403)


NOT_SO = everybody(405)
API_NOT_SO: Answers = (405, 405, 401, 405, 405)
BATCH = "csv-batch/<uuid:batch_id>/"
QUEUE = "<kind:kind>/<uuid:queue_id>/"
ROW = f"{QUEUE}row/<int:row_index>/"
EXPERIMENT = "experiments/<uuid:queue_id>/"
API_BATCH = "api/csv_batches/<uuid:batch_id>"
SUBSCRIPTION = "notifications/<uuid:subscription_id>/"
API_SUBSCRIPTION = "api/subscriptions/<uuid:subscription_id>"
API_EXPERIMENT = "api/experiments/<uuid:experiment_id>"

PAGES = {
    "": Route(everybody(302), everybody(302)),
    "login/": Route(everybody(200), everybody(200)),
    "logout/": Route(everybody(405), everybody(302)),
    "health/live": Route(everybody(200), NOT_SO),
    "health/ready": Route(everybody(503), NOT_SO),
    # They ask from this machine, and no token is set.
    "metrics": Route(everybody(200), NOT_SO),
    "tokens/": Route(signed_in(200), signed_in(400)),
    "tokens/<int:token_id>/revoke/": Route(NOT_SO, (302, 404, LOGIN, 404, LOGIN)),
    "notifications/": Route(signed_in(200), signed_in(400)),
    "notifications/mail/": Route(NOT_SO, signed_in(400)),
    SUBSCRIPTION: Route(own(200), own(400)),
    f"{SUBSCRIPTION}secret/": Route(NOT_SO, own(200)),
    f"{SUBSCRIPTION}test/": Route(NOT_SO, own(302)),
    f"{SUBSCRIPTION}delete/": Route(NOT_SO, own(302)),
    f"{SUBSCRIPTION}deliveries/<int:delivery_id>/replay/": Route(NOT_SO, own(302)),
    "password/": Route(signed_in(200), signed_in(400)),
    "networks/": Route(signed_in(200), NOT_SO),
    "networks/new/": Route(by_staff(200, 403), by_staff(400, 403)),
    "networks/<int:pk>/": Route(signed_in(200), NOT_SO),
    "networks/<int:pk>/edit/": Route(by_staff(200, 302), by_staff(400, 403)),
    "networks/<int:pk>/fields/": Route(by_staff(200, 403), by_staff(200, 403)),
    "networks/<int:pk>/delete/": Route(by_staff(200, 403), by_staff(409, 403)),
    "networks/<int:pk>/end-hold/": Route(NOT_SO, by_staff(302, 403)),
    "networks/<int:pk>/try/": Route(everybody(302), signed_in(302)),
    "networks/<int:pk>/test/": Route(NOT_SO, signed_in(302)),
    "networks/<int:pk>/try/<uuid:call_id>/": Route(private(200), NOT_SO),
    "runs/": Route(signed_in(200), NOT_SO),
    "runs/<path:trace_id>/": Route(owned(200), NOT_SO),
    "<kind:kind>/": Route(signed_in(200), NOT_SO),
    "<kind:kind>/differences/": Route(signed_in(200), NOT_SO),
    "<kind:kind>/differences/csv/": Route(signed_in(404), NOT_SO),
    "<kind:kind>/differences/row/<int:row_index>/": Route(signed_in(404), NOT_SO),
    "<kind:kind>/delete/": Route(signed_in(302), signed_in(302)),
    "<kind:kind>/exports/": Route(signed_in(302), NOT_SO),
    "<kind:kind>/share/": Route(signed_in(302), signed_in(302)),
    QUEUE: Route(owned(200), NOT_SO),
    f"{QUEUE}pause/": Route(NOT_SO, changed(302)),
    f"{QUEUE}resume/": Route(NOT_SO, changed(302)),
    f"{QUEUE}cancel/": Route(NOT_SO, changed(302)),
    f"{QUEUE}retry/": Route(NOT_SO, changed(302)),
    f"{QUEUE}selected/": Route(NOT_SO, changed(302)),
    f"{QUEUE}pace/": Route(NOT_SO, changed(302)),
    f"{QUEUE}grid/": Route(NOT_SO, owned(204)),
    f"{QUEUE}test/": Route(NOT_SO, changed(302)),
    f"{QUEUE}limits/": Route(NOT_SO, changed(302)),
    f"{QUEUE}views/": Route(NOT_SO, owned(302)),
    f"{QUEUE}views/<int:view_id>/delete/": Route(NOT_SO, (302, 404, LOGIN, 404, LOGIN, 404, 404)),
    f"{QUEUE}duplicate/": Route(NOT_SO, owned(302)),
    f"{QUEUE}rename/": Route(changed(200), changed(400)),
    f"{QUEUE}share/": Route(by_owner(200), by_owner(400)),
    f"{QUEUE}delete/": Route(by_owner(200), by_owner(302)),
    f"{QUEUE}correct/": Route(changed(200), changed(400)),
    f"{QUEUE}correct/undo/": Route(NOT_SO, changed(302)),
    f"{QUEUE}results/": Route(owned(200), NOT_SO),
    f"{QUEUE}export/": Route(owned(200), NOT_SO),
    f"{QUEUE}history/": Route(owned(200), NOT_SO),
    ROW: Route(owned(200), NOT_SO),
    f"{ROW}page/": Route(owned(200), NOT_SO),
    f"{ROW}retry/": Route(NOT_SO, changed(302)),
    f"{ROW}correct/": Route(NOT_SO, changed(200)),
    "csv-batch/new/": Route(signed_in(200), signed_in(400)),
    "csv-batch/new/sample/": Route(NOT_SO, signed_in(302)),
    "csv-batch/new/template/<slug:key>/": Route(NOT_SO, signed_in(302)),
    "csv-batch/new/discard/": Route(NOT_SO, signed_in(302)),
    f"{BATCH}upload/": Route(step(200), changed(400), "draft"),
    f"{BATCH}upload/options/": Route(NOT_SO, changed(400), "draft"),
    f"{BATCH}rejects.csv": Route(owned(200), NOT_SO, "draft"),
    f"{BATCH}manifest.json": Route(owned(200), NOT_SO, "draft"),
    f"{BATCH}upload/names/": Route(NOT_SO, changed(302), "draft"),
    f"{BATCH}upload/discard/": Route(NOT_SO, changed(302), "draft"),
    f"{BATCH}map/": Route(step(200), changed(409), "draft"),
    f"{BATCH}prompt/": Route(step(200), changed(302), "draft"),
    f"{BATCH}prompt/tokens/": Route(step(200), NOT_SO, "draft"),
    f"{BATCH}schema/": Route(step(200), changed(200), "draft"),
    f"{BATCH}schema/import/": Route(NOT_SO, changed(200), "draft"),
    f"{BATCH}undo/": Route(NOT_SO, changed(302), "draft"),
    f"{BATCH}review/": Route(step(200), changed(200), "draft"),
    f"{BATCH}review/try/": Route(step(302), changed(200), "draft"),
    f"{BATCH}review/empty/": Route(owned(200), NOT_SO, "draft"),
    f"{BATCH}review/start/": Route(step(302), changed(200), "draft"),
    f"{BATCH}reset/": Route(step(200), changed(302), "draft"),
    f"{BATCH}new-file/": Route(NOT_SO, owned(302)),
    f"{BATCH}append/": Route(changed(200), changed(400)),
    f"{BATCH}change/": Route(NOT_SO, changed(302)),
    f"{BATCH}review/apply/": Route(step(302), changed(302), "draft"),
    f"{BATCH}experiment/": Route(NOT_SO, owned(302)),
    "experiments/new/": Route(signed_in(200), signed_in(422)),
    "experiments/compare/": Route(signed_in(200), NOT_SO),
    f"{EXPERIMENT}set-up/": Route(step(200), changed(422), "experiment draft"),
    f"{EXPERIMENT}set-up/fields/": Route(step(200), changed(200), "experiment draft"),
    f"{EXPERIMENT}set-up/file/": Route(step(200), changed(422), "experiment draft"),
    f"{EXPERIMENT}set-up/map/": Route(step(200), changed(409), "experiment draft"),
    f"{EXPERIMENT}set-up/prompt/": Route(step(200), changed(302), "experiment draft"),
    f"{EXPERIMENT}set-up/prompt/placeholders/": Route(step(200), NOT_SO, "experiment draft"),
    f"{EXPERIMENT}set-up/item/": Route(NOT_SO, changed(422), "experiment draft"),
    f"{EXPERIMENT}score/": Route(owned(200), NOT_SO, "experiment"),
    f"{EXPERIMENT}scoring/": Route(changed(200), changed(422), "experiment"),
}
API = {
    "run": Route((405, 405, 401, 405, 405), (422, 422, 401, 422, 422)),
    "^api(/.*)?$": Route(everybody(404), everybody(404)),
    "api/schema": Route(everybody(200), NOT_SO),
    "api/docs": Route(everybody(200), NOT_SO),
    "api/networks": Route(api(200), api_by_staff(400)),
    "api/networks/<int:pk>": Route(api(200), api_by_staff(405)),
    "api/networks/<int:pk>/end-hold": Route(API_NOT_SO, api_by_staff(202)),
    "api/networks/<int:pk>/try": Route(API_NOT_SO, api(400)),
    "api/networks/<int:pk>/try/<uuid:call_id>": Route(api_private(200), API_NOT_SO),
    "api/subscriptions": Route(api(200), api(400)),
    API_SUBSCRIPTION: Route(api_own(200), API_NOT_SO),
    f"{API_SUBSCRIPTION}/test": Route(API_NOT_SO, api_own(202)),
    f"{API_SUBSCRIPTION}/deliveries": Route(api_own(200), API_NOT_SO),
    f"{API_SUBSCRIPTION}/deliveries/<int:delivery_id>/replay": Route(API_NOT_SO, api_own(202)),
    "api/usage": Route(api(200), API_NOT_SO),
    "api/runs": Route(api(200), API_NOT_SO),
    "api/runs/<path:trace_id>": Route(api_owned(200), API_NOT_SO),
    "api/csv_batches": Route(api(200), api(400)),
    "api/csv_batches/manifest": Route(API_NOT_SO, api(415)),
    "api/csv_batches/manifest/schema": Route(everybody(200), NOT_SO),
    API_BATCH: Route(api_owned(200), API_NOT_SO),
    f"{API_BATCH}/rows": Route(api_owned(200), api_changed(400)),
    f"{API_BATCH}/rows/<int:row_index>": Route(api_owned(200), API_NOT_SO),
    f"{API_BATCH}/rows/correct": Route(api_owned(200), api_changed(400)),
    f"{API_BATCH}/rows/correct/undo": Route(API_NOT_SO, api_changed(409)),
    f"{API_BATCH}/pause": Route(API_NOT_SO, api_changed(409)),
    f"{API_BATCH}/resume": Route(API_NOT_SO, api_changed(409)),
    f"{API_BATCH}/cancel": Route(API_NOT_SO, api_changed(409)),
    f"{API_BATCH}/retry": Route(API_NOT_SO, api_changed(202)),
    f"{API_BATCH}/results": Route(api_owned(200), API_NOT_SO),
    f"{API_BATCH}/export": Route(api_owned(200), API_NOT_SO),
    f"{API_BATCH}/schema": Route(API_NOT_SO, api_owned(400), "draft"),
    f"{API_BATCH}/history": Route(api_owned(200), API_NOT_SO),
    f"{API_BATCH}/compare": Route(api_owned(400), API_NOT_SO),
    f"{API_BATCH}/shares": Route(api_by_owner(200), api_by_owner(400)),
    f"{API_BATCH}/shares/<int:share_id>": Route(API_NOT_SO, API_NOT_SO),
    f"{API_BATCH}/run": Route(API_NOT_SO, api_changed(409)),
    f"{API_BATCH}/duplicate": Route(API_NOT_SO, api_owned(201)),
    f"{API_BATCH}/rejects": Route(api_owned(200), API_NOT_SO, "draft"),
    f"{API_BATCH}/append": Route(API_NOT_SO, api_changed(400)),
    f"{API_BATCH}/revise": Route(API_NOT_SO, api_changed(400)),
    f"{API_BATCH}/revisions": Route(api_owned(200), API_NOT_SO),
    f"{API_BATCH}/upload": Route(API_NOT_SO, api_changed(415), "draft"),
    f"{API_BATCH}/manifest": Route(api_owned(200), API_NOT_SO, "draft"),
    f"{API_BATCH}/preview": Route(API_NOT_SO, api_owned(200), "draft"),
    f"{API_BATCH}/try": Route(api_owned(200), api_changed(202), "draft"),
    f"{API_BATCH}/experiment": Route(API_NOT_SO, api_owned(201)),
    "api/experiments": Route(api(200), api(400)),
    API_EXPERIMENT: Route(api_owned(200), API_NOT_SO, "experiment"),
    f"{API_EXPERIMENT}/rows": Route(api_owned(200), API_NOT_SO, "experiment"),
    f"{API_EXPERIMENT}/rows/<int:row_index>": Route(api_owned(200), API_NOT_SO, "experiment"),
    f"{API_EXPERIMENT}/rows/correct": Route(api_owned(200), api_changed(400), "experiment"),
    f"{API_EXPERIMENT}/rows/correct/undo": Route(API_NOT_SO, api_changed(409), "experiment"),
    f"{API_EXPERIMENT}/pause": Route(API_NOT_SO, api_changed(409), "experiment"),
    f"{API_EXPERIMENT}/resume": Route(API_NOT_SO, api_changed(409), "experiment"),
    f"{API_EXPERIMENT}/cancel": Route(API_NOT_SO, api_changed(409), "experiment"),
    f"{API_EXPERIMENT}/retry": Route(API_NOT_SO, api_changed(202), "experiment"),
    f"{API_EXPERIMENT}/results": Route(api_owned(200), API_NOT_SO, "experiment"),
    f"{API_EXPERIMENT}/export": Route(api_owned(200), API_NOT_SO, "experiment"),
    f"{API_EXPERIMENT}/schema": Route(API_NOT_SO, api_owned(400), "experiment"),
    f"{API_EXPERIMENT}/history": Route(api_owned(200), API_NOT_SO, "experiment"),
    f"{API_EXPERIMENT}/compare": Route(api_owned(400), API_NOT_SO, "experiment"),
    f"{API_EXPERIMENT}/shares": Route(api_by_owner(200), api_by_owner(400), "experiment"),
    f"{API_EXPERIMENT}/shares/<int:share_id>": Route(API_NOT_SO, API_NOT_SO, "experiment"),
    f"{API_EXPERIMENT}/run": Route(API_NOT_SO, api_changed(409), "experiment"),
    f"{API_EXPERIMENT}/duplicate": Route(API_NOT_SO, api_owned(201), "experiment"),
    f"{API_EXPERIMENT}/upload": Route(API_NOT_SO, api_changed(415), "experiment draft"),
    f"{API_EXPERIMENT}/items": Route(API_NOT_SO, api_changed(400), "experiment draft"),
    f"{API_EXPERIMENT}/score": Route(api_owned(200), API_NOT_SO, "experiment"),
    f"{API_EXPERIMENT}/score/compare": Route(api_owned(400), API_NOT_SO, "experiment"),
}
ROUTES = {**PAGES, **API}

# The admin: what it knows, and whether more than looking is offered; what is kept there is deleted elsewhere.
ADMIN = {
    "experiments/network": "kept",
    "csv_batches/csvbatch": "seen",
    "experiments/experiment": "seen",
    "experiments/queue": "seen",
    "experiments/queueitem": "seen",
    "experiments/run": "seen",
    "experiments/networkcall": "seen",
    "experiments/lane": "seen",
    "experiments/workerlease": "seen",
    "experiments/workerprocess": "seen",
    "experiments/apitoken": "seen",
    "experiments/auditentry": "seen",
    "auth/group": "edited",
    "auth/user": "edited",
    "django_q/schedule": "edited",
    "django_q/success": "edited",
    "django_q/failure": "edited",
    "django_q/ormq": "edited",
    "axes/accessattempt": "edited",
    "axes/accesslog": "edited",
    "axes/accessfailurelog": "edited",
}
ADMIN_VIEWS = ("", "add/", "<path:object_id>/history/", "<path:object_id>/delete/", "<path:object_id>/change/")
ADMIN_MODELS = [f"admin/{model}/{view}" for model in ADMIN for view in (*ADMIN_VIEWS, "<path:object_id>/")]
APPS_OF_ADMIN = "^(?P<app_label>django_q|axes|auth|experiments|csv_batches|third_kind)/$"
ADMIN_OTHERS = {
    "admin/": 200,
    "admin/login/": 302,
    "admin/logout/": 405,
    "admin/password_change/": 200,
    "admin/password_change/done/": 200,
    "admin/autocomplete/": 403,
    "admin/jsi18n/": 200,
    "admin/r/<path:content_type_id>/<path:object_id>/": 404,
    "admin/auth/user/<id>/password/": 200,
    f"admin/{APPS_OF_ADMIN}": 200,
    "admin/(?P<url>.*)$": 404,
}
