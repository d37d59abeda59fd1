"""Which commands of the documents are not run by `tests/programs/docs`: where they run, or why nothing can run them.

A row is about all commands that begin with its text. Every other command is run as it is written.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`by`: the test, or `.ci/run`, which has the command itself; else `why` it is not run."""

    begins: str
    by: str = ""
    why: str = ""


CI = ".ci/run"
NO_ENGINE = "there is no container engine in CI; tests/programs/deploy checks the files"
NO_CLUSTER = "there is no cluster in CI; tests/programs/deploy checks the manifests"
READ = "tests/unit/docs/test_examples.py"
RECIPE = "uv run manage.py run_csv mails.csv --network support-triage"
LONG = "takes long, or wants the machine for itself"

ROWS = (
    Row("pip install uv && uv run manage.py demo", by="tests/programs/demo/test_sample.py"),
    Row("uv run pytest tests/workers", by=CI),
    Row("uv run pytest tests/programs", by=CI),
    Row('uv run pytest tests/browser -m "not slow"', by=CI),
    Row('uv run pytest tests/faults -m "not slow"', by=CI),
    Row('uv run --group litellm pytest tests/endpoints -m "not slow"', by=CI),
    Row("uv run --group litellm pytest tests/endpoints -m slow", why=LONG),
    Row("uv run --group openapi pytest tests/openapi", why=f"CI runs two of its files; all of it {LONG}"),
    Row("uv run pytest tests/unit/ingest --hypothesis-profile long", why=LONG),
    Row('uv run pytest tests/faults -m "slow and not mutation"', why=LONG),
    Row("uv run pytest tests/faults -m mutation", why=LONG),
    Row("SOAK_S=7200 uv run pytest tests/faults -m soak", why=LONG),
    Row("LIFE_JSON=life.json uv run pytest tests/faults/test_a_million_rows.py", why=LONG),
    Row("uv run pytest", by=CI),
    Row("uv run manage.py bench --quick", by=CI),
    Row("uv run manage.py bench", why=LONG),
    Row("uv run gunicorn -c python:config.gunicorn config.wsgi", by="tests/programs/deploy/test_image.py"),
    Row("uv run manage.py qcluster", by="tests/programs/demo/test_while_it_runs.py"),
    Row("uv run manage.py migrate", by="tests/programs/demo/test_sample.py"),
    Row("uv run manage.py createsuperuser", why="asks for a password"),
    Row("SITE_URL=https://workbench.example", by=CI),
    # The embedded model would take a minute for each; the test reads prompt, mapping and fields as the command does.
    Row(f"{RECIPE} --map Subject=prompt", by=READ),
    Row(f"{RECIPE} --map Body=prompt \\ --prompt", by=READ),
    Row("uv run manage.py run_csv --resume", by="tests/programs/run_csv/test_interrupted.py"),
    Row("uvx openapi-python-client generate", by="tests/openapi/test_generated_clients.py"),
    Row("OTEL_EXPORTER_OTLP_ENDPOINT=", why="needs a collector; tests/unit/worker/test_spans.py has the spans"),
    Row("uv run manage.py backup", by="tests/integration/backup/test_backup.py"),
    Row("uv run manage.py restore", by="tests/integration/backup/test_restore.py"),
    Row("call $api/subscriptions", why="needs a receiver; tests/workers/worker/test_webhooks.py has one"),
    Row("docker", why=NO_ENGINE),
    Row("cp deploy/env.example", why=NO_ENGINE),
    Row("kubectl", why=NO_CLUSTER),
    Row("cp deploy/systemd", why="writes into /etc; tests/programs/deploy verifies the units"),
    Row("systemctl", why="there is no systemd in CI; tests/programs/deploy verifies the units"),
)


def row_of(command: str) -> Row | None:
    """The first one that fits."""
    return next((row for row in ROWS if " ".join(command.split()).startswith(row.begins)), None)
