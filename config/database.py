"""Where the data lives: `DATABASE_URL`, or the embedded PostgreSQL in the `var` directory."""

from pathlib import Path
from typing import Any

import dj_database_url


def database(*, url: str, var: Path) -> dict[str, Any]:
    """Django's settings for the one database. `url` may be empty."""
    settings: dict[str, Any] = dict(dj_database_url.parse(url)) if url else embedded(var)
    if "postgresql" not in settings["ENGINE"] and "embedded_postgres" not in settings["ENGINE"]:
        raise ValueError("DATABASE_URL must name a PostgreSQL database: postgresql://user:password@host/name")
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
