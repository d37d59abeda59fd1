"""Django REST framework: `experiments/api/pagination.py` looks into a cursor before the database does."""

from rest_framework.pagination import Cursor, CursorPagination

from tests.unit.libraries.support import parameters

LEANS = "experiments/api/pagination.py leans on it"


def test_a_cursor_is_a_named_tuple_with_a_position() -> None:
    assert Cursor._fields == ("offset", "reverse", "position"), LEANS
    assert Cursor(0, False, "a")._replace(position="b").position == "b", LEANS


def test_a_page_decodes_its_cursor_in_a_method_of_its_own() -> None:
    assert parameters(CursorPagination.decode_cursor) == ["self", "request"], LEANS
    assert "decode_cursor" in CursorPagination.paginate_queryset.__code__.co_names, LEANS
