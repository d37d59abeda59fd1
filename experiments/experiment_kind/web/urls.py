from django.urls import path

from experiments.experiment_kind.web import score_views, views

app_name = "experiment_kind"
experiment = "experiments/<uuid:queue_id>/"

urlpatterns = [
    path("experiments/new/", views.new, name="new"),
    path("experiments/compare/", score_views.compare, name="compare"),
    path(f"{experiment}set-up/", views.set_up, name="set_up"),
    path(f"{experiment}set-up/fields/", views.set_up_fields, name="set_up_fields"),
    path(f"{experiment}set-up/file/", views.set_up_file, name="set_up_file"),
    path(f"{experiment}set-up/item/", views.set_up_item, name="set_up_item"),
    path(f"{experiment}score/", score_views.score, name="score"),
    path(f"{experiment}scoring/", score_views.scoring, name="scoring"),
]
