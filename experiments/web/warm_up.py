"""What the first page of a web process would have to wait for, done while the process starts.

Views are imported with the addresses, which Django reads with the first request; templates are compiled, and much else
is made, when it is used first. Nothing here needs the database.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.forms.renderers import get_default_renderer
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils.formats import number_format
from django.utils.module_loading import import_string


def warm_up() -> None:
    """Imports all views, and compiles the templates of our pages, of the admin and of forms."""
    resolvers = [get_resolver()]
    for resolver in resolvers:
        resolvers += [one for one in resolver.url_patterns if isinstance(one, URLResolver)]
    for namespace in {resolver.namespace for resolver in resolvers}:
        # The names of its addresses are gathered when one is looked for.
        with suppress(NoReverseMatch):
            reverse(":".join(filter(None, (namespace, "no such page"))))
    admin = Path(apps.get_app_config("admin").path) / "templates"
    compile_templates(engines.all(), [admin])
    compile_templates([getattr(get_default_renderer(), "engine", None)], [])
    number_format(1000)
    for part in (settings.MESSAGE_STORAGE, settings.SESSION_SERIALIZER):
        import_string(part)
    cache.get("")


def compile_templates(backends: Sequence[object], further: Sequence[Path]) -> None:
    """Those in the backends' own folders, and in `further` ones that they look into, also behind one of that name."""
    for backend in backends:
        if not isinstance(backend, DjangoTemplates):
            continue
        for folder in [*map(Path, backend.engine.dirs), *further]:
            for file in sorted(folder.rglob("*.html")):
                name = file.relative_to(folder).as_posix()
                found = backend.get_template(name).template
                if folder in further and Path(found.origin.name) != file:
                    # Ours extends it.
                    backend.engine.find_template(name, skip=[found.origin])
        # Imported when they are asked for.
        _ = backend.engine.template_context_processors
