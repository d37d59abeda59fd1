"""The API as a program uses it."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, Self

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from experiments.models import ApiToken
from tests.support.run_server import RunServer
from tests.support.worker import eventually

TOPIC = {"name": "topic", "description": "what it is about", "type": "string", "required": True, "nullable": False}
SCORE = {"name": "score", "description": "0 to 100", "type": "integer", "required": True, "nullable": False}
ENDED = ("completed", "paused", "cancelled")


class Api:
    """Calls with a token. `post`, `get`, … give the parsed answer and insist on the status."""

    def __init__(self, key: str) -> None:
        self.client = APIClient(raise_request_exception=False)
        self.client.credentials(HTTP_AUTHORIZATION=f"Token {key}")

    @classmethod
    def as_user(cls, name: str, *, is_staff: bool = False) -> Self:
        return cls(cls.key_of(name, is_staff=is_staff))

    @staticmethod
    def key_of(name: str, *, is_staff: bool = False) -> str:
        user, _ = get_user_model().objects.get_or_create(username=name, defaults={"is_staff": is_staff})
        _, key = ApiToken.issue(user=user, name="test")
        return key

    def call(self, method: str, path: str, want: int, data: Any = None, **more: Any) -> Any:
        kwargs = {"data": data, "format": "json", **more} if data is not None else more
        response = getattr(self.client, method)(f"/api{path}", **kwargs)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert response.status_code == want, f"{method} {path}: {response.status_code} {body[:800]!r}"
        if response.get("Content-Type", "").partition(";")[0] == "application/json":
            return json.loads(body)
        return body

    def get(self, path: str, want: int = 200, **query: Any) -> Any:
        return self.call("get", path, want, **({"query_params": query} if query else {}))

    def post(self, path: str, data: Any = None, want: int = 201) -> Any:
        return self.call("post", path, want, {} if data is None else data)

    def patch(self, path: str, data: Any, want: int = 200) -> Any:
        return self.call("patch", path, want, data)

    def delete(self, path: str, want: int = 204) -> Any:
        return self.call("delete", path, want)

    # -- the main job

    def network(self, server: RunServer | None, name: str = "net", **values: Any) -> str:
        agent = {"key": "a", "display_name": "A", "prompt": "Answer.", "is_default": True, "allow_respond": True}
        run_url = {"run_url": server.url} if server else {}
        defaults = {"name": name, "timeout_s": 10, "max_concurrency": 512, "agents": [agent]}
        self.post("/networks", {**defaults, **run_url, **values})
        return name

    def draft(self, network: str, **values: Any) -> str:
        return str(self.post("/csv_batches", {"name": "batch", "network": network, **values})["id"])

    def upload(self, batch: str, content: bytes, *, name: str = "x.csv", want: int = 201, **options: str) -> Any:
        data = {"file": SimpleUploadedFile(name, content, "text/csv"), **options}
        return self.call("post", f"/csv_batches/{batch}/upload", want, data, format="multipart")

    def ready(
        self, network: str, rows: Sequence[Sequence[str]], head: Sequence[str] = ("id", "text"), **values: Any
    ) -> str:
        """A draft that can start: the message of a row is the text of its column `text`."""
        batch = self.draft(network)
        self.upload(batch, to_csv([head, *rows]))
        settings = {"prompt_template": "{{ row.text }}", "response_fields": [TOPIC, SCORE], **values}
        self.patch(f"/csv_batches/{batch}", settings)
        return batch

    def run(self, batch: str, want: int = 202, **order: Any) -> Any:
        return self.post(f"/csv_batches/{batch}/run", {"confirm_schema_change": True, **order}, want)

    def batch(self, batch: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/csv_batches/{batch}")
        return found

    def wait(self, batch: str, *, until: Sequence[str] = ENDED, timeout_s: float = 60) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            found = self.batch(batch)
            return found if found["status"] in until else None

        state: dict[str, Any] = eventually(ended, timeout_s=timeout_s, what=f"batch {until}")
        return state

    def rest(self, batch: str) -> dict[str, Any]:
        """The batch as soon as it has ended and what was in flight then is recorded, which takes a moment longer."""

        def at_rest() -> dict[str, Any] | None:
            found = self.wait(batch)
            return found if found["progress"]["running"] == 0 else None

        state: dict[str, Any] = eventually(at_rest, what="nothing in flight")
        return state

    def rows(self, batch: str, **query: Any) -> list[dict[str, Any]]:
        page = self.get(f"/csv_batches/{batch}/rows", limit=1000, **query)
        rows = page["results"]
        while page["next"]:
            page = self.get(page["next"].partition("/api")[2])
            rows += page["results"]
        return list(rows)

    def export(self, batch: str, **query: Any) -> bytes:
        content: bytes = self.get(f"/csv_batches/{batch}/export", **query)
        return content


def to_csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def from_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def numbered(count: int) -> list[list[str]]:
    """Rows whose text names them."""
    return [[str(index), f"row {index}"] for index in range(count)]
