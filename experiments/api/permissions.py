from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class StaffWrites(BasePermission):
    """Everybody who is signed in reads; staff write."""

    message = "Only staff may change networks."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        return request.method in SAFE_METHODS or bool(getattr(request.user, "is_staff", False))
