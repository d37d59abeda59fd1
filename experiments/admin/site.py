"""The admin's first page, and the order of all others."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst

from experiments.admin.dashboard import dashboard
from experiments.kinds import registered_kinds
from experiments.selectors.desk import desk

NAME = "CSV Batch Workbench"
OTHERS = "Log-ins and tasks"


class DeskSite(AdminSite):
    site_header = site_title = NAME
    index_title = "Operations"

    def get_urls(self) -> list[Any]:
        self._register_kinds()
        return super().get_urls()

    def _register_kinds(self) -> None:
        """Each kind's queues under its own name. By now all are known, also those of apps behind the admin."""
        # It registers another one when it is imported, which needs this site.
        from experiments.admin.queues import KindAdmin

        for kind in registered_kinds():
            if not self.is_registered(kind.model):
                self.register(kind.model, KindAdmin)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        more = {"desk": dashboard(desk())} if request.method == "GET" else {}
        return super().index(request, {**more, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """By what they are for, under the names that people know; one app's own page stays as Django makes it."""
        apps = super().get_app_list(request, app_label)
        for model in (model for app in apps for model in app["models"]):
            model["name"] = capfirst(self._registry[model["model"]].opts.verbose_name_plural)
        if app_label is not None:
            return apps
        by_section: dict[str, list[Any]] = {name: [] for name in self._sections()}
        for model in (model for app in apps for model in app["models"]):
            by_section[self._section_of(model)].append(model)
        home = reverse("admin:index", current_app=self.name)
        return [
            {
                "name": name,
                "app_label": name.lower().replace(" ", "-"),
                "app_url": f"{home}#{name.lower().replace(' ', '-')}",
                "has_module_perms": True,
                "models": sorted(models, key=lambda model: (self._place_of(model), model["name"])),
            }
            for name, models in by_section.items()
            if models
        ]

    def _sections(self) -> Iterator[str]:
        yield from ("Work", "Networks", "Workers", "People", OTHERS)

    def _section_of(self, model: dict[str, Any]) -> str:
        return getattr(self._registry[model["model"]], "section", OTHERS)

    def _place_of(self, model: dict[str, Any]) -> int:
        return getattr(self._registry[model["model"]], "place", 0)
