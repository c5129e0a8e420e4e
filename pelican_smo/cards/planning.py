"""The home of what one card is drawn from, and of the key by which it is known again."""

import difflib
import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from jinja2 import Environment, Undefined
from jinja2.utils import missing

from pelican_smo.cards import takumi, words
from pelican_smo.cards.additions import defined
from pelican_smo.cards.colors import card_colors
from pelican_smo.cards.digests import Digests
from pelican_smo.cards.draw import pictures_of
from pelican_smo.cards.engine import (
    HEIGHT,
    WIDTH,
    CardEngine,
    Drawing,
    Extent,
    TextStyle,
)
from pelican_smo.cards.known_layouts import KnownLayouts
from pelican_smo.cards.layouts import Layout, markup_of
from pelican_smo.cards.library import Choice, FontLibrary, covered, remedy, script
from pelican_smo.cards.subject import VARIABLES, alt, facts, is_plain, picked, site
from pelican_smo.collect import Collector
from pelican_smo.errors import CardError
from pelican_smo.labels import Direction
from pelican_smo.settings import Settings, beside_settings, cache_folder, is_layout
from pelican_smo.text import plain

__all__ = ["Plan", "Planner"]

_Fitted = TypeVar("_Fitted")

# Another number draws every card again: for a change of ours that no digest shows.
_VERSION = 1
_YES = ("yes", "true", "1", "on")
_ASCII = "".join(map(chr, range(32, 127)))
# A card has no holes: networks show what is behind them as they like.
_GROUND = (
    f'<div style="display:block;width:{WIDTH}px;height:{HEIGHT}px;overflow:hidden;'
    'background:{color}">{html}</div>'
)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


class Plan(NamedTuple):
    """A card before it is drawn; ``key`` is the digest of exactly what it is drawn from.

    ``said`` are the variables that its template uses, ``pictures`` the files by the name by
    which the template calls them.
    """

    layout: Layout
    title: str
    language: str
    direction: Direction
    said: Mapping[str, Any]
    choice: Choice
    pictures: Mapping[str, Path]
    key: str

    @property
    def alt(self) -> str:
        """Return in words what the card says."""
        return alt({"title": self.title, **self.said})


class _Shared(NamedTuple):
    """What all cards of a layout have in common: the template, its settings, their digest.

    ``names`` are the variables that an article says, ``letters`` those that the rest is of,
    ``pictures`` the files that each of them shows.
    """

    layout: Layout
    names: frozenset[str]
    said: Mapping[str, Any]
    letters: str
    pictures: Mapping[str, Path]
    digest: str


