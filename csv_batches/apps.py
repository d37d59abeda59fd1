from django.apps import AppConfig


class CsvBatchesConfig(AppConfig):
    name = "csv_batches"
    verbose_name = "CSV batches"

    def ready(self) -> None:
        from csv_batches import kind
        from csv_batches.services import reading, sources

        kind.register(tidy=sources.forget_old, sweep=reading.sweep, jobs_wait=reading.jobs_wait)
