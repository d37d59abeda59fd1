"""A span of OpenTelemetry for each call of a network, where the environment says where spans go (`OTEL_…`).

Nothing of OpenTelemetry is imported before that, and without it nothing changes. A span has ids and how the call ended,
nothing of what was sent or came back. Its `traceparent` goes along with the call.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any

from experiments.core import log_ids
from experiments.core.choices import RowStatus

logger = logging.getLogger(__name__)

SERVICE = "csv-batch-workbench"
WHERE = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER")
"""Any of these switches spans on."""
EXPORTERS = {"": "otlp_proto_http", "otlp": "otlp_proto_http"}
"""What `OTEL_TRACES_EXPORTER` calls otherwise than the packages do."""
NOT_INSTALLED = (
    "%s is set, but OpenTelemetry isn't installed: no spans are sent. Install the extra: "
    "pip install 'csv-batch-workbench[otel]', or uv sync --extra otel."
)
NO_EXPORTER = "OTEL_TRACES_EXPORTER is %s, but no installed package has such an exporter: no spans are sent."


@dataclass(slots=True)
class CallSpan:
    """`headers` go with the call. Without OpenTelemetry there are none, and `ended` does nothing."""

    headers: Mapping[str, str] = field(default_factory=dict)
    span: Any = None

    def ended(self, outcome: str, *, http_status: int | None = None, trace_id: str | None = None) -> None:
        """`trace_id`: the network's own."""
        if self.span is None:
            return
        self.span.set_attribute("workbench.outcome", str(outcome))
        if http_status is not None:
            self.span.set_attribute("http.response.status_code", http_status)
        if log_ids.sane(trace_id):
            self.span.set_attribute("workbench.trace_id", trace_id)
        if outcome != RowStatus.SUCCEEDED:
            from opentelemetry.trace import Status, StatusCode

            self.span.set_status(Status(StatusCode.ERROR, str(outcome)))


_provider: Any = None
NO_SPAN = CallSpan()


def is_wanted(environment: Mapping[str, str] = os.environ) -> str:
    """The variable that switches spans on; "" where none does."""
    is_off = environment.get("OTEL_SDK_DISABLED", "").upper() == "TRUE"
    if is_off or environment.get("OTEL_TRACES_EXPORTER", "").upper() == "NONE":
        return ""
    return next((name for name in WHERE if environment.get(name)), "")


def begin(provider: Any = None) -> None:
    """In a process that calls networks, after its fork: exporters have threads. `provider`: instead of the one that
    the environment describes."""
    global _provider
    wanted = is_wanted()
    if provider is None and wanted:
        try:
            provider = _provider_of_environment(os.environ.get("OTEL_TRACES_EXPORTER", ""))
        except ImportError:
            logger.warning(NOT_INSTALLED, wanted)
    _provider = provider


def end() -> None:
    """Sends what has not been sent yet."""
    global _provider
    if _provider is not None:
        _provider.shutdown()
    _provider = None


@contextmanager
def call_span(**attributes: object) -> Iterator[CallSpan]:
    """A span for the block, the current one in this thread."""
    if _provider is None:
        yield NO_SPAN
        return
    from opentelemetry.propagate import inject
    from opentelemetry.trace import SpanKind

    named = {f"workbench.{name}": value if isinstance(value, int) else str(value) for name, value in attributes.items()}
    headers: dict[str, str] = {}
    with _provider.get_tracer(SERVICE).start_as_current_span(
        "POST /run",
        kind=SpanKind.CLIENT,
        attributes=named,
        # Its words could be those of a row.
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        inject(headers)
        yield CallSpan(headers, span)


def _provider_of_environment(exporter: str) -> Any:
    """What the rest of the variables say (service, sampler, batches, address, headers), OpenTelemetry reads itself."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    found = entry_points(group="opentelemetry_traces_exporter", name=EXPORTERS.get(exporter, exporter))
    if not found:
        logger.warning(NO_EXPORTER, exporter or EXPORTERS[""])
        return None
    is_named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    provider = TracerProvider(resource=Resource.create({} if is_named else {"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(next(iter(found)).load()()))
    return provider
