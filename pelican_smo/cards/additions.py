"""The home of what a site adds to Jinja, its filters, tests and globals, as part of a card's key."""

import inspect
from collections.abc import Iterable
from functools import partial
from types import CodeType
from typing import Any

from jinja2 import Environment, nodes

__all__ = ["additions", "defined"]

# Theirs change with their versions, which are known otherwise or change no card.
_KNOWN = ("builtins", "jinja2", "markupsafe", "pelican")
_PLAIN = (str, int, float, bool, type(None))


def additions(env: Environment, tree: nodes.Template) -> set[str]:
    """Return what ``tree`` uses of that with which ``env`` was extended, such as "filter:mine"."""
    filters = {f"filter:{node.name}" for node in tree.find_all(nodes.Filter)}
    tests = {f"test:{node.name}" for node in tree.find_all(nodes.Test)}
    names = {node.name for node in tree.find_all(nodes.Name)}
    return filters | tests | {f"global:{name}" for name in names if name in env.globals}


def defined(env: Environment, names: Iterable[str]) -> dict[str, Any]:
    """Return of each of ``names`` what it is: a plain value, or the code of a function, as JSON.

    What such a function calls in its turn is not looked at.
    """
    places = {"filter": env.filters, "test": env.tests, "global": env.globals}
    found = {}
    for name in names:
        place, _, own = name.partition(":")
        value = places[place].get(own)
        if _module(value) not in _KNOWN:
            found[name] = _told(value)
    return found


def _module(value: Any) -> str:
    is_code = callable(value) and not isinstance(value, partial)
    return str(getattr(value, "__module__", "")).partition(".")[0] if is_code else ""


def _told(value: Any) -> Any:
    if isinstance(value, (dict, list, tuple, set, frozenset)):
        return _told_of_many(value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, partial):
        return [_told(value.func), _told(value.args), _told(value.keywords)]
    code = getattr(inspect.unwrap(value) if callable(value) else value, "__code__", None)
    if isinstance(code, CodeType):
        return [*_told_constant(code), [*code.co_names]]
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _told_of_many(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return sorted([str(key), _told(one)] for key, one in value.items())
    told = [_told(one) for one in value]
    return sorted(told, key=repr) if isinstance(value, (set, frozenset)) else told


def _told_constant(value: Any) -> Any:
    if isinstance(value, CodeType):
        return [value.co_code.hex(), [_told_constant(one) for one in value.co_consts]]
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)
