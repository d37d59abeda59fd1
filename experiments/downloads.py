"""An export as the answer to a request, for the API and the pages alike."""

from django.http import StreamingHttpResponse

from experiments.models import Queue
from experiments.services import export


def export_response(queue: Queue, options: export.ExportOptions) -> StreamingHttpResponse:
    """The file in a stream. `Conflict` before its first byte where the queue is not finished."""
    response = StreamingHttpResponse(export.stream(queue, options), content_type=export.content_type(options))
    response["Content-Disposition"] = export.content_disposition(queue, options)
    response["Cache-Control"] = "no-store"
    return response
