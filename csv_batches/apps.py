from django.apps import AppConfig


class CsvBatchesConfig(AppConfig):
    name = "csv_batches"
    verbose_name = "CSV batches"

    def ready(self) -> None:
        from csv_batches.kind import CsvBatchKind
        from experiments.kinds import register_kind

        register_kind(CsvBatchKind())
