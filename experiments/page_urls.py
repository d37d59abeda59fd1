import re
from typing import Any

from django.urls import path, register_converter

from experiments import desks
from experiments.desks import Desk
from experiments.views import (
    experiments,
    export,
    health,
    items,
    network_calls,
    networks,
    queue,
    queue_list,
    results,
    runs,
    scores,
    tokens,
)

DESKS = {desk.slug: desk for desk in desks.registered()}


class DeskConverter:
    """The first part of an address, as the desk of the kind whose pages are there."""

    regex = "|".join(map(re.escape, DESKS))

    def to_python(self, slug: str) -> Desk:
        return DESKS[slug]

    def to_url(self, desk: Any) -> str:
        return desk.slug if isinstance(desk, Desk) else str(desk)


register_converter(DeskConverter, "desk")

app_name = "experiments"
network = "networks/<int:pk>/"
one = "<desk:desk>/<uuid:queue_id>/"
row = f"{one}row/<int:row_index>/"

urlpatterns = [
    path("networks/", networks.network_list, name="networks"),
    path("networks/new/", networks.network_new, name="network_new"),
    path(network, networks.network_detail, name="network"),
    path(f"{network}edit/", networks.network_edit, name="network_edit"),
    path(f"{network}delete/", networks.network_delete, name="network_delete"),
    path(f"{network}try/", network_calls.network_try, name="network_try"),
    path(f"{network}test/", network_calls.network_test, name="network_test"),
    path(f"{network}try/<uuid:call_id>/", network_calls.network_tried, name="network_tried"),
    path("runs/", runs.runs_page, name="runs"),
    path("runs/<path:trace_id>/", runs.run_page, name="run"),
    path("health/live", health.health_live, name="live"),
    path("health/ready", health.health_ready, name="ready"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("experiments/new/", experiments.new, name="new"),
    path("experiments/compare/", scores.compare, name="compare"),
    path("experiments/<uuid:queue_id>/set-up/", experiments.set_up, name="set_up"),
    path("experiments/<uuid:queue_id>/set-up/file/", experiments.set_up_file, name="set_up_file"),
    path("experiments/<uuid:queue_id>/set-up/item/", experiments.set_up_item, name="set_up_item"),
    path("experiments/<uuid:queue_id>/score/", scores.score, name="score"),
    path("experiments/<uuid:queue_id>/scoring/", scores.scoring, name="scoring"),
    path("<desk:desk>/", queue_list.queue_list, name="list"),
    path(one, queue.queue_page, name="queue"),
    path(f"{one}pause/", queue.pause, name="pause"),
    path(f"{one}resume/", queue.resume, name="resume"),
    path(f"{one}cancel/", queue.cancel, name="cancel"),
    path(f"{one}retry/", queue.retry, name="retry"),
    path(f"{one}pace/", queue.set_pace, name="pace"),
    path(f"{one}limits/", queue.set_limits, name="limits"),
    path(f"{one}duplicate/", queue.duplicate, name="duplicate"),
    path(f"{one}results/", results.results_page, name="results"),
    path(f"{one}export/", export.export_file, name="export"),
    path(row, items.row_page, name="row"),
    path(f"{row}retry/", items.retry_row, name="retry_row"),
    path(f"{row}correct/", items.correct_row, name="correct_row"),
]
