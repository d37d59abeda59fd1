from django.urls import path

from csv_batches.api import batches as api
from csv_batches.api import results as api_results
from csv_batches.api import trials as api_trials

batch = "csv_batches/<uuid:batch_id>"

api_patterns = [
    path("csv_batches", api.BatchList.as_view()),
    path(batch, api.BatchDetail.as_view()),
    path(f"{batch}/upload", api.BatchUpload.as_view()),
    path(f"{batch}/rows", api.BatchRows.as_view()),
    path(f"{batch}/rows/<int:row_index>", api_results.BatchRowAnswer.as_view()),
    path(f"{batch}/preview", api.BatchPreview.as_view()),
    path(f"{batch}/try", api_trials.BatchTry.as_view()),
    path(f"{batch}/run", api.BatchRun.as_view()),
    path(f"{batch}/pause", api.BatchPause.as_view()),
    path(f"{batch}/resume", api.BatchResume.as_view()),
    path(f"{batch}/cancel", api.BatchCancel.as_view()),
    path(f"{batch}/retry", api.BatchRetry.as_view()),
    path(f"{batch}/duplicate", api_trials.BatchDuplicate.as_view()),
    path(f"{batch}/results", api_results.BatchResults.as_view()),
    path(f"{batch}/export", api.BatchExport.as_view()),
]
