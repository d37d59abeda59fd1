from django.urls import path

from csv_batches.api import batches, experiment, manifest, trials

batch = "csv_batches/<uuid:batch_id>"

# The host has the calls that queues of every kind take.
api_patterns = [
    path("csv_batches/manifest", manifest.FromManifest.as_view()),
    path("csv_batches/manifest/schema", manifest.ManifestSchema.as_view()),
    path(f"{batch}/manifest", manifest.BatchManifest.as_view()),
    path(f"{batch}/upload", batches.BatchUpload.as_view()),
    path(f"{batch}/append", batches.BatchAppend.as_view()),
    path(f"{batch}/revise", batches.BatchRevise.as_view()),
    path(f"{batch}/revisions", batches.BatchRevisions.as_view()),
    path(f"{batch}/rejects", batches.BatchRejects.as_view()),
    path(f"{batch}/preview", batches.BatchPreview.as_view()),
    path(f"{batch}/try", trials.BatchTry.as_view()),
    path(f"{batch}/experiment", experiment.BatchExperiment.as_view()),
]
