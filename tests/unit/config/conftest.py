from typing import Any

import pytest

from config.environment import Environment, UnreadableEnvironment


def problems(environment: Environment) -> list[str]:
    """A sentence for each variable that could not be read."""
    try:
        environment.verify()
    except UnreadableEnvironment as error:
        return str(error).split("\n")
    return []


def read(method: str, value: str | None, *args: Any, **options: Any) -> tuple[Any, list[str]]:
    """What `Environment.method` makes of `NAME=value` (None: unset), and its problems."""
    environment = Environment({} if value is None else {"NAME": value})
    return getattr(environment, method)("NAME", *args, **options), problems(environment)


@pytest.fixture(params=[None, "", "  "], ids=["unset", "empty", "blank"])
def nothing(request: pytest.FixtureRequest) -> Any:
    """The values that mean a default."""
    return request.param
