"""What a row becomes: its message, made of the template and the columns, and the system params beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.errors import WorkbenchError
from experiments.prompts import Problem, Template, render_message, unknown_placeholders
from experiments.prompts.columns import MessageColumns


@dataclass(frozen=True)
class MessagePlan:
    """Columns and template of one queue, compiled once."""

    columns: MessageColumns
    template: Template

    def request(self, payload: Sequence[str]) -> tuple[str, dict[str, Any]]:
        columns = self.columns
        params, scope_params = columns.system_params(payload), columns.scope_params(payload)
        message = render_message(self.template, columns.row(payload), scope_params, columns.columns_text(payload))
        return message, params

    def unknown_placeholders(self) -> list[Problem]:
        """Placeholders of the template that no row has. Only the columns matter here, not what a row holds."""
        return unknown_placeholders(self.template, self.scope([""] * len(self.columns.names)))

    def scope(self, payload: Sequence[str]) -> Mapping[str, Any]:
        return {
            "row": self.columns.row(payload),
            "system_params": self.columns.scope_params(payload),
            "columns": self.columns.columns_text(payload),
        }

    def preview(self, payload: Sequence[str]) -> dict[str, Any]:
        """`{user_message, system_params, problems: [{code, detail}]}` of the cells of a row."""
        problems = [{"code": problem.code, "detail": problem.detail} for problem in self.unknown_placeholders()]
        message, params = "", dict[str, Any]()
        try:
            params = self.columns.system_params(payload)
            message, params = self.request(payload)
        except WorkbenchError as error:
            problems = problems or [{"code": error.code, "detail": error.detail}]
        return {"user_message": message, "system_params": params, "problems": problems}
