"""The fault tests use the demo of its own tests, too."""

from tests.integration.demo.conftest import demo

__all__ = ["demo"]
