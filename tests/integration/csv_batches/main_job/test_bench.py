"""`manage.py bench` measures, says so line by line, and leaves nothing behind."""

from io import StringIO

import pytest
from django.core.management import call_command

from experiments.models import Network, Queue


@pytest.mark.django_db(transaction=True)
def test_every_line_is_a_ratio_and_nothing_is_left() -> None:
    out = StringIO()
    call_command("bench", "--rows", "500", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 7
    assert all(float(line.rsplit("=", 1)[1]) > 0 for line in lines if "memory" not in line)
    assert not Queue.objects.exists()
    assert not Network.objects.exists()
