"""Where the data lives: `DATABASE_URL`, or the embedded PostgreSQL in the `var` directory."""

from pathlib import Path
from typing import Any

import dj_database_url

from config.environment import Environment


def database(environment: Environment, *, var: Path) -> dict[str, Any]:
    """Django's settings for the one database."""
    url = environment.service_url(
        "DATABASE_URL", schemes=("postgresql", "postgres", "pgsql"), form="postgresql://user:password@host/name"
    )
    settings: dict[str, Any] = dict(dj_database_url.parse(url)) if url else embedded(var)
    settings["CONN_MAX_AGE"] = 60
    settings["CONN_HEALTH_CHECKS"] = True
    settings["OPTIONS"] = {
        # A server that went away without a word is noticed in 30 seconds and not in two hours.
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        **settings.get("OPTIONS", {}),
    }
    return settings


def embedded(var: Path) -> dict[str, Any]:
    return {"ENGINE": "config.embedded_postgres", "NAME": "postgres", "HOST": str(var / "postgres")}
