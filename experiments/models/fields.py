"""JSON columns whose numbers stay as they came. One of them keeps the order of keys, which `jsonb` sorts."""

from typing import Any

from django.db import models
from psycopg.types.json import Json, Jsonb

from experiments.core.json_text import parse_kept, to_json


class ExactJSONField(models.JSONField):
    """A `jsonb` column of what a remote or a person sent: a number that a float would round is read as a `Decimal`."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return Jsonb(value if prepared else self.get_prep_value(value), dumps=to_json)

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
