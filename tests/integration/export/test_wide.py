"""Five thousand columns go in and come back."""

from tests.integration.api.support import Draft
from tests.integration.export.support import complete
from tests.support.api import Api, from_csv, to_csv


def test_five_thousand_columns_come_back(api: Api) -> None:
    table = [[f"column {number}" for number in range(5000)], ["x", *[""] * 4998, "y"], [str(n) for n in range(5000)]]
    draft = Draft(api, api.draft(api.network(None)))
    api.upload(draft.id, to_csv(table))
    complete(draft)
    assert from_csv(api.export(draft.id, metadata=0)) == table
