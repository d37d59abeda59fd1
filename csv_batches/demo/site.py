"""The demo from start to stop: database, user, network, programs, and the sample batch."""

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
from django.core.management.base import CommandError, OutputWrapper

from csv_batches.demo import batch as sample_batch
from csv_batches.demo import programs
from csv_batches.demo.supervisor import Supervisor
from csv_batches.rules.sample import GOLD_FIELD
from experiments.core.errors import WorkbenchError
from experiments.core.secret_files import made_once
from experiments.runtime import local_model

USERNAME = "demo"
START_S = 120.0
PORT_S = 15.0
"""How long the programs of a killed demo may still hold the port; they end by themselves."""
TICK_S = 0.2


class DemoSite:
    """Everything on one machine, under one supervisor. Each step of the start is one line of `output`."""

    def __init__(self, port: int, output: OutputWrapper) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.output = output

    def run(self, *, with_sample: bool) -> None:
        """Returns after Ctrl-C, with all programs ended. Raises `CommandError` and `GaveUp`."""
        lock_file = settings.VAR_DIR / "demo.lock"
        try:
            with programs.only_demo(lock_file, self.url) as was_killed, Supervisor(say=self.say) as supervisor:
                programs.await_port(self.port, PORT_S if was_killed else 0)
                self.run_until_stopped(supervisor, with_sample=with_sample)
        except KeyboardInterrupt:
            self.say("stopped")

    def run_until_stopped(self, supervisor: Supervisor, *, with_sample: bool) -> None:
        launcher = programs.uv_process()
        try:
            self.prepare_database()
            user, password = self.ensure_user()
            self.say_step("network", sample_batch.ensure_network().name)
            has_model = self.start_programs(supervisor)
            self.say(f"ready {self.url} user={USERNAME} password={password}")
            progress = self.start_sample(user) if with_sample and has_model else None
            # Once the `uv run` that launched this was killed, nobody could stop it any more.
            while launcher is None or os.getppid() == launcher:
                supervisor.check()
                if progress:
                    progress.report()
                time.sleep(TICK_S)
        except KeyboardInterrupt:
            self.say("stopping (Ctrl-C once more to hurry)")
            raise

    def say(self, text: str) -> None:
        # The terminal may be closed while the programs still have to be ended.
        with suppress(OSError):
            self.output.write(text)
            self.output.flush()

    def say_step(self, name: str, text: str) -> None:
        self.say(f"{name:<9} {text}")

    # -- what the programs need

    def prepare_database(self) -> None:
        try:
            # This connection stays open to the end: the embedded server stops with its last client.
            db.connection.ensure_connection()
        except (db.Error, RuntimeError) as error:
            raise CommandError(f"No connection to the database: {error}") from None
        where = db.connection.settings_dict["HOST"] if not os.environ.get("DATABASE_URL") else "DATABASE_URL"
        self.say_step("database", f"PostgreSQL, {where}")
        call_command("migrate", interactive=False, verbosity=0)
        self.say_step("migrate", "done")

    def ensure_user(self) -> tuple[Any, str]:
        """The staff user and the password, which is created on the first start and kept in a file."""
        password = made_once(settings.VAR_DIR / "demo_password", make=lambda: secrets.token_urlsafe(12))
        user, _ = get_user_model().objects.update_or_create(
            username=USERNAME, defaults={"is_staff": True, "is_superuser": True, "is_active": True}
        )
        # Setting the same password again would end the user's sessions.
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        self.say_step("user", f"{USERNAME}, staff")
        return user, password

    # -- the programs

    def start_programs(self, supervisor: Supervisor) -> bool:
        """Starts model, web and worker, each of which calls the one before. Returns whether there is a model."""
        env = programs.environment(self.url)
        has_model = self.start_model(supervisor, env)
        supervisor.start(programs.web_program(self.port, env))
        if supervisor.pid("model"):
            supervisor.wait_until(programs.is_model_up, name="model", timeout_s=START_S)
            self.say_step("model", f"{local_model.MODEL_NAME}, embedded")
        supervisor.wait_until(lambda: programs.answers(self.port), name="web", timeout_s=START_S)
        self.say_step("web", self.url)
        supervisor.start(programs.worker_program(env))
        supervisor.wait_until(lambda: programs.has_workers(supervisor.pid("worker")), name="worker", timeout_s=START_S)
        self.say_step("worker", f"{programs.worker_count()} processes")
        self.say_step("logs", str(programs.log_file("*")))
        return has_model

    def start_model(self, supervisor: Supervisor, env: dict[str, str]) -> bool:
        if settings.OPENAI_BASE_URL:
            text = f"{settings.OPENAI_MODEL} at {urlsplit(settings.OPENAI_BASE_URL).hostname}"
            self.say_step("model", text.strip())
            return True
        try:
            local_model.model_file()
        except local_model.LocalModelError as error:
            self.say_step("model", f"none, so the sample does not run. {error.detail}")
            return False
        supervisor.start(programs.model_program(env))
        return True

    # -- the sample

    def start_sample(self, user: Any) -> "SampleProgress | None":
        try:
            batch = sample_batch.find_batch(user=user) or sample_batch.start_batch(user=user)
        except WorkbenchError as error:
            self.say_step("sample", f"not started: {error.detail}")
            return None
        address = f"{self.url}{sample_batch.page_path(batch)}"
        self.say_step("sample", f"{batch.total} rows of {batch.source_name}, to be seen at {address}")
        return SampleProgress(self, batch.pk)


class SampleProgress:
    """Reports the progress of the sample batch in short lines, until the batch has ended."""

    def __init__(self, site: DemoSite, batch_id: UUID) -> None:
        self.site = site
        self.batch_id = batch_id
        self.has_ended = False
        self._every_s = 2.0 if site.output.isatty() else 10.0
        self._next_look = self._next_line = 0.0
        self._reported: tuple[str, int] | None = None

    def say(self, text: str) -> None:
        self.site.say_step("sample", text)

    def report(self) -> None:
        """Queries the database at most once a second. Where it cannot be reached, the next call tries again."""
        if self.has_ended or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + 1
        try:
            now = sample_batch.outcome(self.batch_id)
        except (db.Error, RuntimeError):
            # RuntimeError: the embedded server is down; reconnecting starts it again.
            db.connection.close()
            return
        if now is None or now.has_ended:
            self.has_ended = True
            self._report_end(now)
        elif self._is_due(now):
            rows = f"{now.done} of {now.total} rows"
            self.say(rows if now.is_running else f"{now.status} after {rows}: {now.pause_detail}")

    def _is_due(self, now: sample_batch.Outcome) -> bool:
        """Whether to report this: a new status at once, progress every few seconds."""
        state = (now.status, now.done)
        is_new_status = self._reported is None or self._reported[0] != now.status
        if state == self._reported or not (is_new_status or time.monotonic() >= self._next_line):
            return False
        self._reported, self._next_line = state, time.monotonic() + self._every_s
        return True

    def _report_end(self, end: sample_batch.Outcome | None) -> None:
        if end is None:
            self.say("was deleted")
            return
        took = f" {end.seconds:.0f} s after its start" if end.seconds is not None else ""
        self.say(f"{end.status}{took}: {end.answered} answered, {end.failed} failed")
        if end.judged:
            share = f"{end.right} of {end.judged} rows ({end.right / end.judged:.0%})"
            self.say(f"{GOLD_FIELD} is right in {share}, by the labels in the file")
            self.say("the prompt was worded on these very rows: expect less of so small a model on other mail")
