from django.urls import path

from experiments import token_views, views

app_name = "experiments"
urlpatterns = [
    path("runs/<path:trace_id>/", views.run_page, name="run"),
    path("health/live", views.health_live, name="live"),
    path("health/ready", views.health_ready, name="ready"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", token_views.revoke_token, name="revoke_token"),
]
