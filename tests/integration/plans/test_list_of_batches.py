"""The list of batches reads about as many as it shows, however many there are."""

import pytest

from tests.integration.plans.support import copies, reads
from tests.integration.web.support import batch_of, browser

pytestmark = pytest.mark.django_db


def test_the_list_of_batches_is_read_in_its_order() -> None:
    copies(batch_of("ann"), 5000)
    client = browser("root", is_staff=True)
    # The numbers of the legend are counted: each batch is looked at once.
    with reads(apart='AS "attention"') as seen:
        assert client.get("/csv-batch/").status_code == 200
    assert seen.most <= 60, seen.sql
    assert seen.sorted <= 60, "from one time to the next"