class Planner:
    """Plans the cards of one run; what many cards share is looked up once."""

    def __init__(
        self, settings: Settings, pelican: Mapping[str, Any], collector: Collector, env: Environment
    ) -> None:
        self.settings, self.pelican = settings, pelican
        self.collector, self.env = collector, env
        cache = cache_folder(settings, pelican)
        chosen = [beside_settings(pelican, name) for name in settings.card_fonts]
        self._library = FontLibrary(chosen, cache, system=not os.environ.get("CI"))
        self._digests = Digests(cache / "pictures.json")
        self._known_layouts = KnownLayouts(cache / "layouts.json")
        self._colors, problems = card_colors(settings.card_colors)
        self.problems = [*problems, *map(_of_fonts, self._library.problems)]
        self._css = self._stylesheet()
        self._texts: dict[Path, str] = {}
        self._css_pictures = tuple(pictures_of(self._css))
        self._layouts: dict[str, _Shared | CardError] = {}
        self._common: dict[tuple[object, ...], str] = {}  # of cards that share all but the words
        self._plain_fonts: dict[tuple[str, str], Choice] = {}
        self._logo = next(collector.logos(), None)

    def _stylesheet(self) -> str:
        name = self.settings.card_css
        try:
            return beside_settings(self.pelican, name).read_text(encoding="utf-8") if name else ""
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", "") or str(error)
            self._note("SMO_CARD_CSS", f"{name!r} cannot be read: {why}", "correct it")
            return ""

    def check_categories(self, there: Collection[str]) -> None:
        """Note a category of the settings that is nearly one of those that are ``there``."""
        named = self.settings.card_layout
        for name in named if isinstance(named, Mapping) else ():
            near = difflib.get_close_matches(name, there, n=1)
            if name != "default" and name not in there and near:
                self._note(
                    "SMO_CARD_LAYOUT", f"{name!r} is no category", f"did you mean {near[0]!r}?"
                )

    def close(self) -> None:
        """Keep for the next build what was worked out about files."""
        self._digests.close()
        self._known_layouts.close()

    # Which layout, and what its cards share

    def layout_name(self, content: Any) -> str:
        """Return the layout of the card of ``content``: its own, its category's, the site's."""
        own = content.metadata.get("smo_card")
        if own and (name := plain(str(own)).lower()) and name not in _YES:
            return name
        category = content.category.name if hasattr(content, "category") else ""
        return self.settings.card_layout_of(category)

    def _shared(self, name: str) -> _Shared:
        if name not in self._layouts:
            try:
                self._layouts[name] = self._read(name)
            except CardError as error:
                self._layouts[name] = error
        found = self._layouts[name]
        if isinstance(found, CardError):
            raise found
        return found

    def _read(self, name: str) -> _Shared:
        if not is_layout(name):
            raise CardError(
                f"layout {name!r}",
                "that is no name of a layout",
                "it is of small letters, digits and hyphens, as in smo/card-quote.html",
            )
        layout = self._known_layouts.layout_of(self.env, name)
        said = {one: self.pelican[one] for one in layout.variables if self._is_setting(one, layout)}
        used = {variable.partition(".")[0] for variable in layout.variables}
        if "colors" in used:
            said["colors"] = self._colors._asdict()
        if "site" in used:
            said |= picked({"site": site(self.collector)}, layout.variables)
        parts = {
            "version": _VERSION,
            "engine": [takumi.version(), words.version()],
            "layout": [layout.template, layout.digest, defined(self.env, layout.added)],
            "css": self._css,
            "ground": self._colors.background,
            "said": said,
        }
        names = frozenset({"title", *used} & VARIABLES.keys())
        own = "".join((layout.letters, *_said_by(self._css), *_strings(said)))
        letters = "".join(dict.fromkeys(own))
        digest = _digest(_CANONICAL.encode(parts))
        return _Shared(layout, names, said, letters, self._shared_pictures(layout), digest)

    def _is_setting(self, name: str, layout: Layout) -> bool:
        """Tell whether ``name`` is a setting that a template may use."""
        if not name.isupper() or name not in self.pelican:
            return False
        is_fit = is_plain(self.pelican[name])
        if not is_fit:
            told = f"{name} is no text, number, list or dict, so that no card can show it"
            self._note(f"template {layout.template}", told, "use another setting")
        return is_fit

    # One card

    def plan(self, content: Any) -> Plan:
        """Return the plan of the card of ``content``; raises CardError where there can be none."""
        shared = self._shared(self.layout_name(content))
        said = facts(self.collector, content, shared.names)
        if "metadata" in said:
            said = picked(said, shared.layout.variables)
        return self._planned(shared, said, content.lang, self._pictures(shared, content))

    def sample(self, layout: str, said: Mapping[str, Any], language: str) -> Plan:
        """Return the plan of a card that no article has; raises CardError where there is none."""
        shared = self._shared(layout)
        chosen = {name: value for name, value in said.items() if name in shared.names}
        return self._planned(shared, chosen, language, self._pictures(shared, None))

    def _planned(
        self,
        shared: _Shared,
        said: Mapping[str, Any],
        language: str,
        pictures: Mapping[str, Path],
    ) -> Plan:
        title = said["title"]
        towards = words.direction(title, language)
        told = _CANONICAL.encode(said)
        drawn = "".join(map(self._drawn_text, pictures.values()))
        choice = self._fonts_for(shared, said, told, drawn, language)
        common = shared.digest, language, towards, choice.fonts, *pictures.items()
        if common not in self._common:
            fonts = [[font.digest, *font.families] for font in choice.fonts]
            files = {name: self._digests.of(path) for name, path in pictures.items()}
            parts = [shared.digest, language, towards, fonts, files]
            self._common[common] = _CANONICAL.encode(parts)
        return Plan(
            layout=shared.layout,
            title=title,
            language=language,
            direction=towards,
            said={**shared.said, **said},
            choice=choice,
            pictures=pictures,
            key=_digest(told, self._common[common]),
        )

    def _fonts_for(
        self, shared: _Shared, said: Mapping[str, Any], told: str, drawn: str, language: str
    ) -> Choice:
        """Return the fonts for what an article says, which is ``told`` as JSON, and its pictures.

        Of a thousand articles in English all but a few say nothing that is not ASCII, which JSON
        tells faster than a look at each text.
        """
        if "\\u" in told or not drawn.isascii():
            text = "".join((shared.letters, drawn, *_strings(said)))
            return self._library.fonts_for(text, language)
        key = shared.letters, language
        if key not in self._plain_fonts:
            self._plain_fonts[key] = self._library.fonts_for(shared.letters + _ASCII, language)
        return self._plain_fonts[key]

    def _pictures(self, shared: _Shared, content: Any) -> Mapping[str, Path]:
        """Return the files that a card of ``content`` shows, as far as they are there."""
        if "cover" not in shared.layout.pictures:
            return shared.pictures
        cover = next(self.collector.covers(content), None)
        return {**shared.pictures, "cover": cover} if cover is not None else shared.pictures

    def _shared_pictures(self, layout: Layout) -> dict[str, Path]:
        """Return the files that each card of ``layout`` shows."""
        found = {name: self._picture(name, layout) for name in layout.pictures if name != "cover"}
        found |= {name: self._picture_of_css(name) for name in self._css_pictures}
        return {name: path for name, path in found.items() if path is not None}

    def _picture(self, name: str, layout: Layout) -> Path | None:
        if name == "logo":
            return self._logo
        path = next(self.collector.images.files(name), None)
        if path is None:
            problem = f"img({name!r}) is no file below the content folder"
            self._note(f"template {layout.template}", problem, "correct its path")
        return path

    def _picture_of_css(self, name: str) -> Path | None:
        path = next(self.collector.images.files(name), None)
        if path is None:
            problem = f"url({name!r}) is no file below the content folder"
            self._note("SMO_CARD_CSS", problem, "correct its path")
        return path

    def _note(self, where: str, problem: str, remedy: str) -> None:
        """Note what is wrong with something that cards can do without."""
        if not any((where, problem) == (one.where, one.problem) for one in self.problems):
            self.problems.append(CardError(where, problem, remedy))

    # Its drawing

    def _drawn_text(self, path: Path) -> str:
        """Return what the picture at ``path`` says, if it is an SVG with letters."""
        if path not in self._texts:
            try:
                data = path.read_bytes() if path.suffix.lower() == ".svg" else b""
            except OSError:
                data = b""  # that it cannot be read is told when it is drawn
            text = plain(data.decode(errors="replace")) if b"<text" in data else ""
            self._texts[path] = text
        return self._texts[path]

    def drawing(self, plan: Plan, engine: CardEngine) -> Drawing:
        """Return what ``engine`` draws for ``plan``.

        Raises CardError for a template that does not render, and where no font has a letter.
        """
        from pelican_smo.cards.fitting import fit  # noqa: PLC0415  most builds draw nothing

        fonts, language = plan.choice.fonts, plan.language

        def measure(text: str, style: TextStyle, width: int) -> Extent:
            return engine.measure(text, style, width, fonts, language)

        context = {
            **plan.said,
            "layout": plan.layout.name,
            "language": language,
            "direction": plan.direction,
            "card": {"width": WIDTH, "height": HEIGHT},
            "fit": _told(partial(fit, measure=measure, language=language)),
            "img": lambda name: name if name in plan.pictures else "",
        }
        markup = markup_of(self.env, plan.layout, context, self._css)
        text = "".join(
            (
                plain(markup.html),
                *_said_by(markup.css),
                *map(self._drawn_text, plan.pictures.values()),
            )
        )
        if "uppercase" in markup.css or "uppercase" in markup.html:
            text += text.upper()
        if lacking := covered(fonts, text):
            raise CardError("", f"no font has {_named(lacking)}", remedy(lacking))
        return Drawing(
            html=_GROUND.format(color=self._colors.background, html=markup.html),
            css=markup.css,
            fonts=fonts,
            images=plan.pictures,
            language=language,
        )


