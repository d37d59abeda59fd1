from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ExperimentsConfig(AppConfig):
    default = True
    name = "experiments"
    verbose_name = "Experiments"

    def import_models(self) -> None:
        super().import_models()
        # The tables of the host know no kind: those of the kind that comes with it are added here.
        import_module("experiments.experiment_kind.models")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from experiments import checks  # noqa: F401  registers the system checks
        from experiments.experiment_kind.kind import ExperimentKind
        from experiments.kinds import register_kind
        from experiments.services.audit import record_log_in

        register_kind(ExperimentKind())
        user_logged_in.connect(record_log_in)


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with a first page of our own."""

    default = False
    default_site = "experiments.admin.site.DeskSite"

    def ready(self) -> None:
        super().ready()
        # Behind what Django registers: users are ours.
        from experiments.admin import (  # noqa: F401  they register themselves
            access,
            history,
            networks,
            queues,
            rows,
            runs,
            workers,
        )
