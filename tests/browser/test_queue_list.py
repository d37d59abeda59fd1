"""The list of batches shows each of its columns, however long the names in it are."""

import pytest

from csv_batches.models import CsvBatch
from experiments.models import Network
from tests.browser.conftest import Open
from tests.browser.support.looks import Look
from tests.integration.web.support import batch_of, user

LONG = "production-support-triage-network-of-the-customer-care-department-in-the-northern-region"
CUT = """() => { const box = document.querySelector(".tbl"); return box.scrollWidth - box.clientWidth; }"""


@pytest.mark.parametrize("width", [1440, 1000])
def test_no_long_name_pushes_a_column_out(open_page: Open, width: int) -> None:
    user("chief", is_staff=True)
    batch = batch_of("ann", ["queued"] * 3, name=LONG.replace("-", " "))
    CsvBatch.objects.filter(pk=batch.pk).update(network=Network.objects.create(name=LONG))
    page = open_page("/csv-batch/", Look("list", width=width), name="chief")
    assert page.evaluate(CUT) == 0
    assert page.get_by_role("cell", name=LONG).get_attribute("title") == LONG
