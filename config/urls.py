from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

import csv_batches.urls
import experiments.urls
from experiments.api import Nothing
from experiments.form_words import LoginForm
from experiments.openapi import Docs
from experiments.run_api import RunView

api = [
    *experiments.urls.api_patterns,
    *csv_batches.urls.api_patterns,
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", Docs.as_view(), name="docs"),
]

urlpatterns = [
    path("run", RunView.as_view()),
    path("api/", include(api)),
    re_path(r"^api(/.*)?$", Nothing.as_view()),
    path("admin/", admin.site.urls),
    path("login/", auth.LoginView.as_view(authentication_form=LoginForm), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("", include("experiments.page_urls")),
    path("", include("csv_batches.page_urls")),
]

handler400 = "experiments.api_errors.bad_request"
handler403 = "experiments.api_errors.forbidden"
handler404 = "experiments.api_errors.not_found"
handler500 = "experiments.api_errors.server_error"
