import re
from typing import Any

from django.urls import path, register_converter

from experiments.kinds import QueueKind, kinds_by_title
from experiments.web import api_tokens, health, notices, password
from experiments.web.comparison import views as comparison_views
from experiments.web.metrics.views import metrics
from experiments.web.network import call_views
from experiments.web.network import views as network_views
from experiments.web.queue import correct_rows, history, row_views, saved_views
from experiments.web.queue import views as queue_views
from experiments.web.queue_list import shares
from experiments.web.queue_list import views as list_views
from experiments.web.run import views as run_views

KINDS = {kind.slug: kind for kind in kinds_by_title()}


class KindConverter:
    """The first segment of an address, as the kind whose pages are under it."""

    regex = "|".join(map(re.escape, KINDS))

    def to_python(self, slug: str) -> QueueKind:
        return KINDS[slug]

    def to_url(self, kind: Any) -> str:
        return kind.slug if isinstance(kind, QueueKind) else str(kind)


register_converter(KindConverter, "kind")

app_name = "experiments"
network = "networks/<int:pk>/"
queue = "<kind:kind>/<uuid:queue_id>/"
notice = "notifications/<uuid:subscription_id>/"
row = f"{queue}row/<int:row_index>/"

urlpatterns = [
    path("networks/", network_views.network_list, name="networks"),
    path("networks/new/", network_views.network_new, name="network_new"),
    path(network, network_views.network_detail, name="network"),
    path(f"{network}edit/", network_views.network_edit, name="network_edit"),
    path(f"{network}fields/", network_views.network_fields, name="network_fields"),
    path(f"{network}delete/", network_views.network_delete, name="network_delete"),
    path(f"{network}end-hold/", network_views.network_end_hold, name="network_end_hold"),
    path(f"{network}try/", call_views.network_try, name="network_try"),
    path(f"{network}test/", call_views.network_test, name="network_test"),
    path(f"{network}try/<uuid:call_id>/", call_views.network_tried, name="network_tried"),
    path("runs/", run_views.runs_page, name="runs"),
    path("runs/<path:trace_id>/", run_views.run_page, name="run"),
    path("health/live", health.health_live, name="live"),
    path("health/ready", health.health_ready, name="ready"),
    path("metrics", metrics, name="metrics"),
    path("tokens/", api_tokens.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", api_tokens.revoke_token, name="revoke_token"),
    path("notifications/", notices.subscription_list, name="notifications"),
    path("notifications/mail/", notices.set_mail, name="notify_by_mail"),
    path(notice, notices.subscription_page, name="subscription"),
    path(f"{notice}secret/", notices.new_secret, name="subscription_secret"),
    path(f"{notice}test/", notices.send_test, name="subscription_test"),
    path(f"{notice}delete/", notices.delete, name="subscription_delete"),
    path(f"{notice}deliveries/<int:delivery_id>/replay/", notices.replay, name="delivery_replay"),
    path("password/", password.password, name="password"),
    path("<kind:kind>/", list_views.queue_list, name="list"),
    path("<kind:kind>/delete/", list_views.delete_some, name="delete_some"),
    path("<kind:kind>/exports/", list_views.export_some, name="export_some"),
    path("<kind:kind>/share/", shares.share_some, name="share_some"),
    path("<kind:kind>/differences/", comparison_views.differences, name="differences"),
    path("<kind:kind>/differences/csv/", comparison_views.differences_export, name="differences_export"),
    path("<kind:kind>/differences/row/<int:row_index>/", comparison_views.differences_row, name="differences_row"),
    path(queue, queue_views.queue_page, name="queue"),
    path(f"{queue}pause/", queue_views.pause, name="pause"),
    path(f"{queue}resume/", queue_views.resume, name="resume"),
    path(f"{queue}test/", queue_views.test_connection, name="test_connection"),
    path(f"{queue}cancel/", queue_views.cancel, name="cancel"),
    path(f"{queue}retry/", queue_views.retry, name="retry"),
    path(f"{queue}selected/", queue_views.selected_rows, name="selected"),
    path(f"{queue}grid/", queue_views.keep_grid, name="keep_grid"),
    path(f"{queue}views/", saved_views.save_view, name="save_view"),
    path(f"{queue}views/<int:view_id>/delete/", saved_views.delete_view, name="delete_view"),
    path(f"{queue}pace/", queue_views.set_pace, name="pace"),
    path(f"{queue}limits/", queue_views.set_limits, name="limits"),
    path(f"{queue}duplicate/", queue_views.duplicate, name="duplicate"),
    path(f"{queue}rename/", list_views.rename, name="rename"),
    path(f"{queue}share/", shares.shares, name="share"),
    path(f"{queue}delete/", list_views.delete_one, name="delete"),
    path(f"{queue}correct/", correct_rows.correct_rows, name="correct_rows"),
    path(f"{queue}correct/undo/", correct_rows.undo_correction, name="undo_correction"),
    path(f"{queue}results/", queue_views.results_page, name="results"),
    path(f"{queue}export/", queue_views.export_file, name="export"),
    path(f"{queue}history/", history.history_page, name="history"),
    path(row, row_views.row_page, name="row"),
    path(f"{row}page/", row_views.whole_row_page, name="row_whole"),
    path(f"{row}retry/", row_views.retry_row, name="retry_row"),
    path(f"{row}correct/", row_views.correct_row, name="correct_row"),
]
