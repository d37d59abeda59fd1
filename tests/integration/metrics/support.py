"""`/metrics`, read as Prometheus reads it."""

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families


def scraped(**labels: str) -> dict[str, float]:
    """The value of each metric with these labels, summed over the others."""
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            if labels.items() <= sample.labels.items():
                found[sample.name] = found.get(sample.name, 0) + sample.value
    return found
