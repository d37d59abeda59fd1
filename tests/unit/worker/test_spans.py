"""Spans of calls: nothing without OpenTelemetry's variables, ids and outcome with them, and never contents."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from experiments.worker import spans
from tests.support.worker import ROOT


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    spans.begin(provider)
    yield exporter
    spans.end()


def test_a_call_that_succeeded(exporter: InMemorySpanExporter) -> None:
    with spans.call_span(queue="q1", item=7, attempt=1) as span:
        span.ended("succeeded", http_status=200, trace_id="t-1")
    (one,) = exporter.get_finished_spans()
    assert one.name == "POST /run"
    assert one.attributes == {
        "workbench.queue": "q1",
        "workbench.item": 7,
        "workbench.attempt": 1,
        "workbench.outcome": "succeeded",
        "workbench.trace_id": "t-1",
        "http.response.status_code": 200,
    }
    assert one.status.status_code == StatusCode.UNSET
    assert one.context is not None
    sent = f"00-{one.context.trace_id:032x}-{one.context.span_id:016x}-{one.context.trace_flags:02x}"
    assert span.headers["traceparent"] == sent


def test_one_that_failed_is_an_error_by_its_code(exporter: InMemorySpanExporter) -> None:
    with spans.call_span(queue="q1") as span:
        span.ended("timeout", trace_id="CANARY, which is no id")
    (one,) = exporter.get_finished_spans()
    assert (one.status.status_code, one.status.description) == (StatusCode.ERROR, "timeout")
    assert "CANARY" not in one.to_json()


def test_an_exception_is_not_quoted(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="CANARY"), spans.call_span(queue="q1"):
        raise ValueError("CANARY")
    (one,) = exporter.get_finished_spans()
    assert "CANARY" not in one.to_json()


def test_each_call_has_a_trace_of_its_own(exporter: InMemorySpanExporter) -> None:
    for _ in range(2):
        with spans.call_span():
            pass
    first, second = exporter.get_finished_spans()
    assert first.context is not None
    assert second.context is not None
    assert first.context.trace_id != second.context.trace_id


def test_without_it_nothing_goes_along() -> None:
    with spans.call_span(queue="q1") as span:
        span.ended("timeout")
    assert span.headers == {}


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({}, ""),
        ({"OTEL_SERVICE_NAME": "mine"}, ""),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "OTEL_TRACES_EXPORTER"),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, ""),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, ""),
    ],
)
def test_what_switches_it_on(variables: dict[str, str], wanted: str) -> None:
    assert spans.is_wanted(variables) == wanted


SPANS = """
import sys, logging
logging.basicConfig(format="%(message)s")
{before}
from experiments.worker import spans
spans.begin()
with spans.call_span(queue="q1") as span:
    span.ended("succeeded")
print(dict(span.headers), any(name.startswith("opentelemetry.sdk") for name in sys.modules))
spans.end()
"""
AWAY = "sys.modules['opentelemetry'] = sys.modules['opentelemetry.sdk'] = None"


def ran(before: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    code = SPANS.format(before=before)
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=variables, capture_output=True, text=True, check=True, timeout=60
    )


def test_without_variables_nothing_is_imported() -> None:
    assert ran().stdout.strip() == "{} False"


def test_the_environment_says_where_they_go() -> None:
    done = ran(OTEL_TRACES_EXPORTER="console", OTEL_SERVICE_NAME="mine")
    assert "'traceparent': '00-" in done.stdout
    assert '"service.name": "mine"' in done.stdout
    assert '"workbench.queue": "q1"' in done.stdout


def test_where_it_is_not_installed_one_sentence_says_so_and_calls_are_made() -> None:
    done = ran(AWAY, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1")
    assert done.stdout.startswith("{} ")
    assert "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry isn't installed" in done.stderr
    assert "uv sync --extra otel" in done.stderr
