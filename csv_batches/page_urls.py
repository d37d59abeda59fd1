from django.urls import path
from django.views.generic import RedirectView

from csv_batches.views import batches, export, queue, rows
from csv_batches.views.wizard import shared as wizard

app_name = "csv_batches"
batch = "csv-batch/<uuid:batch_id>/"
row = f"{batch}row/<int:row_index>/"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="csv_batches:list"), name="home"),
    path("csv-batch/", batches.batch_list, name="list"),
    path(batch, queue.queue_page, name="queue"),
    # set-up
    path(f"{batch}undo/", wizard.undo_last, name="undo"),
    path(f"{batch}reset/", wizard.reset_page, name="reset"),
    path(f"{batch}pause/", queue.pause, name="pause"),
    path(f"{batch}resume/", queue.resume, name="resume"),
    path(f"{batch}cancel/", queue.cancel, name="cancel"),
    path(f"{batch}retry/", queue.retry, name="retry"),
    path(f"{batch}export/", export.export_file, name="export"),
    path(row, rows.row_page, name="row"),
    path(f"{row}retry/", rows.retry_row, name="retry_row"),
]
