"""The home of what is known of layouts from an earlier build, so that they need not be parsed."""

import hashlib
import json
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateNotFound

from pelican_smo.cards.layouts import Layout, digest_of, layout_of
from pelican_smo.manifest import write_atomically

__all__ = ["KnownLayouts"]

# Another number has every layout read again: for a change of ours in what is looked for.
_VERSION = 3
# What decides how an environment reads a template.
_SYNTAX = (
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
    "line_statement_prefix",
    "line_comment_prefix",
)


class KnownLayouts:
    """Layouts as they were found, kept in ``file`` as long as their templates stay the same.

    The file may be lost, damaged or unwritable: then templates are read as if there were none.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)
        self._used: dict[str, Any] = {}

    def layout_of(self, env: Environment, name: str) -> Layout:
        """Return the layout ``name`` as ``env`` has it; raises CardError as layout_of does."""
        syntax = _syntax(env)
        row = self._known.get(name)
        layout = _layout(env, name, syntax, row)
        if layout is None:
            layout = layout_of(env, name)
            row = _row(layout, syntax)
        if layout.parts is not None:
            self._used[name] = row
        return layout

    def close(self) -> None:
        """Write down what was asked for; what cannot be written is found again."""
        if self._used != self._known:
            text = json.dumps(self._used, indent=0, sort_keys=True)
            with suppress(OSError):
                write_atomically(self._file, text.encode())


def _syntax(env: Environment) -> str:
    """Return the digest of all but the templates that decides what is found in them."""
    parts = [
        [_VERSION, metadata.version("jinja2")],
        [getattr(env, name) for name in _SYNTAX],
        [sorted(named) for named in (env.extensions, env.filters, env.tests, env.globals)],
    ]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def _row(layout: Layout, syntax: str) -> dict[str, Any]:
    return {
        "syntax": syntax,
        "template": layout.template,
        "digest": layout.digest,
        "variables": sorted(layout.variables),
        "pictures": [*layout.pictures],
        "letters": layout.letters,
        "parts": [*(layout.parts or ())],
        "added": [*layout.added],
    }


def _layout(env: Environment, name: str, syntax: str, row: Any) -> Layout | None:
    """Return the layout that ``row`` tells of, if its templates are what they were."""
    try:
        if row["syntax"] != syntax or digest_of(_sources(env, row["parts"])) != row["digest"]:
            return None
        return Layout(
            name=name,
            template=str(row["template"]),
            digest=str(row["digest"]),
            variables=frozenset(map(str, row["variables"])),
            pictures=tuple(map(str, row["pictures"])),
            letters=str(row["letters"]),
            parts=tuple(map(str, row["parts"])),
            added=tuple(map(str, row["added"])),
        )
    except (KeyError, TypeError):
        return None


def _sources(env: Environment, names: list[str]) -> dict[str, str]:
    """Return the text of templates; that of one that is not there is empty, as layout_of has it."""
    found = dict.fromkeys(names, "")
    for name in names:
        with suppress(TemplateNotFound, UnicodeDecodeError):
            found[name] = env.loader.get_source(env, name)[0] if env.loader else ""
    return found


def _read(file: Path) -> dict[str, Any]:
    try:
        rows = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return rows if isinstance(rows, dict) else {}
