from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from csv_batches.views.experiment import make_experiment
from csv_batches.views.wizard import map as mapping
from csv_batches.views.wizard import prompt, review, schema, upload
from csv_batches.views.wizard import shared as wizard

app_name = "csv_batches"
batch = "csv-batch/<uuid:batch_id>/"

urlpatterns = [
    path("", RedirectView.as_view(url=reverse_lazy("experiments:list", args=["csv-batch"])), name="home"),
    path("csv-batch/new/", upload.new, name="new"),
    path("csv-batch/new/discard/", upload.discard_new, name="discard_new"),
    path(f"{batch}upload/", upload.upload, name="upload"),
    path(f"{batch}upload/options/", upload.upload_options, name="upload_options"),
    path(f"{batch}upload/names/", upload.upload_names, name="upload_names"),
    path(f"{batch}upload/discard/", upload.upload_discard, name="upload_discard"),
    path(f"{batch}map/", mapping.map_columns, name="map"),
    path(f"{batch}prompt/", prompt.prompt, name="prompt"),
    path(f"{batch}prompt/tokens/", prompt.prompt_tokens, name="prompt_tokens"),
    path(f"{batch}schema/", schema.schema, name="schema"),
    path(f"{batch}schema/field/", schema.save_field, name="schema_field"),
    path(f"{batch}schema/change/", schema.change_fields, name="schema_change"),
    path(f"{batch}schema/import/", schema.import_fields, name="schema_import"),
    path(f"{batch}undo/", wizard.undo_last, name="undo"),
    path(f"{batch}review/", review.review, name="review"),
    path(f"{batch}review/try/", review.review_try, name="review_try"),
    path(f"{batch}review/empty/", review.review_empty, name="review_empty"),
    path(f"{batch}review/start/", review.start, name="start"),
    path(f"{batch}experiment/", make_experiment, name="experiment"),
    path(f"{batch}reset/", wizard.reset_page, name="reset"),
]
