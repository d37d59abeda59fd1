"""The fault tests use the demo of its own tests, too."""

from tests.integration.csv_batches.demo.conftest import demo

__all__ = ["demo"]
