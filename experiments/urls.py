from django.urls import path

from experiments import api, network_call_api

api_patterns = [
    path("networks", api.NetworkList.as_view()),
    path("networks/<int:pk>", api.NetworkDetail.as_view()),
    path("networks/<int:pk>/try", network_call_api.NetworkTry.as_view()),
    path("networks/<int:pk>/try/<uuid:call_id>", network_call_api.NetworkTried.as_view()),
    path("runs", api.RunList.as_view()),
    path("runs/<path:trace_id>", api.RunDetail.as_view()),
]
