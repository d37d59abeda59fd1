"""JSON columns whose numbers stay as they came. One of them keeps the order of keys, which `jsonb` sorts."""

from functools import partial
from typing import Any

from django.db import models
from psycopg.types.json import Json, Jsonb, set_json_loads

from experiments.core.json_numbers import to_json
from experiments.core.json_text import parse_kept

# Of `json` columns, which psycopg reads by itself. Those of `jsonb` come as texts, as Django wants them.
set_json_loads(parse_kept)


class ExactJSONField(models.JSONField):
    """A `jsonb` column of what a remote or a person sent: a number that a float would round is read as a `Decimal`."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return Jsonb(value if prepared else self.get_prep_value(value), dumps=partial(to_json, ensure_ascii=True))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else parse_kept(value)


class OrderedJSONField(models.JSONField):
    """A `json` column, without lookups inside it: the `jsonb` that `JSONField` uses sorts keys."""

    def db_type(self, connection: Any) -> str:
        return "json"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return None if value is None else Json(value, dumps=to_json)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        # psycopg has parsed it already.
        return value
