# What one does here every day. `uv tool install rust-just` brings `just`; without it, run the lines by hand.

# Options reach the command as they were quoted.
set positional-arguments := true

# Lists the recipes.
default:
    @just --list

# Starts everything on this machine, with sample data: `just dev --port 9000`.
dev *options:
    uv run manage.py demo "$@"

# Unit and integration tests.
test *options:
    uv run pytest "$@"

# One file, folder or test: `just one tests/unit/ingest`, `just one tests/unit/test_house.py -k root`.
one path *options:
    uv run pytest -n 0 "$@"

# What a real worker does with rows, networks and models.
workers *options:
    uv run pytest tests/workers "$@"

# What one starts, from end to end: `demo`, `bench`, a site below a path, one with Redis.
programs *options:
    uv run pytest tests/programs "$@"

# In a real browser; needs Chromium.
browser *options:
    uv run pytest tests/browser -m "not slow" "$@"

# The same pages dark, and zoomed in by 200 %.
looks *options:
    uv run pytest tests/browser -m slow "$@"

# A picture of each page, with a table of 40 columns: three widths, light and dark.
shots folder="var/shots":
    PICTURES="$1" uv run pytest tests/browser/pictures

# The pictures of README and docs/, from those of `just shots`.
doc-pictures folder="var/shots":
    cp "$1/queue-row-1440-light.png" docs/queue.png
    for step in upload map prompt schema review; do cp "$1/wizard-$step-1440-light.png" docs/wizard-$step.png; done
    cp "$1/experiment-1440-light.png" docs/experiment.png

# Workers, databases and servers that fail. Let nothing else run beside it.
faults *options:
    uv run pytest tests/faults -m "not slow" "$@"

# Calls the whole API by its own description.
openapi *options:
    uv run --group openapi pytest tests/openapi "$@"

# Unit tests under each Python of pyproject.toml that is on this machine.
pythons:
    .ci/pythons

# Batches over a real LiteLLM proxy.
endpoints *options:
    uv run --group litellm pytest tests/endpoints -m "not slow" "$@"

# Everything that is checked without running the site.
lint:
    uv run ruff check .
    uv run ruff format --check .
    uv run mypy
    uv run lint-imports
    uv run pytest -q -n 0 tests/unit/test_house.py
    uv run manage.py makemigrations --check --dry-run

# Mends what can be mended by itself.
format:
    uv run ruff check --fix .
    uv run ruff format .

# The documents as pages, in var/docs; a link that leads nowhere fails.
docs:
    uv run --group docs mkdocs build --strict

# What calling, reading, storing and exporting cost, on a database of its own. Let nothing else run beside it.
bench *options:
    uv run manage.py bench "$@"

# All that must hold before a change is handed in; takes long.
ci:
    .ci/run
