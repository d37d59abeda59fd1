"""What a kind needs of the host is there already: no migration, no change, no name."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from experiments.kinds import kind_named
from experiments.models import Queue, QueueItem
from tests.third_kind.kind import KIND

ROOT = Path(__file__).resolve().parents[3]
HOST = [*(ROOT / "experiments").rglob("*.py"), *(ROOT / "templates").glob("*.html")]
HOST += [
    path
    for folder in ("experiments", "components", "registration")
    for path in (ROOT / "templates" / folder).rglob("*.html")
]
# The product's own name is no name of a kind.
EXTENSION = re.compile(r"csv_?batch|csv-batch(?!-workbench)", re.IGNORECASE)


@pytest.mark.django_db
def test_another_kind_needs_no_migration_of_the_host() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("model", [Queue, QueueItem])
def test_another_kind_is_among_the_choices(model: type[Queue] | type[QueueItem]) -> None:
    assert (KIND, "Survey") in list(model._meta.get_field("kind").flatchoices)


def test_the_host_names_no_extension() -> None:
    assert len(HOST) > 100
    assert [str(path) for path in HOST if EXTENSION.search(path.read_text())] == []


def test_the_host_s_names_would_be_found() -> None:
    for text in ("from csv_batches import models", "CsvBatch", "{% url 'csv_batches:new' %}", 'href="/csv-batch/"'):
        assert EXTENSION.search(text)


def test_a_kind_that_nobody_registered_is_said_to_be_missing() -> None:
    with pytest.raises(LookupError, match="No installed app registered the kind 'nothing'"):
        kind_named("nothing")
