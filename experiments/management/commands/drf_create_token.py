"""`manage.py drf_create_token USER`: a new API token."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from experiments.core.actor import acting, by_command
from experiments.services import api_tokens


class Command(BaseCommand):
    help = "Makes a new API token and prints its key, which is stored hashed and cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="What the token is for.")
        parser.add_argument("--days", type=_days, help="How long it is in force; without it: until it is revoked.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']}.")
        with acting(by_command):
            _, key = api_tokens.issue(user=user, name=options["name"], days=options["days"])
        self.stdout.write(f"Generated token {key} for user {user.get_username()}")


def _days(text: str) -> int:
    number = int(text)
    if not 1 <= number <= api_tokens.MOST_DAYS:
        raise ValueError
    return number
