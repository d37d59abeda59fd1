"""The one list of an item's public fields fits the table, the API and the export."""

from experiments.api.serializers.items import RowSerializer
from experiments.core.item_fields import EXPORTED_FIELDS, ITEM_FIELDS
from experiments.export.rows import ExportRow
from experiments.models import QueueItem
from experiments.selectors.items import SINCE_ITS_QUEUE

NAMES = [field.name for field in ITEM_FIELDS]


def test_all_but_the_cells_are_columns_of_the_table_that_are_null_where_the_column_is() -> None:
    columns = {column.name: column for column in QueueItem._meta.concrete_fields}
    assert set(NAMES) - set(columns) == {"row_payload"}
    # A text that is missing is blank in the table, and null in the API. Some times that are missing the queue has.
    may_miss = {name for name, column in columns.items() if column.null or column.blank} - set(SINCE_ITS_QUEUE)
    assert {field.name for field in ITEM_FIELDS if field.null} == may_miss & set(NAMES) - {"id"}


def test_the_api_answers_them_in_this_order() -> None:
    assert list(RowSerializer().fields) == NAMES


def test_an_export_has_some_of_them() -> None:
    assert set(EXPORTED_FIELDS) <= set(NAMES)
    assert set(EXPORTED_FIELDS) <= set(ExportRow.__dataclass_fields__)
