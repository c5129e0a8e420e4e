"""The home of a card's template: what it is made of, what it uses, and its HTML."""

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from html import unescape
from typing import Any, NamedTuple, cast

from jinja2 import (
    BaseLoader,
    Environment,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
    nodes,
)

from pelican_smo.cards.additions import additions
from pelican_smo.errors import CardError, PassingError

__all__ = ["MAPPINGS", "Layout", "Markup", "digest_of", "layout_of", "markup_of", "template_name"]

# Variables of which a template reads a field or two, and only those are part of its card.
MAPPINGS = ("metadata", "site")
# Not compiled before there is something to draw, as all of these.
_STYLE = r"(?is)<style\b[^>]*>(.*?)</style\s*>"
# A picture that img() did not find has no source, which an engine takes for a mistake.
_NOT_DRAWN = (
    r"(?is)<img\b(?=[^>]*\bsrc\s*=\s*(?:\"\s*\"|'\s*'))[^>]*>"
    r"|<!--.*?-->|<!doctype[^>]*>|<(head|title|script)\b[^>]*>.*?</\1\s*>|</?(?:html|body)\b[^>]*>"
)


class Layout(NamedTuple):
    """A card's template with all that it includes: its digest, and what it uses.

    ``variables`` are the names that it reads, with the field where it reads only fields
    ("site.name"), ``pictures`` what it calls img() with, ``letters``
    those that it says by itself, of which ASCII is left out. ``parts`` are the templates that
    it is made of; None where a name made while rendering may lead to others.
    """

    name: str
    template: str
    digest: str
    variables: frozenset[str]
    pictures: tuple[str, ...]
    letters: str
    parts: tuple[str, ...] | None
    added: tuple[str, ...] = ()


class Markup(NamedTuple):
    """What a template made for one card: the HTML, and the text of its <style> elements."""

    html: str
    css: str


def template_name(layout: str) -> str:
    """Return the name of the template of ``layout``."""
    return "smo/card.html" if layout == "plain" else f"smo/card-{layout}.html"


def layout_of(env: Environment, name: str) -> Layout:
    """Return the layout ``name`` as the loader of ``env`` has it: a site's, a theme's or ours.

    Raises CardError where there is none, where it is no template, or where it asks for a
    picture by anything but a text.
    """
    template = template_name(name)
    sources: dict[str, str] = {}
    found = _Found()
    try:
        _read(env, template, frozenset(), sources, found)
    except TemplateError as error:
        if isinstance(error, TemplateNotFound) and error.name == template:
            raise _missing(name, template, _layouts(env)) from error
        raise _failed(error, template) from error
    return Layout(
        name=name,
        template=template,
        digest=digest_of(sources),
        variables=frozenset(found.variables),
        pictures=tuple(sorted(found.pictures)),
        letters="".join(sorted(found.letters)),
        parts=None if found.is_open else tuple(sorted(sources)),
        added=tuple(sorted(found.added)),
    )


def _missing(name: str, template: str, layouts: Sequence[str]) -> CardError:
    near = difflib.get_close_matches(name, layouts, n=1)
    remedy = f"the layouts are {', '.join(layouts)}"
    return CardError(
        f"layout {name!r}",
        f"there is no template {template}",
        f"did you mean {near[0]!r}? {remedy}" if near else remedy,
    )


def digest_of(sources: Mapping[str, str]) -> str:
    """Return the digest of a layout made of ``sources``, by the names of its templates."""
    parts = "\0".join(f"{path}\0{source}" for path, source in sorted(sources.items()))
    return hashlib.blake2b(parts.encode("utf-8", "replace"), digest_size=16).hexdigest()


class _Found:
    """What was found while reading a template and those that it refers to."""

    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.pictures: set[str] = set()
        self.letters: set[str] = set()
        self.added: set[str] = set()
        self.read: set[tuple[str, frozenset[str]]] = set()
        self.is_open = False


def _read(
    env: Environment,
    template: str,
    replaced: frozenset[str],
    sources: dict[str, str],
    found: _Found,
) -> None:
    """Read ``template``, whose blocks ``replaced`` are never shown, and all it refers to."""
    if env.loader is None or (template, replaced) in found.read:
        return
    found.read.add((template, replaced))
    source, filename, tree = _parsed(env, template)
    sources[template] = source
    for block in [*tree.find_all(nodes.Block)]:
        if block.name in replaced:
            block.body = []
    found.variables |= {*_fields(tree, _undeclared(tree, template, filename))}
    found.pictures |= {*_pictures(tree, template)}
    found.letters |= {*_letters(tree)}
    found.added |= additions(env, tree)
    parents = {_text(node.template) for node in tree.find_all(nodes.Extends)}
    if template in parents:
        raise CardError(
            f"template {filename or template}",
            f"it extends {template!r}, which is itself",
            f'write {{% extends "!{template}" %}} for the one that it replaces',
        )
    own = frozenset(block.name for block in tree.find_all(nodes.Block) if not _shows_parent(block))
    for other in meta.find_referenced_templates(tree):
        if other is None:
            found.is_open = True
            _read_all(env, sources, found)
        else:
            hidden = replaced | own if other in parents else frozenset[str]()
            _read_named(env, other, hidden, sources, found)


def _parsed(env: Environment, template: str) -> tuple[str, str | None, nodes.Template]:
    """Return the source of ``template``, its file and its tree."""
    loader = cast("BaseLoader", env.loader)
    try:
        source, filename, _ = loader.get_source(env, template)
    except UnicodeDecodeError as error:
        told = f"it is no UTF-8: {error}"
        raise CardError(f"template {template}", told, "save it as UTF-8") from error
    return source, filename, env.parse(source, template, filename)


