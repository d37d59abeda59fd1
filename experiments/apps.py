from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    name = "experiments"
    verbose_name = "Experiments"

    def ready(self) -> None:
        from experiments import (
            checks,  # noqa: F401  registers the system checks
            experiment_desk,
            experiment_kind,
            kinds,
        )
        from experiments.models.experiment import KIND

        kinds.register(
            kinds.Kind(
                name=KIND,
                label="experiment",
                plan=experiment_kind.plan,
                desk=experiment_desk.ExperimentDesk(),
            )
        )
