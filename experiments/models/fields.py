"""JSON columns whose numbers stay as they came. One of them keeps the order of keys, which `jsonb` sorts."""

from typing import Any

from django.db import models
from psycopg.types.json import Json, set_json_loads

from experiments.core.json_numbers import ExactEncoder, to_json
from experiments.core.json_text import ExactDecoder, parse_kept

# Of `json` columns, which psycopg reads by itself. Those of `jsonb` come as texts, as Django wants them.
set_json_loads(parse_kept)


class ExactJSONField(models.JSONField):
    """A `jsonb` column of what a remote or a person sent: a number that a float would round is read as a `Decimal`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "encoder": ExactEncoder, "decoder": ExactDecoder})

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return parse_kept(value) if isinstance(value, str) else value

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {key: value for key, value in kwargs.items() if key not in ("encoder", "decoder")}


class OrderedJSONField(ExactJSONField):
    """A `json` column, without lookups inside it: the `jsonb` that `JSONField` uses sorts keys."""

    def db_type(self, connection: Any) -> str:
        return "json"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return None if value is None else Json(value, dumps=to_json)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        # psycopg has parsed it already.
        return value
