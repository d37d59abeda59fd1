"""The same by the API."""

import pytest

from tests.integration.comparison.support import two_batches
from tests.integration.web.support import batch_of
from tests.support.api import Api

pytestmark = pytest.mark.django_db


def test_it_counts_and_lists_what_differs() -> None:
    a, b = two_batches([{}, {}], [{"score": 90, "tags": ["late"]}, {}])
    api = Api.as_user("ann")
    found = api.get(f"/csv_batches/{a.pk}/differences?with={b.pk}&match=changed&limit=1")
    assert found["matches"]["changed"] == 1
    assert found["matches"]["unchanged"] == 1
    assert found["sampled"] is False
    [row] = found["results"]
    assert row["row_index"] == 0
    assert row["changes"] == {"score": "higher", "tags": "fewer_entries"}
    assert (row["a"]["score"], row["b"]["score"]) == (86, 90)
    near = api.get(f"/csv_batches/{a.pk}/differences?with={b.pk}&moves=score:10&count=score")
    assert near["matches"]["unchanged"] == 2


def test_pages_follow_each_other() -> None:
    a, b = two_batches([{}] * 3, [{"score": 1}] * 3)
    api = Api.as_user("ann")
    found = api.get(f"/csv_batches/{a.pk}/differences?with={b.pk}&limit=2")
    following = api.get(found["next"].removeprefix("http://testserver/api"))
    assert [row["row_index"] for row in (*found["results"], *following["results"])] == [0, 1, 2]
    assert following["next"] is None


def test_what_is_not_theirs_is_not_found() -> None:
    a, _ = two_batches([{}], [{}])
    foreign = batch_of("bob", ["succeeded"], status="completed", source_sha256="same")
    Api.as_user("ann").get(f"/csv_batches/{a.pk}/differences?with={foreign.pk}", want=404)
