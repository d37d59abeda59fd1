"""An export as the answer to a request, for the API and the pages alike."""

from django.http import StreamingHttpResponse

from csv_batches.models import CsvBatch
from csv_batches.services import export


def export_response(batch: CsvBatch, options: export.ExportOptions) -> StreamingHttpResponse:
    """The file in a stream. `Conflict` before its first byte where the batch is not finished."""
    response = StreamingHttpResponse(export.stream(batch, options), content_type=export.content_type(options))
    response["Content-Disposition"] = export.content_disposition(batch, options)
    response["Cache-Control"] = "no-store"
    return response
