"""The object in what a model wrote, however it is wrapped."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.runtime.model_text import object_in

OBJECT = {"tone": "positive", "note": 'a "quoted" } bracket'}
JSON = json.dumps(OBJECT)
WRAPPED = {
    "as it is": JSON,
    "a byte-order mark": "\ufeff" + JSON,
    "blanks": f"\n\t {JSON} \n",
    "a fence": f"```json\n{JSON}\n```",
    "a fence without a language": f"```\n{JSON}\n```",
    "a fence in prose": f"Here you are:\n\n```json\n{JSON}\n```\nAsk me for more!",
    "a fence without a language in prose": f"Here:\n```\n{JSON}\n```",
    "a fence without an end": f"Here:\n```json\n{JSON}",
    "prose before": f"Sure! The answer is {JSON}",
    "prose behind": f"{JSON}\n\nI hope that helps :-{{",
    "prose with brackets": f"I read [1] and {{x}}, set f(x) = \\frac{{1}}{{2}}: {JSON} [2]",
    "prose with a bracket that stays open": f"Smile :-[ and {{ so on: {JSON}",
    "prose with a lone quote in a bracket": f'A [5" pipe]: {JSON}',
    "the same object twice": f"{JSON}\n\nAgain, in full:\n```json\n{JSON}\n```",
    "a thought": f"<think>Is it positive? Yes.</think>\n{JSON}",
    "a thought with an example": f'<think>Like {{"tone": "negative"}}?</think>{JSON}',
    "a thought without its first tag": f'Like {{"tone": "negative"}}? No.\n</think>\n\n{JSON}',
    "a thought with an open bracket": f'Hm, {{"tone": … \n</think>\n{JSON}',
    "thoughts in other words": f"<Thinking>Hm.</Thinking><reasoning>Yes.</reasoning> {JSON}",
    "a thought in a thought": f"<think>a <think>b</think> c</think>{JSON}",
    "a thought in the middle": f'Let me see. <think>{{"tone": 1}}</think> {JSON}',
    "a thought and a fence": f"<think>Hm.</think>\n```json\n{JSON}\n```",
    "written as a text": json.dumps(JSON),
    "written as a text twice": json.dumps(json.dumps(JSON)),
    "written as a text in a fence": f"```json\n{json.dumps(JSON)}\n```",
    "written as a text in a fence in prose": f"Here:\n```json\n{json.dumps(JSON)}\n```\nDone.",
    "doubled brackets": f"\\boxed{{{JSON}}}",
    "an empty thought": f"<think>\n\n</think>\n\n{JSON}",
}


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED)
def test_it_is_found(text: str) -> None:
    assert object_in(text) == OBJECT


@pytest.mark.parametrize(
    "value", ["a </think> b", "<think>a", "```json\n{}\n```", "Sure: {", '{"x": 1}', "\ufeff", "<think>{}</think>"]
)
@pytest.mark.parametrize("wrap", ["{}", "Sure: {}", "```json\n{}\n```"])
def test_what_stands_inside_of_a_text_of_it_is_left_alone(value: str, wrap: str) -> None:
    assert object_in(wrap.format(json.dumps({"note": value}))) == {"note": value}


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=4)
PROSE = st.text(st.sampled_from("ab ,.:'-*#\n"), max_size=30)


@given(OBJECTS, PROSE, PROSE, st.sampled_from(["{}", "<think>{{1}} [</think>{}", "```json\n{}\n```", "```\n{}```"]))
def test_any_object_in_any_prose_is_found(value: dict[str, object], before: str, behind: str, wrap: str) -> None:
    assert object_in(before + wrap.format(json.dumps(value)) + behind) == value
