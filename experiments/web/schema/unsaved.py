"""Fields that are changed in a form and stored by one button. The form has what they were before, for Undo."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core import signing
from django.http import QueryDict

from experiments.core import json_text
from experiments.core.errors import InvalidInput
from experiments.core.formatting import counted
from experiments.core.json_numbers import to_json
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.fields import field_to_json
from experiments.response_schema.schema_import import NotTaken, schema_to_fields
from experiments.web.schema import importing
from experiments.web.schema.change import read_change
from experiments.web.schema.edits import NOTHING, Done
from experiments.web.schema.importing import Pasted, read_import
from experiments.web.schema.page import Builder, fingerprint
from experiments.web.schema.rows import Rows

Json = dict[str, Any]
SALT = "experiments.web.schema.unsaved"
UNDO = "undo"
STATES_LIMIT = 40
CHARS_LIMIT = 2_000_000  # of all states as JSON, which are sent compressed


@dataclass(frozen=True)
class Stored:
    """A schema as its fields. `not_taken`: what of it fields cannot say, so that storing the fields loses it."""

    fields: list[Json] = field(default_factory=list)
    not_taken: tuple[NotTaken, ...] = ()
    problem: str = ""

    @classmethod
    def of_schema(cls, schema: Mapping[str, Any] | None) -> "Stored":
        if not schema:
            return cls()
        try:
            found = schema_to_fields(schema)
        except InvalidInput as error:
            return cls(problem=f"The stored schema can’t be shown as fields. {error.detail}")
        return cls([field_to_json(one) for one in found.fields], found.not_taken)


@dataclass(frozen=True)
class Past:
    """The fields as they were after each change, the present ones last."""

    states: tuple[list[Json], ...]

    @classmethod
    def of_form(cls, form: Mapping[str, Any], stored: list[Json]) -> "Past":
        """What is not signed by this site is as if it was not there."""
        try:
            return cls(tuple(json_text.parse_kept(signing.loads(form.get("past", ""), salt=SALT))))
        except signing.BadSignature:
            return cls((stored,))

    @property
    def now(self) -> list[Json]:
        return self.states[-1]

    def then(self, fields: list[Json]) -> "Past":
        if fields == self.now:
            return self
        states = (*self.states, fields)[-STATES_LIMIT:]
        while len(states) > 1 and len(to_json(states)) > CHARS_LIMIT:
            states = states[1:]
        return Past(states)

    def before(self, typed: list[Json] | None) -> "Past":
        """Before the last change, which may be only in the form so far: `typed`, None where it is not valid."""
        return Past(self.states[:-1] or self.states) if typed == self.now else self

    def sealed(self) -> str:
        return signing.dumps(to_json(self.states), salt=SALT, compress=True)


@dataclass(frozen=True)
class Unsaved:
    """What a page shows. `fields` are what its Save stores: None where the rows of the form cannot be stored."""

    builder: Builder
    past: Past
    fields: list[Json] | None
    pasted: Pasted | None = None
    is_imported: bool = False


def opened(stored: Stored) -> Unsaved:
    return _shown(Past((stored.fields,)), stored, fingerprint(stored.fields))


def changed(form: QueryDict, files: Mapping[str, Any], stored: Stored) -> Unsaved:
    """After a change of the rows, or a button of theirs or of the import."""
    past, seen = Past.of_form(form, stored.fields), form.get("seen", "")
    if "do" in form or files:
        return _imported(form, files, past, stored)
    change = read_change(form, stored.fields)
    if form.get("act", "") == UNDO:
        return _shown(past.before(change.fields), stored, seen, done=Done(UNDO, "The last change is undone."))
    if change.fields is None:
        return Unsaved(replace(change.builder, stored=past.now, past=past.sealed(), seen_before=seen), past, None)
    past = past.then(change.fields)
    return Unsaved(_of_past(change.builder, past, stored, fingerprint(stored.fields)), past, past.now)


def _imported(form: QueryDict, files: Mapping[str, Any], past: Past, stored: Stored) -> Unsaved:
    seen = form.get("seen", "")
    pasted, use = read_import(form, files)
    if not use:
        return replace(_shown(past, stored, seen, quiet=True), pasted=pasted)
    found = importing.missing_fields(past.now, pasted.fields) if use == importing.ADD else list(pasted.fields)
    try:
        fields = [field_to_json(one) for one in check_fields(found)]
    except InvalidInput as error:
        return replace(_shown(past, stored, seen), pasted=replace(pasted, error=error.detail))
    said = Done("add-0", f"{counted(len(pasted.fields), 'field')} imported. Undo restores the fields that were there.")
    return replace(_shown(past.then(fields), stored, seen, done=said), is_imported=True)


def _shown(past: Past, stored: Stored, seen: str, *, done: Done = NOTHING, quiet: bool = False) -> Unsaved:
    builder = Builder(Rows.of_fields(past.now), past.now, done, problem=stored.problem, quiet=quiet)
    return Unsaved(_of_past(builder, past, stored, seen), past, past.now)


def _of_past(builder: Builder, past: Past, stored: Stored, seen: str) -> Builder:
    is_stored = past.now == stored.fields
    return replace(
        builder,
        stored=past.now,
        is_stored=is_stored,
        is_ready=not is_stored,
        past=past.sealed(),
        seen_before=seen,
    )