def _undeclared(tree: nodes.Template, template: str, filename: str | None) -> set[str]:
    try:
        return meta.find_undeclared_variables(tree)
    except TemplateSyntaxError as error:  # it does not know which template it looks at
        raise TemplateSyntaxError(error.message or "", error.lineno, template, filename) from error


def _read_named(
    env: Environment,
    template: str,
    replaced: frozenset[str],
    sources: dict[str, str],
    found: _Found,
) -> None:
    try:
        _read(env, template, replaced, sources, found)
    except TemplateNotFound:
        # {% include ["mine.html", "smo/card.html"] %} may name what is not there; one that must
        # be is told of when the template is rendered.
        sources[template] = ""


def _read_all(env: Environment, sources: dict[str, str], found: _Found) -> None:
    """Read every template, to any of which a name made while rendering may lead."""
    for name in _all(env):
        # Most of a theme's are none for a card, and do not have to be.
        with suppress(TemplateError, CardError):
            _read(env, name, frozenset(), sources, found)


def _letters(tree: nodes.Template) -> Iterator[str]:
    """Yield the letters that a template says by itself and that are not ASCII."""
    said = [data.data for data in tree.find_all(nodes.TemplateData)]
    said += [const.value for const in tree.find_all(nodes.Const) if isinstance(const.value, str)]
    for text in said:
        yield from (char for char in unescape(text) if not char.isascii())


def _fields(tree: nodes.Template, variables: Iterable[str]) -> Iterator[str]:
    """Yield ``variables``, and instead of one that is a mapping the fields that are read of it."""
    for name in variables:
        if name not in MAPPINGS:
            yield name
            continue
        reads: list[nodes.Getattr | nodes.Getitem] = [*tree.find_all(nodes.Getattr)]
        reads += tree.find_all(nodes.Getitem)
        fields = [field for one in reads if _is_name(one.node, name) and (field := _field(one))]
        named = [one for one in tree.find_all(nodes.Name) if _is_name(one, name)]
        if len(fields) < len(named):
            yield name
        yield from (f"{name}.{field}" for field in fields)


def _is_name(node: nodes.Node, name: str) -> bool:
    return isinstance(node, nodes.Name) and node.name == name


def _field(read: nodes.Getattr | nodes.Getitem) -> str:
    name = read.attr if isinstance(read, nodes.Getattr) else _text(read.arg)
    return "" if hasattr(dict, name) else name  # metadata.items() reads all of it


def _text(node: nodes.Node) -> str:
    """Return the text that ``node`` is, if it is one written in the template."""
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""


def _shows_parent(block: nodes.Block) -> bool:
    return any(name.name == "super" for name in block.find_all(nodes.Name))


def _pictures(tree: nodes.Template, template: str) -> Iterator[str]:
    for call in tree.find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == "img"):
            continue
        if not (name := _text(call.args[0]) if call.args else ""):
            raise CardError(
                f"template {template}, line {call.lineno}",
                "img() is asked for a picture whose name is not written in the template",
                'write img("logo"), img("cover") or img("images/x.png")',
            )
        yield name


def _all(env: Environment) -> list[str]:
    """Return every template that a name made while rendering may lead to."""
    try:
        names = env.list_templates(filter_func=lambda name: not name.startswith("!"))
    except TypeError:  # a loader of somebody else, which cannot say what it has
        return []
    return sorted(names)


def _layouts(env: Environment) -> list[str]:
    found = [re.fullmatch(r"smo/card-(.+)\.html", name) for name in _all(env)]
    return ["plain", *(match[1] for match in found if match)]


def markup_of(
    env: Environment, layout: Layout, context: Mapping[str, Any], css: str = ""
) -> Markup:
    """Return what the template of ``layout`` makes of ``context``; ``css`` comes last.

    Raises PassingError, with file and line, for a template that does not render: another time
    it may, for it can call what is no part of it.
    """
    try:
        html = env.get_template(layout.template).render(context)
    except Exception as error:
        raise _failed(error, layout.template) from error
    styles = [*re.findall(_STYLE, html), css]
    body = re.sub(_NOT_DRAWN, "", re.sub(_STYLE, "", html)).strip()
    if not body:
        raise CardError(f"template {layout.template}", "it draws nothing", "put the card into it")
    return Markup(body, "\n".join(filter(None, styles)))


def _failed(error: Exception, template: str) -> PassingError:
    """Return ``error``, raised by a template, with the file and line where it happened."""
    file, line = _place(error, template)
    where = f"template {file}" + (f", line {line}" if line else "")
    if isinstance(error, CardError):
        told = f"{error.where}: {error.problem}".removeprefix(": ")
        return PassingError(where, told, error.remedy)
    kind = "" if isinstance(error, TemplateError) else f"{type(error).__name__}: "
    message = str(error.message if isinstance(error, TemplateError) else error).rstrip(".")
    if isinstance(error, TemplateNotFound):
        message = f"there is no template {message}"
    return PassingError(where, f"{kind}{message}", "correct the template")


def _place(error: Exception, template: str) -> tuple[str, int]:
    """Return the template and the line where ``error`` was raised, 0 for a line not known.

    A syntax error says it by itself. For others Jinja rewrites the traceback, so that frames
    of templates have their file and line, and marks them by a global of theirs.
    """
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or template, error.lineno
    place, trace = (template, 0), error.__traceback__
    while trace is not None:
        if "__jinja_exception__" in trace.tb_frame.f_globals:
            file = trace.tb_frame.f_code.co_filename
            place = (template if file.startswith("<") else file, trace.tb_lineno)
        trace = trace.tb_next
    return place
