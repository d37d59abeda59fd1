from django.urls import path

from experiments import views

app_name = "experiments"
urlpatterns = [
    path("runs/<path:trace_id>/", views.run_page, name="run"),
    path("health/live", views.health_live, name="live"),
    path("health/ready", views.health_ready, name="ready"),
]
