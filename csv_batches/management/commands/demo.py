"""`manage.py demo`: the whole site as one process tree, with a sample that runs."""

import os
import secrets
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import db
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from csv_batches.demo import batch as sample
from csv_batches.demo import programs
from csv_batches.demo.sample import GOLD_FIELD
from csv_batches.demo.supervisor import GaveUp, Supervisor
from experiments.core.errors import WorkbenchError
from experiments.core.secret_files import made_once
from experiments.runtime import local_model

USERNAME = "demo"
START_S = 120.0
PORT_S = 15.0
"""How long what a killed demo left may still hold the port; it ends by itself."""
TICK_S = 0.2


class Command(BaseCommand):
    help = (
        "Starts everything in one: database, migrations, a staff user, a sample network, the language model, the web "
        "server and a worker; then runs a sample CSV. Ctrl-C ends it all, a second one hurries."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=programs.port_number, default=8000, help="Port on 127.0.0.1; 8000 where not given."
        )
        parser.add_argument("--no-sample", action="store_true", help="Do not run the sample CSV.")

    def handle(self, *args: Any, port: int, no_sample: bool, **options: Any) -> None:
        url = f"http://127.0.0.1:{port}"
        try:
            with (
                programs.only_demo(settings.VAR_DIR / "demo.lock", url) as was_killed,
                Supervisor(say=self.say) as supervisor,
            ):
                programs.await_port(port, PORT_S if was_killed else 0)
                self.run_all(supervisor, port, url, with_sample=not no_sample)
        except GaveUp as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            self.say("stopped")

    def say(self, text: str) -> None:
        # The terminal may be gone while the programs still have to be ended.
        with suppress(OSError):
            self.stdout.write(text)
            self.stdout.flush()

    def step(self, name: str, text: str) -> None:
        self.say(f"{name:<9} {text}")

    def run_all(self, supervisor: Supervisor, port: int, url: str, *, with_sample: bool) -> None:
        launcher = programs.uv_process()
        try:
            self.prepare_database()
            user, password = self.ensure_user()
            self.step("network", sample.ensure_network().name)
            has_model = self.start_programs(supervisor, port, url)
            self.say(f"ready {url} user={USERNAME} password={password}")
            watch = self.run_sample(user, url) if with_sample and has_model else None
            # Where `uv run` was killed, nobody could tell us to stop any more.
            while launcher is None or os.getppid() == launcher:
                supervisor.check()
                if watch:
                    watch.look()
                time.sleep(TICK_S)
        except KeyboardInterrupt:
            self.say("stopping (Ctrl-C once more to hurry)")
            raise

    # -- what the programs need

    def prepare_database(self) -> None:
        try:
            # Kept to the end: the embedded server stops with its last user, which is then this process.
            db.connection.ensure_connection()
        except (db.Error, RuntimeError) as error:
            raise CommandError(f"No connection to the database: {error}") from None
        where = db.connection.settings_dict["HOST"] if not os.environ.get("DATABASE_URL") else "DATABASE_URL"
        self.step("database", f"PostgreSQL, {where}")
        call_command("migrate", interactive=False, verbosity=0)
        self.step("migrate", "done")

    def ensure_user(self) -> tuple[Any, str]:
        password = made_once(settings.VAR_DIR / "demo_password", make=lambda: secrets.token_urlsafe(12))
        user, _ = get_user_model().objects.update_or_create(
            username=USERNAME, defaults={"is_staff": True, "is_superuser": True, "is_active": True}
        )
        # Setting the same password again would end the user's sessions.
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        self.step("user", f"{USERNAME}, staff")
        return user, password

    # -- the programs

    def start_programs(self, supervisor: Supervisor, port: int, url: str) -> bool:
        """Model, web, worker: each calls the one before it. Returns whether there is a model for the sample."""
        env = programs.environment(url)
        has_model = self.start_model(supervisor, env)
        supervisor.start(programs.web_program(port, env))
        if supervisor.pid("model"):
            supervisor.wait_until(programs.is_model_up, name="model", timeout_s=START_S)
            self.step("model", f"{local_model.MODEL_NAME}, embedded")
        supervisor.wait_until(lambda: programs.answers(port), name="web", timeout_s=START_S)
        self.step("web", url)
        supervisor.start(programs.worker_program(env))
        supervisor.wait_until(lambda: programs.has_workers(supervisor.pid("worker")), name="worker", timeout_s=START_S)
        self.step("worker", f"{programs.worker_count()} processes")
        self.step("logs", str(programs.log_file("*")))
        return has_model

    def start_model(self, supervisor: Supervisor, env: dict[str, str]) -> bool:
        if settings.OPENAI_BASE_URL:
            self.step("model", f"{settings.OPENAI_MODEL} at {urlsplit(settings.OPENAI_BASE_URL).hostname}".strip())
            return True
        try:
            local_model.model_file()
        except local_model.LocalModelError as error:
            self.step("model", f"none, so the sample does not run. {error.detail}")
            return False
        supervisor.start(programs.model_program(env))
        return True

    # -- the sample

    def run_sample(self, user: Any, url: str) -> "Watch | None":
        try:
            batch = sample.find_batch(user=user) or sample.start_batch(user=user)
        except WorkbenchError as error:
            self.step("sample", f"not started: {error.detail}")
            return None
        self.step("sample", f"{batch.total} rows of {batch.source_name}, to be seen at {url}{sample.page(batch)}")
        return Watch(self, batch.pk)


class Watch:
    """Tells in short lines how the sample batch goes on, until it has ended."""

    def __init__(self, command: Command, batch_id: UUID) -> None:
        self._step = command.step
        self._batch_id = batch_id
        self._every_s = 2.0 if command.stdout.isatty() else 10.0
        self._look_at = self._speak_at = 0.0
        self._said: tuple[str, int] | None = None
        self._ended = False

    def look(self) -> None:
        """Asks the database, at most once a second; one that does not answer is asked again later."""
        if self._ended or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + 1
        try:
            now = sample.outcome(self._batch_id)
        except (db.Error, RuntimeError):
            # RuntimeError: the embedded server, which the same connection will bring back, is not up yet.
            db.connection.close()
            return
        if now is None or now.has_ended:
            self._ended = True
            self._conclude(now)
        elif self._is_worth_saying(now):
            rows = f"{now.done} of {now.total} rows"
            self._say(rows if now.is_running else f"{now.status} after {rows}: {now.pause_detail}")

    def _say(self, text: str) -> None:
        self._step("sample", text)

    def _is_worth_saying(self, now: sample.Outcome) -> bool:
        """A new status always, progress now and then."""
        state = (now.status, now.done)
        is_new_status = self._said is None or self._said[0] != now.status
        if state == self._said or not (is_new_status or time.monotonic() >= self._speak_at):
            return False
        self._said, self._speak_at = state, time.monotonic() + self._every_s
        return True

    def _conclude(self, end: sample.Outcome | None) -> None:
        if end is None:
            self._say("was deleted")
            return
        took = f" {end.seconds:.0f} s after its start" if end.seconds is not None else ""
        self._say(f"{end.status}{took}: {end.answered} answered, {end.failed} failed")
        if end.judged:
            share = f"{end.right} of {end.judged} rows ({end.right / end.judged:.0%})"
            self._say(f"{GOLD_FIELD} is right in {share}, by the labels in the file")
            self._say("the prompt was worded on these very rows: expect less of so small a model on other mail")
