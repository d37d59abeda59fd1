"""Whether the rows of a form can be stored, and what is wrong beside the input that it is about."""

import re
from typing import Any

from experiments.core.errors import InvalidInput
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.fields import field_to_json
from experiments.web.schema.rows import Row, Rows

Json = dict[str, Any]
INSIDE = re.compile(r"items|fields\[(\d+)\]")


def checked_fields(rows: Rows) -> list[Json] | None:
    """The fields as they are stored; None where the `problems` of a row say why not."""
    fields = rows.to_fields()
    given = [row for row in rows.rows if not row.is_blank]
    if rows.problem_count():
        return None
    for row in rows.all():
        if not row.name and not row.is_item and not row.is_blank:
            row.problems["name"] = "Enter a name."
    if rows.problem_count():
        return None
    for index, field in enumerate(fields):
        _try([field], given[index : index + 1])
    if rows.problem_count():
        return None
    return _try(fields, given)


def _try(fields: list[Json], rows: list[Row]) -> list[Json] | None:
    """The fields as they are stored."""
    try:
        return [field_to_json(field) for field in check_fields(fields)]
    except InvalidInput as error:
        part = error.part
        if part is None or part.index is None or part.index >= len(rows):
            # About all of them together: said where they end.
            rows[-1].problems[""] = error.reason
            return None
        row, key = _place(rows[part.index], part.key or "")
        known = {"name", "type", "description", *(option.name for option in row.options())}
        row.problems[key if key in known else ""] = error.reason
        return None


def _place(row: Row, path: str) -> tuple[Row, str]:
    """The row that a path within a field leads to, and the property that is left of it: `fields[2].minimum`."""
    for step in path.split("."):
        inside = INSIDE.fullmatch(step)
        if not inside:
            return row, step
        if inside[1] is None:
            if row.item is None:
                return row, ""
            row = row.item
        else:
            row = [one for one in row.fields if not one.is_blank][int(inside[1])]
    return row, ""
