from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from csv_batches.web import append, first_visit
from csv_batches.web.change import begin_change
from csv_batches.web.make_experiment import make_experiment
from csv_batches.web.manifest import manifest
from csv_batches.web.new_file import with_new_file
from csv_batches.web.rejects import rejects
from csv_batches.wizard import undo as undo_views
from csv_batches.wizard.map import views as map_views
from csv_batches.wizard.prompt import views as prompt_views
from csv_batches.wizard.review import change as change_views
from csv_batches.wizard.review import views as review_views
from csv_batches.wizard.schema import views as schema_views
from csv_batches.wizard.upload import views as upload_views

app_name = "csv_batches"
batch = "csv-batch/<uuid:batch_id>/"

urlpatterns = [
    path("", RedirectView.as_view(url=reverse_lazy("experiments:list", args=["csv-batch"])), name="home"),
    path("csv-batch/new/", upload_views.new, name="new"),
    path("csv-batch/new/sample/", first_visit.from_sample, name="sample"),
    path("csv-batch/new/template/<slug:key>/", first_visit.from_template, name="template"),
    path("csv-batch/new/discard/", upload_views.discard_new, name="discard_new"),
    path(f"{batch}upload/", upload_views.upload, name="upload"),
    path(f"{batch}upload/options/", upload_views.upload_options, name="upload_options"),
    path(f"{batch}rejects.csv", rejects, name="rejects"),
    path(f"{batch}manifest.json", manifest, name="manifest"),
    path(f"{batch}upload/names/", upload_views.upload_names, name="upload_names"),
    path(f"{batch}upload/discard/", upload_views.upload_discard, name="upload_discard"),
    path(f"{batch}map/", map_views.map_columns, name="map"),
    path(f"{batch}prompt/", prompt_views.prompt, name="prompt"),
    path(f"{batch}prompt/tokens/", prompt_views.prompt_placeholders, name="prompt_placeholders"),
    path(f"{batch}schema/", schema_views.schema, name="schema"),
    path(f"{batch}schema/import/", schema_views.import_fields, name="schema_import"),
    path(f"{batch}undo/", undo_views.undo, name="undo"),
    path(f"{batch}review/", review_views.review, name="review"),
    path(f"{batch}review/try/", review_views.review_try, name="review_try"),
    path(f"{batch}review/empty/", review_views.review_empty, name="review_empty"),
    path(f"{batch}review/start/", review_views.start, name="start"),
    path(f"{batch}new-file/", with_new_file, name="new_file"),
    path(f"{batch}change/", begin_change, name="change"),
    path(f"{batch}review/apply/", change_views.apply, name="apply"),
    path(f"{batch}append/", append.append_rows, name="append"),
    path(f"{batch}experiment/", make_experiment, name="experiment"),
    path(f"{batch}reset/", undo_views.reset, name="reset"),
]
