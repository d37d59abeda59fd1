from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path, re_path

from csv_batches.api.urls import api_patterns as of_csv_batches
from experiments.api.not_found import UnknownAddress
from experiments.api.openapi import Description, Docs
from experiments.api.run_endpoint import RunView
from experiments.api.urls import api_patterns as of_the_host
from experiments.experiment_kind.api.urls import api_patterns as of_experiments
from experiments.web.base_form import LoginForm

api = [
    *of_the_host,
    *of_experiments,
    *of_csv_batches,
    path("schema", Description.as_view(), name="schema"),
    path("docs", Docs.as_view(), name="docs"),
]

urlpatterns = [
    path("run", RunView.as_view()),
    path("api/", include(api)),
    re_path(r"^api(/.*)?$", UnknownAddress.as_view()),
    path("admin/", admin.site.urls),
    path("login/", auth.LoginView.as_view(authentication_form=LoginForm), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("", include("experiments.experiment_kind.web.urls")),
    path("", include("experiments.web.urls")),
    path("", include("csv_batches.web.urls")),
]

handler400 = "experiments.web.errors.bad_request"
handler403 = "experiments.web.errors.forbidden"
handler404 = "experiments.web.errors.not_found"
handler500 = "experiments.web.errors.server_error"
