"""What `OPTIONS` answers."""

from typing import Any

from rest_framework.metadata import SimpleMetadata
from rest_framework.request import Request


class CallMetadata(SimpleMetadata):
    """Name, description and media types of a call. What its body may have is in the description of the API: where
    response fields are in it, it is of any depth and could not be listed here."""

    def determine_actions(self, request: Request, view: Any) -> dict[str, Any]:
        return {}
