from django.urls import path

from experiments import network_call_views, network_views, run_list_views, token_views, views

app_name = "experiments"
network = "networks/<int:pk>/"

urlpatterns = [
    path("networks/", network_views.network_list, name="networks"),
    path("networks/new/", network_views.network_new, name="network_new"),
    path(network, network_views.network_detail, name="network"),
    path(f"{network}edit/", network_views.network_edit, name="network_edit"),
    path(f"{network}delete/", network_views.network_delete, name="network_delete"),
    path(f"{network}try/", network_call_views.network_try, name="network_try"),
    path(f"{network}test/", network_call_views.network_test, name="network_test"),
    path(f"{network}try/<uuid:call_id>/", network_call_views.network_tried, name="network_tried"),
    path("runs/", run_list_views.runs_page, name="runs"),
    path("runs/<path:trace_id>/", views.run_page, name="run"),
    path("health/live", views.health_live, name="live"),
    path("health/ready", views.health_ready, name="ready"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", token_views.revoke_token, name="revoke_token"),
]
