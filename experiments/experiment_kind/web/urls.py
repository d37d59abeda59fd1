from django.urls import path

from experiments.experiment_kind.web import message_views, review_views, score_views, upload_views

app_name = "experiment_kind"
experiment = "experiments/<uuid:queue_id>/"

urlpatterns = [
    path("experiments/new/", upload_views.new, name="new"),
    path("experiments/compare/", score_views.compare, name="compare"),
    path(f"{experiment}set-up/", review_views.set_up, name="set_up"),
    path(f"{experiment}set-up/file/", upload_views.set_up_file, name="set_up_file"),
    path(f"{experiment}set-up/item/", upload_views.set_up_item, name="set_up_item"),
    path(f"{experiment}set-up/map/", message_views.set_up_map, name="set_up_map"),
    path(f"{experiment}set-up/prompt/", message_views.set_up_prompt, name="set_up_prompt"),
    path(f"{experiment}set-up/prompt/placeholders/", message_views.set_up_placeholders, name="set_up_placeholders"),
    path(f"{experiment}set-up/fields/", review_views.set_up_fields, name="set_up_fields"),
    path(f"{experiment}score/", score_views.score, name="score"),
    path(f"{experiment}scoring/", score_views.scoring, name="scoring"),
]
