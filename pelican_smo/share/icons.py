"""The home of icons: shipped drawings and a site's own SVG, made harmless, as inline SVG."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

from markupsafe import Markup

__all__ = ["drawing", "own_drawing", "svg"]

_DRAWN = frozenset(
    (
        "svg",
        "g",
        "path",
        "circle",
        "ellipse",
        "line",
        "polygon",
        "polyline",
        "rect",
        "title",
        "desc",
    )
)
_ATTRIBUTES = re.compile(
    r"c[xy]|d|(?:fill|stroke|clip)(?:-(?:opacity|rule|dasharray|linecap|linejoin|miterlimit|width))?"
    r"|height|opacity|points|r[xy]?|transform|viewBox|width|[xy][12]?"
)
_VALUE = re.compile(r"[\w\s.,()#%+-]*", re.ASCII)
_MOST = 20_000


@cache
def _shipped() -> dict[str, str]:
    text = (files(__package__) / "icons.toml").read_text(encoding="utf-8")
    return {
        name: _svg(row["body"], stroke=row.get("stroke", False))
        for name, row in tomllib.loads(text).items()
    }


def _svg(body: str, box: str = "0 0 24 24", *, stroke: bool = False) -> str:
    paint = (
        'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"'
        ' stroke-linejoin="round"'
        if stroke
        else 'fill="currentColor"'
    )
    return (
        f'<svg class="smo-icon" width="20" height="20" viewBox="{box}" {paint}'
        f' aria-hidden="true" focusable="false">{body}</svg>'
    )


def svg(name: str, own: str = "") -> Markup:
    """Return the icon ``name``, or the drawing ``own``, as inline SVG; empty if there is none."""
    return Markup(own or _shipped().get(name, ""))  # noqa: S704  ours, or rebuilt by own_drawing


def own_drawing(icon: str, folder: Path) -> str:
    """Return a site's own ``icon`` as inline SVG, its colours left to the page.

    ``icon`` is SVG text, or the path of a file, relative ones below ``folder``. Only shapes
    are taken over. Raises ValueError, a clause that says what is wrong, for anything that
    could run or load something, and OSError where the file cannot be read.
    """
    text = icon if icon.lstrip().startswith("<") else _read(folder / icon)
    if len(text) > _MOST:
        raise ValueError(f"is longer than {_MOST} characters")
    return drawing(text)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError("is no text in UTF-8") from None


def drawing(text: str) -> str:
    """Return the shapes of the SVG ``text`` as inline SVG; raises ValueError."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("holds a document type; save it as plain SVG")
    try:
        root = ET.fromstring(text)  # noqa: S314  without a document type there are no entities
    except ET.ParseError as error:
        raise ValueError(f"is no SVG: {error}") from None
    if _local(root.tag) != "svg":
        raise ValueError("is no SVG: its first element is not <svg>")
    box = root.get("viewBox") or f"0 0 {_number(root, 'width')} {_number(root, 'height')}"
    if not re.fullmatch(r"\s*-?[\d.]+(?:[\s,]+-?[\d.]+){3}\s*", box):
        raise ValueError("has no viewBox")
    stroke = root.get("fill") == "none" and root.get("stroke") not in (None, "none")
    body = "".join(_shape(child) for child in root)
    for attribute in root.attrib:
        _check_attribute("svg", attribute, root.attrib[attribute])
    if not body:
        raise ValueError("draws nothing")
    return _svg(body, " ".join(box.replace(",", " ").split()), stroke=stroke)


def _number(root: ET.Element, name: str) -> str:
    return (root.get(name) or "").removesuffix("px")


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _shape(element: ET.Element) -> str:
    name = _local(element.tag)
    if not isinstance(element.tag, str) or name in ("title", "desc", "metadata", "namedview"):
        return ""
    if name not in _DRAWN or name == "svg":
        raise ValueError(f"holds <{name}>; only shapes are allowed, such as <path>")
    attributes = [
        f' {_local(key)}="{_paint(_local(key), value)}"'
        for key, value in element.attrib.items()
        if _check_attribute(name, key, value)
    ]
    inner = "".join(map(_shape, element))
    opening = f"<{name}{''.join(attributes)}"
    return f"{opening}>{inner}</{name}>" if inner else f"{opening}/>"


def _check_attribute(element: str, key: str, value: str) -> bool:
    """Tell whether the attribute draws something; raises ValueError if it does more."""
    name = _local(key)
    if name.lower().startswith("on") or name in ("href", "style"):
        raise ValueError(f"has the attribute {name!r} on <{element}>; remove it")
    if not _ATTRIBUTES.fullmatch(name):
        return False
    if not _VALUE.fullmatch(value) or "url(" in value.lower():
        raise ValueError(f"has {name}={value!r} on <{element}>; write a plain value")
    return True


def _paint(name: str, value: str) -> str:
    """Return ``value``, a colour as that of the text around the icon."""
    value = " ".join(value.split())
    return "currentColor" if name in ("fill", "stroke") and value != "none" else value
