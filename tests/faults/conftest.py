"""The fault tests use the demo of its own tests, too."""

from tests.programs.demo.conftest import demo

__all__ = ["demo"]
