"""Jinja2: `experiments/prompts/filters.py` replaces how values are looked up, and writes a meter into the tree."""

import jinja2
from jinja2 import filters, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment

from tests.unit.libraries.support import parameters

LEANS = "experiments/prompts/filters.py leans on it"


def test_every_look_up_goes_through_the_environment() -> None:
    class Noted(SandboxedEnvironment):
        def getitem(self, obj: object, argument: object) -> str:
            return f"item {argument}"

        def getattr(self, obj: object, attribute: str) -> str:
            return f"attribute {attribute}"

    template = Noted().from_string("{{ row['a'] }}, {{ row.b }}")
    assert template.render(row={}) == "item a, attribute b", LEANS


def test_a_filter_can_be_put_into_the_tree_under_a_name_that_no_template_can_write() -> None:
    environment = jinja2.Environment()
    environment.filters["each "] = lambda value, cost: f"{value} {cost}"
    tree = environment.parse("{{ a }}")
    (output,) = tree.find_all(nodes.Output)
    (name,) = output.nodes
    output.nodes = [nodes.Filter(name, "each ", [nodes.Const(2)], [], None, None, lineno=1)]
    assert environment.from_string(tree).render(a="b") == "b 2", LEANS
    assert nodes.Filter.fields == ("node", "name", "args", "kwargs", "dyn_args", "dyn_kwargs"), LEANS


def test_what_a_template_is_rendered_with_is_in_the_parent_of_its_context() -> None:
    seen: list[object] = []

    @jinja2.pass_context
    def look(context: jinja2.runtime.Context, value: object) -> object:
        seen.append(context.parent["meter "])
        return value

    environment = jinja2.Environment()
    environment.filters["look"] = look
    environment.from_string("{% for a in [1] %}{{ a | look }}{% endfor %}").render(**{"meter ": "here"})
    assert seen == ["here"], LEANS


def test_a_filter_with_a_context_is_not_run_while_a_template_is_compiled() -> None:
    @jinja2.pass_context
    def fails(context: jinja2.runtime.Context, value: object) -> object:
        raise AssertionError(LEANS)

    environment = jinja2.Environment()
    environment.filters["fails"] = fails
    environment.from_string("{{ 'constant' | fails }}")


def test_the_stock_filters_take_what_ours_hand_on() -> None:
    wanted = ["env", "s", "length", "killwords", "end", "leeway"]
    assert parameters(filters.do_truncate) == wanted, LEANS
    assert parameters(filters.do_default) == ["value", "default_value", "boolean"], LEANS


def test_a_loop_is_a_loop_context() -> None:
    environment = jinja2.Environment()
    environment.filters["kind"] = lambda value: type(value).__name__
    assert environment.from_string("{% for a in [1] %}{{ loop | kind }}{% endfor %}").render() == LoopContext.__name__
