"""JSON whose keys keep their order: the order of a schema's properties is the order of its columns."""

import json
from typing import Any

from django.db import models
from psycopg.types.json import Json


class OrderedJSONField(models.JSONField):
    """A `json` column, without lookups inside it: the `jsonb` that `JSONField` uses sorts keys."""

    def db_type(self, connection: Any) -> str:
        return "json"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return None if value is None else Json(value, dumps=lambda v: json.dumps(v, ensure_ascii=False))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        # psycopg has parsed it already.
        return value
