"""How a call of the API is described in OpenAPI, where its view does not say otherwise."""

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

OF_COLLECTIONS = {"GET": "list", "POST": "create"}
OF_OBJECTS = {"GET": "retrieve", "PATCH": "update", "PUT": "replace", "DELETE": "delete"}
SENTENCE = re.compile(r"(.+?)\.(?=\s|$)", re.DOTALL)


ROOT = "api"
"""The first part of all addresses."""


class CallDescription(AutoSchema):
    """Operation ids are verbs of the collection: `networks_create`, `networks_try`, of a queue `…_rows_list`.

    Tags are the collections. A summary that nobody wrote is the first sentence of the description.
    """

    def get_operation_id(self) -> str:
        parts = self._parts()
        names = [part for part in parts if not part.startswith("{")]
        if parts[-1].startswith("{"):
            names.append(OF_OBJECTS.get(self.method, self.method.lower()))
        elif len(names) == 1 and names != ["run"]:
            names.append(OF_COLLECTIONS.get(self.method, self.method.lower()))
        elif self.method == "GET" and self._is_list_view():
            names.append("list")
        elif self.method in OF_OBJECTS and len({*self.view.allowed_methods} - {"HEAD", "OPTIONS"}) > 1:
            # The plain name is that of its POST.
            names.append(OF_OBJECTS[self.method])
        return "_".join(names)

    def get_tags(self) -> list[str]:
        return [self._parts()[0]]

    def get_summary(self) -> str:
        words = " ".join((self.get_description() or self.get_operation_id()).replace("`", "").split())
        sentence = SENTENCE.match(words)
        return sentence[1] if sentence else words

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        name: str = super().get_serializer_name(serializer, direction).removesuffix("Serializer")
        # In a request “Request” is added; some serializers have that in their name.
        return name.removesuffix("Request") if direction == "request" else name

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(  # type: ignore[no-untyped-call]
            serializer, direction
        )
        for one in schema.get("properties", {}).values():
            if {} in one.get("oneOf", ()):
                # Any JSON value, null too.
                del one["oneOf"]
        if direction == "response" and isinstance(serializer, serializers.ModelSerializer):
            # What may be left out of a request is there in each answer.
            schema["required"] = sorted(schema.get("properties", ()))
        return schema

    def _parts(self) -> list[str]:
        return [part for part in self.path.split("/") if part not in ("", ROOT)]
