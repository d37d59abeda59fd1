"""Of very many rows a page counts a sample and says so, and looks for rows in stretches."""

import pytest

from experiments.core.choices import RowMatch
from experiments.selectors import comparison
from experiments.selectors.comparison import Wanted
from tests.integration.comparison.support import two_batches
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "AT_ONCE", 3)
    monkeypatch.setattr(comparison, "SAMPLE", 4)
    monkeypatch.setattr(comparison, "FIRST_STRETCH", 2)


def test_rows_come_in_row_order_page_by_page_in_both_directions() -> None:
    changed = [{"score": 1} if index % 2 else {} for index in range(12)]
    both = comparison.compared(*two_batches([{}] * 12, changed), {})
    counted, wanted = comparison.counted_fields(both), Wanted(match=RowMatch.CHANGED)
    seen, after = [], None
    for _ in range(3):
        found = comparison.find_lines(both, counted, wanted, want=2, after=after, before=None)
        seen += [line.row for line in found.lines]
        after = found.after
    assert seen == [1, 3, 5, 7, 9, 11]
    assert after is None
    back = comparison.find_lines(both, counted, wanted, want=2, after=None, before=9)
    assert [line.row for line in back.lines] == [5, 7]
    assert back.before == 5


def test_a_page_says_that_it_counted_a_sample_until_all_are_counted() -> None:
    a, b = two_batches([{}] * 6, [{"score": 1}] * 6)
    address = f"/csv-batch/differences/?a={a.pk}&b={b.pk}"
    html = browser("ann").get(address).content.decode()
    assert "a sample of 4 rows" in html
    assert "Changed <b>100%</b>" in html
    html = browser("ann").get(f"{address}&whole=1").content.decode()
    assert "a sample of" not in html
    assert "Changed <b>6</b>" in html
