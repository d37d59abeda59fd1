"""`manage.py qcluster`: a worker. Takes the place of django-q2's command of the same name."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Starts a worker. Start as many as you like, on as many machines; SIGTERM or Ctrl-C ends it in order."

    def handle(self, *args: Any, **options: Any) -> None:
        # Its import forks nothing but reads the settings of django-q2, which other commands do not need.
        from experiments.worker.cluster import WorkerCluster

        WorkerCluster().run()
