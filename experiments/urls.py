from django.urls import path

from experiments import kinds
from experiments.api import addresses, experiments, network_calls, networks, runs

api_patterns = [
    path("networks", networks.NetworkList.as_view()),
    path("networks/<int:pk>", networks.NetworkDetail.as_view()),
    path("networks/<int:pk>/try", network_calls.NetworkTry.as_view()),
    path("networks/<int:pk>/try/<uuid:call_id>", network_calls.NetworkTried.as_view()),
    path("runs", runs.RunList.as_view()),
    path("runs/<path:trace_id>", runs.RunDetail.as_view()),
    path("experiments/<uuid:experiment_id>/upload", experiments.ExperimentUpload.as_view()),
    path("experiments/<uuid:experiment_id>/items", experiments.ExperimentItems.as_view()),
    path("experiments/<uuid:experiment_id>/score", experiments.ExperimentScore.as_view()),
    path("experiments/<uuid:experiment_id>/compare", experiments.ExperimentCompare.as_view()),
    *(pattern for kind in kinds.registered() for pattern in addresses.of_kind(kind)),
]