def _said_by(css: str) -> list[str]:
    """Return the texts that a stylesheet says by itself, in content: or any other property."""
    without_comments = re.sub(r"(?s)/\*.*?\*/", "", css)
    return [one or two for one, two in re.findall(r"\"([^\"]*)\"|'([^']*)'", without_comments)]


def _told(fit: Callable[..., _Fitted]) -> Callable[..., _Fitted]:
    """Return ``fit`` for templates, to which a variable that does not exist is no error."""

    def fitted(text: Any, **box: Any) -> _Fitted:
        if isinstance(text, Undefined) and text._undefined_obj is missing:
            raise CardError("fit()", text._undefined_message, "correct the template")
        return fit(text, **box)

    return fitted


def _of_fonts(error: CardError) -> CardError:
    """Return what is wrong with a font under the name of the setting that names it."""
    return CardError("SMO_CARD_FONTS", f"{error.where} {error.problem}", error.remedy)


def _named(missing: str) -> str:
    """Return characters that are missing for people: one of each script."""
    examples = {script(char): char for char in reversed(missing)}
    return ", ".join(
        f"{char} (U+{ord(char):04X}, {name})" for name, char in sorted(examples.items())
    )


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return []
    return [text for one in value for text in ([one] if isinstance(one, str) else _strings(one))]


def _digest(*texts: str) -> str:
    return hashlib.blake2b("".join(texts).encode(), digest_size=16).hexdigest()
