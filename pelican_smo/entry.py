"""The home of the microformats of an article's page: what makes it an h-entry to those it links to.

Receivers of linkbacks read from it who wrote what and when (microformats.org/wiki/h-entry).
"""

import re
from collections.abc import Iterator
from html import escape

from pelican_smo.inject import Edit, Place
from pelican_smo.page import Page, Person
from pelican_smo.report import Change

__all__ = ["marked"]

_ATTRIBUTES = r"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*"
# What looks like an element in comments and scripts is none: they are passed over whole.
_CONTAINER = re.compile(
    r"<(?:!--(?:-?>|.*?(?:-->|\Z))|(script|style|template|textarea)\b.*?(?:</\1\s*>|\Z)"
    rf"|(/?)(article|main)(?![\w-]){_ATTRIBUTES}>)",
    re.DOTALL | re.IGNORECASE,
)
_INERT = (
    ("<!--", "-->"),
    *((f"<{name}", f"</{name}") for name in ("script", "style", "template", "textarea")),
)
_ATTRIBUTE = re.compile(
    r"[\s/]+([^\s\"'<>/=]+)(?:(\s*=\s*)(?:(\"[^\"]*\")|('[^']*')|([^\s\"'<>=`]+)))?"
)
_NAME = re.compile(r"<\w+")
_OWN_ROOT = re.compile(
    r"<\w[^<>]*\sclass\s*=\s*(?:\"[^\"<>]*|'[^'<>]*|)(?<![\w-])h-?entry(?![\w-])", re.IGNORECASE
)
_OTHER_ROOT = re.compile(r"(?<!\S)h-[a-z]", re.ASCII)


def marked(html: str, start: int, where: Place, page: Page) -> tuple[list[Edit], list[Change]]:
    """Return the edits that make the article ``page`` an h-entry, and what they change.

    ``html`` is its page, whose head ends at ``start`` and whose body stands at ``where``. The
    elements around the body get class names, and behind it come values that the theme does
    not mark; nothing moves. A page that its theme has marked itself is left as it is.
    """
    at, end = where.body
    if not where.exact or _has_entry(html, at, end):
        return [], []
    root = _enclosing(html, start, where.holder[1] if where.holder else at)
    if root is None:
        block = f'\n<div class="h-entry smo-entry" hidden>{_data(page)}</div>'
        return [(where.after, where.after, block)], []
    if _OTHER_ROOT.search(_classes(root[0])):
        return [], []
    edits = list(_with_class(root[0], root.start(), "h-entry"))
    changes = [Change("h-entry", "marked", root[0], _edited(root[0], root.start(), edits))]
    behind = where.after
    if where.holder is not None:
        if where.holder[0] == root.start():
            behind = end  # all that there is of the entry is the body: the values go inside
        else:
            tag = html[slice(*where.holder)]
            own = list(_with_class(tag, where.holder[0], "e-content"))
            changes.append(Change("e-content", "marked", tag, _edited(tag, where.holder[0], own)))
            edits += own
    values = f'\n<span class="smo-entry" hidden>{_data(page)}</span>'
    return [*edits, (behind, behind, values)], changes


def _has_entry(html: str, at: int, end: int) -> bool:
    """Tell whether the theme marks an entry; what the article's own text shows does not count."""
    if "h-entry" not in html and "hentry" not in html:
        return False
    return bool(_OWN_ROOT.search(html, 0, at) or _OWN_ROOT.search(html, end))


def _enclosing(html: str, start: int, end: int) -> re.Match[str] | None:
    """Return the start tag of the innermost article or main that is open at ``end``."""
    # Most often it is the last one that there is, and the way to it need not be looked at.
    last = max(html.rfind(tag, start, end) for tag in ("<article", "<main"))
    if last >= 0 and not _is_inert(html, start, last):
        found = _innermost(html, last, end)
        if found is not None:
            return found
    return _innermost(html, start, end)


def _innermost(html: str, start: int, end: int) -> re.Match[str] | None:
    open_tags: list[re.Match[str]] = []
    for tag in _CONTAINER.finditer(html, start, end):
        if not tag[3]:
            continue
        if not tag[2]:
            open_tags.append(tag)
            continue
        while open_tags and open_tags.pop()[3].lower() != tag[3].lower():
            pass
    return open_tags[-1] if open_tags else None


def _is_inert(html: str, start: int, position: int) -> bool:
    """Tell whether what stands at ``position`` may be in a comment, script or the like."""
    return any(
        html.rfind(opening, start, position) > html.rfind(closing, start, position)
        for opening, closing in _INERT
    )


def _class_of(tag: str) -> re.Match[str] | None:
    name = _NAME.match(tag)
    attributes = _ATTRIBUTE.finditer(tag, name.end() if name else 0)
    return next((one for one in attributes if one[1].lower() == "class"), None)


def _classes(tag: str) -> str:
    found = _class_of(tag)
    return (found[3] or found[4] or found[5] or "").strip("\"'") if found else ""


def _with_class(tag: str, offset: int, name: str) -> Iterator[Edit]:
    """Yield the edits that give the start tag ``tag``, which stands at ``offset``, a class."""
    found = _class_of(tag)
    if found is None:
        opening = _NAME.match(tag)
        at = offset + (opening.end() if opening else 0)
        yield at, at, f' class="{name}"'
    elif name in _classes(tag).split():
        return
    elif found[2] is None:
        at = offset + found.end()
        yield at, at, f'="{name}"'
    elif found[5] is not None:
        first, last = offset + found.start(5), offset + found.end(5)
        yield first, first, f'"{name} '
        yield last, last, '"'
    else:
        at = offset + found.end() - 1
        space = " " if _classes(tag).strip() else ""
        yield at, at, f"{space}{name}"


def _edited(tag: str, offset: int, edits: list[Edit]) -> str:
    for start, end, text in reversed(edits):
        tag = tag[: start - offset] + text + tag[end - offset :]
    return tag


def _data(page: Page) -> str:
    """Return what a reader of microformats has to know of ``page``, in elements without text."""
    people = page.authors or tuple(filter(None, [page.site.publisher]))
    dates = (("dt-published", page.published), ("dt-updated", page.modified))
    return "".join(
        [
            _value("u-url", page.canonical),
            _value("p-name", page.headline),
            *(f'<time class="{name}" datetime="{date}"></time>' for name, date in dates if date),
            *map(_author, people),
            *(_value("p-category", tag) for tag in page.tags),
            _value("p-summary", page.description),
        ]
    )


def _author(person: Person) -> str:
    photo = _value("u-photo", person.image.url) if person.image else ""
    values = _value("p-name", person.name) + _value("u-url", person.url) + photo
    return f'<span class="p-author h-card">{values}</span>'


def _value(name: str, value: str) -> str:
    return f'<data class="{name}" value="{escape(value)}"></data>' if value else ""
