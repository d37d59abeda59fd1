"""gunicorn: `config/gunicorn.py` sets it up, `experiments/http/request_body.py` reads bodies from it."""

from gunicorn.config import Config
from gunicorn.http.errors import NoMoreData

from config import gunicorn

OURS = {"WEB_THREADS"}


def test_every_setting_of_ours_is_one_of_its_own() -> None:
    ours = {name for name in vars(gunicorn) if not name.startswith("_")} - OURS
    assert ours - set(Config().settings) == set(), (
        "config/gunicorn.py: an unknown setting is passed over without a word"
    )


def test_a_body_in_chunks_that_ends_too_early_is_an_error_of_the_system() -> None:
    assert issubclass(NoMoreData, OSError), (
        "experiments/http/request_body.py takes it for a body that did not come whole"
    )
