from django.urls import path

from experiments.experiment_kind.api import views

experiment = "experiments/<uuid:experiment_id>"

# The host has the calls that queues of every kind take.
api_patterns = [
    path(f"{experiment}/upload", views.ExperimentUpload.as_view()),
    path(f"{experiment}/items", views.ExperimentItems.as_view()),
    path(f"{experiment}/score", views.ExperimentScore.as_view()),
    path(f"{experiment}/score/compare", views.ExperimentCompare.as_view()),
]
