"""How long ago is said in words; the exact time, with its zone, is on hover."""

from datetime import timedelta

import pytest
from django.utils import timezone

from experiments.web.moments import moment, since


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(days=1, hours=1), "yesterday"),
        (timedelta(days=6), "6 days ago"),
    ],
)
def test_within_a_week_it_is_how_long_ago(passed: timedelta, said: str) -> None:
    at = timezone.now() - passed
    html = since(at)
    assert f">{said}</time>" in html
    assert f'datetime="{timezone.localtime(at).isoformat()}"' in html
    assert f'title="{at:%b} {at.day}, {at.year}, {at:%H:%M:%S} UTC"' in html


def test_after_a_week_it_is_the_date() -> None:
    at = timezone.now() - timedelta(days=400)
    assert f">{at:%b} {at.day}, {at.year}</time>" in since(at)


def test_exact_times_have_the_same_on_hover_and_none_is_none() -> None:
    at = timezone.now() - timedelta(days=2)
    html = moment(at)
    assert f'title="{at:%b} {at.day}, {at.year}, {at:%H:%M:%S} UTC"' in html
    assert f">{at:%b} {at.day}, {at.year}, {at:%H:%M}</time>" in html
    assert since(None) == moment(None) == ""
