"""The public fields of an item, in one list: its JSON in the API, its columns in an export and what is read for them.

A new field is a column of `QueueItem`, a line here, and a place in `EXPORTED_FIELDS` where exports have it too.
"""

from datetime import datetime
from typing import Any, NamedTuple

from experiments.core.choices import RowStatus


class ItemField(NamedTuple):
    """`type` is that of its JSON value, where `datetime` is a text. `null`: the value may be null."""

    name: str
    type: type[Any]
    null: bool = False


ITEM_FIELDS = (
    ItemField("id", int),
    ItemField("row_index", int),
    ItemField("status", RowStatus),
    ItemField("row_payload", dict),
    ItemField("result_payload", dict, null=True),
    ItemField("corrected_payload", dict, null=True),
    ItemField("changes", list, null=True),
    ItemField("run_trace_id", str, null=True),
    ItemField("error_code", str, null=True),
    ItemField("error_message", str, null=True),
    ItemField("attempts", int),
    ItemField("available_at", datetime),
    ItemField("queued_at", datetime),
    ItemField("started_at", datetime, null=True),
    ItemField("completed_at", datetime, null=True),
    ItemField("elapsed_ms", int, null=True),
    ItemField("input_tokens", int, null=True),
    ItemField("output_tokens", int, null=True),
    ItemField("cost", float, null=True),
    ItemField("version", int, null=True),
    ItemField("reused_from", dict, null=True),
)
"""In the order of the API's answers. `row_payload` is {column: text}, the others are columns of `QueueItem`."""

EXPORTED_FIELDS = ("run_trace_id", "status", "elapsed_ms", "attempts", "error_code", "error_message", "row_index")
"""Those that follow the answer in an export, in that order."""
EXPORTED_LAST = ("input_tokens", "output_tokens", "cost", "version")
"""Those behind `corrected`, what all calls of the row used among them: what came later stands at the end."""
