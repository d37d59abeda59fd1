"""`manage.py export_csv_batch ID`: the same file as the API's export."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from csv_batches.models import CsvBatch
from csv_batches.run_csv.arguments import STANDARD
from csv_batches.run_csv.files import write_output
from experiments.core.actor import acting, by_command
from experiments.core.choices import ErrorCode, ExportFormat, Nested, RowStatus
from experiments.core.errors import WorkbenchError
from experiments.export.formats import EXPORT_FORMATS
from experiments.ingest.dialect import check_delimiter
from experiments.selectors.field_filter import PREFIX
from experiments.services import exports

FILTERS = ("status", "error_code", "search", "corrected")
AS_THEY_ARE = ("sort", "row_indexes", "columns", "null", "join", "nested", "explode")


class Command(BaseCommand):
    help = f"Writes a batch's rows with their answers as {' or '.join(one.label for one in EXPORT_FORMATS.values())}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="The batch's id.")
        parser.add_argument("--format", choices=ExportFormat.values(), default=ExportFormat.CSV)
        parser.add_argument("--output", default=STANDARD, help="File to write; without it, standard output.")
        parser.add_argument("--partial", action="store_true", help="Also while the batch is not finished.")
        parser.add_argument("--no-metadata", action="store_true", help="Without trace id, status, attempts, errors.")
        parser.add_argument(
            "--excel", action="store_true", help="Byte-order mark, and no cell a spreadsheet would run."
        )
        parser.add_argument("--delimiter", help="One character, or tab; without it, that of the file.")
        parser.add_argument("--status", choices=RowStatus.values(), help="Only rows with this status.")
        parser.add_argument("--error-code", help="Only rows that failed with this code.")
        parser.add_argument("--search", help="Only rows with this text in a cell, an answer or an error.")
        parser.add_argument("--corrected", choices=("0", "1"), help="Only rows with a person's answer; 0: without.")
        parser.add_argument(
            "--field",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="Only rows with this value, or a range such as score=3..5; nothing behind the sign: without a value.",
        )
        parser.add_argument("--sort", default="", help="The order of the rows, such as -field.score or column.id.")
        parser.add_argument("--row-indexes", default="", help="Only these rows, such as 3,7-9.")
        parser.add_argument("--columns", default="", help="Only these columns, in this order: names with commas.")
        parser.add_argument("--null", help="Written for null, which is then told from nothing and an empty text.")
        parser.add_argument("--join", help="Between the values of a list, which is JSON otherwise.")
        parser.add_argument("--nested", choices=Nested.values(), default=Nested.JSON, help="Objects and lists of them.")
        parser.add_argument("--explode", default="", help="The list of objects whose elements are lines.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen = exports.ExportOptions(
                format=options["format"],
                run_columns=not options["no_metadata"],
                partial=options["partial"],
                excel=options["excel"],
                filters={
                    **{name: options[name] for name in FILTERS if options[name]},
                    **dict(map(_field_filter, options["field"])),
                },
                **{name: options[name] for name in AS_THEY_ARE},
                delimiter=check_delimiter(options["delimiter"]) if options["delimiter"] else None,
            )
            with acting(by_command):
                pieces = exports.export_chunks(_batch_with_id(options["id"]), chosen)
        except WorkbenchError as error:
            hint = " (--partial)" if error.code == ErrorCode.NOT_FINISHED else ""
            raise CommandError(f"{error.detail}{hint}") from error
        try:
            write_output(options["output"], pieces)
        except WorkbenchError as error:
            raise CommandError(error.detail) from error


def _field_filter(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise CommandError(f"Write --field NAME=VALUE: {text} has no =.")
    return f"{PREFIX}{name}", value


def _batch_with_id(given: str) -> CsvBatch:
    try:
        return CsvBatch.objects.kept().get(pk=UUID(given))
    except (ValueError, CsvBatch.DoesNotExist):
        raise CommandError(f"There is no CSV batch {given}.") from None
