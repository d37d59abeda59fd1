from django.apps import AppConfig


class CsvBatchesConfig(AppConfig):
    name = "csv_batches"
    verbose_name = "CSV batches"

    def ready(self) -> None:
        from csv_batches import desk, kind
        from csv_batches.services import reading, sources
        from experiments import kinds

        kinds.register(
            kinds.Kind(
                name=kind.NAME,
                label="CSV batch",
                plan=kind.plan,
                desk=desk.CsvBatchDesk(),
                tidy=sources.forget_old,
                sweep=reading.sweep,
                jobs_wait=reading.jobs_wait,
                forget_source=sources.forget_source,
            )
        )
