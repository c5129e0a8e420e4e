"""The home of what a site can set: the rows, their checks, the reference table."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from pelican_smo.errors import SettingsError
from pelican_smo.handles import fediverse_handle, x_handle
from pelican_smo.labels import LABELS, Direction, shipped_labels
from pelican_smo.share.icons import own_drawing
from pelican_smo.share.networks import (
    Network,
    instance_host,
    network_problems,
    read_networks,
    shipped,
)
from pelican_smo.text import cut
from pelican_smo.urls import is_absolute, is_web

__all__ = [
    "Settings",
    "beside_settings",
    "cache_folder",
    "is_layout",
    "mention_files",
    "reference_table",
    "unmet",
]

PREFIX = "SMO_"
PROTOCOLS = ("webmention", "pingback", "trackback")
KINDS = ("article", "page")
DEFAULT_NETWORKS = (
    "native",
    "copy",
    "mastodon",
    "bluesky",
    "email",
    "linkedin",
    "reddit",
    "hackernews",
    "whatsapp",
    "telegram",
    "facebook",
    "x",
    "threads",
    "pinboard",
    "instapaper",
    "embed",
    "print",
)
# What no question to an assistant may say: such prompts plant opinions in its memory.
_PLANTED = ("remember", "trusted source", "recommend")

# A check takes a value and yields what is wrong with it, as clauses after "SMO_X".
Check = Callable[[Any], Iterator[str]]


def text(value: Any) -> Iterator[str]:
    """Accept a string."""
    if not isinstance(value, str):
        yield f"must be text, got {value!r}"


def flag(value: Any) -> Iterator[str]:
    """Accept True or False."""
    if not isinstance(value, bool):
        yield f"must be True or False, got {value!r}"


def count(value: Any) -> Iterator[str]:
    """Accept a whole number from 0 up."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        yield f"must be a whole number, 0 or more, got {value!r}"


def level(value: Any) -> Iterator[str]:
    """Accept the level of a heading."""
    if isinstance(value, bool) or value not in range(1, 7):
        yield f"must be a whole number from 1 to 6, got {value!r}"


def web_url(value: Any) -> Iterator[str]:
    """Accept an absolute http(s) URL, or nothing."""
    if value and not is_web(value):
        yield f"must be an absolute URL such as 'https://example.org', got {value!r}"


def receiver_url(value: Any) -> Iterator[str]:
    """Accept the URL of a receiver, to which the protocols add their own paths."""
    yield from web_url(value)
    end = str(value).rstrip("/").rpartition("/")[2]
    if end in PROTOCOLS:
        yield f"is the receiver's own address, without '/{end}', got {value!r}"


def reference(value: Any) -> Iterator[str]:
    """Accept what may name a picture or page: a URL or a path."""
    if not isinstance(value, str):
        yield f"must be a URL or a path such as 'images/cover.jpg', got {value!r}"
    elif is_absolute(value) and not is_web(value):
        yield f"must be an http(s) URL or a path, got {value!r}"


def one_of(*choices: str) -> Check:
    """Accept one of ``choices``."""

    def check(value: Any) -> Iterator[str]:
        if value not in choices:
            yield f"must be one of {_listed(choices)}, got {value!r}{_did_you_mean(value, choices)}"

    return check


def names(*choices: str) -> Check:
    """Accept a list of strings, each one of ``choices`` if there are any."""

    def check(value: Any) -> Iterator[str]:
        if not _is_list_of_text(value):
            listed = [part.strip() for part in value.split(",")] if isinstance(value, str) else []
            remedy = f"; write {listed!r}" if listed else ""
            yield f"must be a list or tuple of texts, got {value!r}{remedy}"
            return
        for name in value if choices else ():
            if name not in choices:
                yield f"holds {name!r}, which is none of {_listed(choices)}" + _did_you_mean(
                    name, choices
                )

    return check


def files(value: Any) -> Iterator[str]:
    """Accept the path of a file, or a list of them."""
    if not isinstance(value, str) and not _is_list_of_text(value):
        yield f"must be a path such as 'mentions.json', or a list of them, got {value!r}"


def table(**columns: Check) -> Check:
    """Accept a dict whose keys are ``columns``, each value passing its column's check."""

    def check(value: Any) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"must be a dict, got {value!r}"
            return
        for key, entry in value.items():
            if key in columns:
                yield from (f"[{key!r}] {problem}" for problem in columns[key](entry))
            else:
                yield f"has no key {key!r}; its keys are {_listed(columns)}" + _did_you_mean(
                    key, columns
                )

    return check


def by_name(entry_check: Check) -> Check:
    """Accept a dict from names to values that pass ``entry_check``."""

    def check(value: Any) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"must be a dict, got {value!r}"
            return
        for name, entry in value.items():
            if not isinstance(name, str):
                yield f"has the key {name!r}, which is not text"
            yield from (f"[{name!r}]{_joined(problem)}" for problem in entry_check(entry))

    return check


def text_or_by_category(value: Any) -> Iterator[str]:
    """Accept a text, or a dict from categories to texts."""
    yield from by_name(text)(value) if isinstance(value, Mapping) else text(value)


def layout_or_by_category(value: Any) -> Iterator[str]:
    """Accept the name of a card's layout, or a dict from categories to such names."""
    yield from text_or_by_category(value)
    for name in value.values() if isinstance(value, Mapping) else (value,):
        if isinstance(name, str) and not is_layout(name):
            yield f"names {name!r}; a layout's name is of small letters, digits and hyphens"


def is_layout(name: str) -> bool:
    """Tell whether ``name`` can be that of a card's layout, which is part of a template's."""
    return re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name) is not None


def workers(value: Any) -> Iterator[str]:
    """Accept a number of processes, or None for as many as suit the machine."""
    if value is not None:
        yield from count(value)


def names_or_by_category(value: Any) -> Iterator[str]:
    """Accept a list of names, or a dict from categories to lists of names."""
    if isinstance(value, Mapping):
        yield from by_name(names())(value)
        if "default" not in value:
            yield "has no 'default' for the categories that it does not name"
    else:
        yield from names()(value)


def handle(find: Callable[[str], str], example: str) -> Check:
    """Accept a handle that ``find`` can read."""

    def check(value: Any) -> Iterator[str]:
        if not isinstance(value, str) or (value and not find(value)):
            yield f"must be an account such as {example!r}, got {value!r}"

    return check


def locales(value: Any) -> Iterator[str]:
    """Accept a dict from languages to locales with a territory (ogp.me, og:locale)."""
    yield from by_name(text)(value)
    for language, locale in value.items() if isinstance(value, Mapping) else ():
        if isinstance(locale, str) and not re.fullmatch(r"[a-z]{2,3}_[A-Z]{2}", locale):
            yield f"[{language!r}] must be a language and a territory such as 'en_GB', got {locale!r}"


def networks(value: Any) -> Iterator[str]:
    """Accept a dict from ids to the fields of a network."""
    if not isinstance(value, Mapping):
        yield f"must be a dict, got {value!r}"
        return
    for identifier, row in value.items():
        if not isinstance(identifier, str):
            yield f"has the key {identifier!r}, which is not text"
        elif not isinstance(row, Mapping):
            yield f"[{identifier!r}] must be a dict with 'name' and 'url', got {row!r}"
        else:
            yield from (f"[{identifier!r}]: {p}" for p in network_problems(identifier, row))


def instances(value: Any) -> Iterator[str]:
    """Accept a dict from networks that have many servers to the site's server."""
    yield from by_name(text)(value)
    many = [name for name, row in shipped().items() if "{instance}" in row.get("url", "")]
    for name, server in value.items() if isinstance(value, Mapping) else ():
        if isinstance(server, str) and not instance_host(server):
            yield f"[{name!r}] must be a host name such as 'bag.example.org', got {server!r}"
        if name in shipped() and name not in many:
            yield f"has {name!r}, which is not one of {_listed(many)}{_did_you_mean(name, many)}"


def labels(value: Any) -> Iterator[str]:
    """Accept a dict from languages to words, by the names that labels.toml has."""
    words = dict.fromkeys(LABELS, text) | {"direction": one_of(*get_args(Direction))}
    yield from by_name(table(**words))(value)
    for language, row in value.items() if isinstance(value, Mapping) else ():
        for name, word in row.items() if isinstance(row, Mapping) else ():
            if isinstance(word, str) and name in LABELS and name != "direction":
                holes = re.findall(r"\{[^}]*\}?|\}", shipped_labels()["en"][name])
                if re.findall(r"\{[^}]*\}?|\}", word) != holes:
                    wanted = "{0} once, where the value goes" if holes else "no brace"
                    yield f"[{language!r}][{name!r}] must hold {wanted}, got {word!r}"


def campaign(value: Any) -> Iterator[str]:
    """Accept parameters to add to an address, with {network} for where it is shared."""
    pair = r"[\w.~%-]+=(?:[\w.~%-]|\{network\})+"
    if value and not (
        isinstance(value, str) and re.fullmatch(rf"{pair}(?:&{pair})*", value, re.ASCII)
    ):
        yield (
            "must be parameters such as 'utm_medium=share&utm_source={network}', with no hole "
            f"but {{network}}, got {value!r}"
        )


def prompt(value: Any) -> Iterator[str]:
    """Accept the question to an assistant: with the URL, and without planting opinions."""
    yield from text(value)
    if not isinstance(value, str) or not value:
        return
    if "{url}" not in value or set(re.sub(r"\{(?:url|title)\}", "", value)) & set("{}"):
        yield f"must hold {{url}}, may hold {{title}}, and no other brace, got {value!r}"
    for word in _PLANTED:
        if word in value.lower():
            yield (
                f"says {word!r}, which would plant an opinion in the reader's assistant; "
                "ask about the page only"
            )


_X = handle(x_handle, "@ada")
_FEDIVERSE = handle(fediverse_handle, "@ada@example.social")
_LISTING = by_name(table(description=text, image=reference, image_alt=text))


def option(default: Any, help: str, check: Check) -> Any:
    """Return the field of one setting: its default, a line of help, its check."""
    about = {"help": help, "check": check}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=about)
    return field(default=default, metadata=about)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a site can set, each as ``SMO_<NAME>`` in its settings file."""

    share_networks: tuple[str, ...] | Mapping[str, tuple[str, ...]] = option(
        DEFAULT_NETWORKS,
        "networks in this order; or a dict by category, with a `default`",
        names_or_by_category,
    )
    share_languages: Mapping[str, tuple[str, ...]] = option(
        {}, "networks by language, for pages whose category has none of its own", by_name(names())
    )
    share_position: str = option(
        "after",
        "`after` or `before` the article, `both`, `rail` (`after`, and icons beside the text "
        "where screen and theme leave room), or `manual` (the theme places it)",
        one_of("after", "before", "both", "rail", "manual"),
    )
    share_style: str = option(
        "icons-text", "`icons-text`, `icons` or `text`", one_of("icons-text", "icons", "text")
    )
    share_colors: bool = option(False, "fill each link with its network's own colour", flag)
    share_heading: int = option(2, "level of the heading above the links, 1 to 6", level)
    share_max_visible: int = option(5, "links in view, the rest under “More”; 0 shows all", count)
    share_kinds: tuple[str, ...] = option(
        ("article",), "which kinds of page carry the widget: `article`, `page`", names(*KINDS)
    )
    share_retired: str = option(
        "skip",
        "what happens to a network that has shut down: `skip` or `show`",
        one_of("skip", "show"),
    )
    custom_networks: Mapping[str, Mapping[str, Any]] = option(
        {},
        'networks of your own, `{"id": {"name", "url", "icon"}}`, or changes to shipped ones',
        networks,
    )
    share_instances: Mapping[str, str] = option(
        {},
        'your server of a network that has many, `{"wallabag": "bag.example.org"}`',
        instances,
    )
    share_prompt: str = option(
        "",
        "what assistants are asked, with `{url}`; else “Summarise this article” in its language",
        prompt,
    )
    share_utm: str = option(
        "",
        "added to shared addresses for your statistics, such as "
        "`utm_medium=share&utm_source={network}`",
        campaign,
    )
    oembed: bool = option(
        False, "offer each article as oEmbed, which some networks prefer to its tags", flag
    )
    labels: Mapping[str, Mapping[str, str]] = option(
        {}, 'words by language, `{"sv": {"share": "Dela"}}`, over the shipped ones', labels
    )
    description: str = option("", "what the site is about; else `SITESUBTITLE`", text)
    image: str = option(
        "",
        "the picture of pages without one of their own; else `OG_IMAGE`, `DEFAULT_OG_IMAGE`",
        reference,
    )
    logo: str = option("", "the site's logo, for its publisher; else `SITELOGO`", reference)
    locales: Mapping[str, str] = option(
        {}, 'language to `og:locale`, such as `{"en": "en_GB"}`, over the built-in ones', locales
    )
    authors: Mapping[str, Mapping[str, Any]] = option(
        {},
        "by name: `url`, `fediverse`, `x`, `bluesky`, `image`, `profiles`",
        by_name(
            table(
                url=web_url,
                fediverse=_FEDIVERSE,
                x=_X,
                bluesky=text,
                image=reference,
                profiles=names(),
            )
        ),
    )
    publisher: Mapping[str, Any] = option(
        {},
        "who stands behind the site: `type` (`Organization`, `Person`), `name`, `url`, `logo`",
        table(type=one_of("Organization", "Person"), name=text, url=web_url, logo=reference),
    )
    accounts: Mapping[str, str] = option(
        {},
        "the site's own: `x`, `fediverse`, `facebook_app_id`",
        table(x=_X, fediverse=_FEDIVERSE, facebook_app_id=text),
    )
    schema_type: str | Mapping[str, str] = option(
        "BlogPosting",
        "schema.org type of articles; or a dict by category, with a `default`",
        text_or_by_category,
    )
    categories: Mapping[str, Mapping[str, str]] = option(
        {}, "by name of a category: `description`, `image`, `image_alt`", _LISTING
    )
    tags: Mapping[str, Mapping[str, str]] = option(
        {}, "by name of a tag: `description`, `image`, `image_alt`", _LISTING
    )
    theme_tags: Literal["merge", "theme", "plugin"] = option(
        "merge",
        "who wins where the theme has a tag too: `merge`, `theme` or `plugin`",
        one_of("merge", "theme", "plugin"),
    )
    cards: bool = option(
        False, "draw a card for each article without a picture; needs the extra `cards`", flag
    )
    card_layout: str | Mapping[str, str] = option(
        "plain",
        "`plain`, `gradient`, `photo`, `quote` or one of your own; or a dict by category, with "
        "a `default`",
        layout_or_by_category,
    )
    card_colors: Mapping[str, str] = option(
        {},
        "`background`, `text`, `accent`, each as `#rrggbb`",
        table(background=text, text=text, accent=text),
    )
    card_fonts: tuple[str, ...] = option(
        (),
        "font files, or folders of them, beside the settings file; the first that has Latin letters is used for all that it has",
        names(),
    )
    card_css: str = option(
        "", "a stylesheet beside the settings file, after that of the cards", text
    )
    card_workers: int | None = option(
        None,
        "processes that draw, 0: none; else as many as there are processors, 4 at most",
        workers,
    )
    card_samples: bool = option(
        False, "draw hard titles too, for the preview's page of cards; `preview` sets it", flag
    )
    linkback_endpoint: str = option(
        "", "URL of your receiver; without it no endpoint is announced", receiver_url
    )
    linkback_protocols: tuple[str, ...] = option(
        PROTOCOLS, "which of them the pages announce", names(*PROTOCOLS)
    )
    mentions: str | tuple[str, ...] = option(
        "mentions.json",
        "files of accepted mentions (JF2), a path or a list, beside the settings file",
        files,
    )
    microformats: bool = option(
        True,
        "mark each article as `h-entry`, unless the theme does, for those who link to it",
        flag,
    )
    cache_path: str = option(
        ".pelican-smo", "folder beside the settings file for what can be made again", text
    )
    strict: bool = option(False, "findings stop the build", flag)

    @classmethod
    def from_pelican(cls, pelican: Mapping[str, Any]) -> "Settings":
        """Return the settings of a site from its Pelican settings.

        Raises SettingsError with every problem: unknown names that begin with ``SMO_``, bad
        values, networks that do not exist, a SITEURL that is none.
        """
        rows = {PREFIX + row.name.upper(): row for row in fields(cls)}
        problems = [
            f"{name} is not a setting of pelican_smo{_did_you_mean(name, rows)}"
            for name in pelican
            if name.startswith(PREFIX) and name not in rows
        ]
        given = {name: pelican[name] for name in rows if name in pelican}
        right = {}
        for name, value in given.items():
            if wrong := [f"{name}{_joined(p)}" for p in rows[name].metadata["check"](value)]:
                problems += wrong
            else:
                right[name] = value
        problems += _icon_problems(right, pelican)
        if {name for name in given if name in _NAMING} <= set(right):
            problems += _share_problems(right, pelican)
        problems += _site_problems(pelican)
        if problems:
            raise SettingsError(problems)
        return cls(**{rows[name].name: _frozen(value) for name, value in given.items()})

    def networks(self) -> dict[str, Network]:
        """Return every network that this site knows, by id."""
        return read_networks(self.custom_networks, self.share_instances)

    def networks_of(self, category: str, language: str) -> tuple[str, ...]:
        """Return the ids of the networks for pages of ``category`` in ``language`` (BCP 47)."""
        if isinstance(self.share_networks, Mapping):
            if category in self.share_networks and category != "default":
                return tuple(self.share_networks[category])
            default = self.share_networks["default"]
        else:
            default = self.share_networks
        by_language = {name.lower(): networks for name, networks in self.share_languages.items()}
        base = language.partition("-")[0].lower()
        return tuple(by_language.get(language.lower(), by_language.get(base, default)))

    def card_layout_of(self, category: str) -> str:
        """Return the layout of the cards of ``category``."""
        if isinstance(self.card_layout, Mapping):
            return self.card_layout.get(category, self.card_layout.get("default", "plain"))
        return self.card_layout

    def schema_type_of(self, category: str) -> str:
        """Return the schema.org type of the articles of ``category``."""
        if isinstance(self.schema_type, Mapping):
            return self.schema_type.get(category, self.schema_type.get("default", "BlogPosting"))
        return self.schema_type


# The settings that name networks; one of them wrong, the others cannot be judged.
_NAMING = (
    "SMO_CUSTOM_NETWORKS",
    "SMO_SHARE_NETWORKS",
    "SMO_SHARE_LANGUAGES",
    "SMO_SHARE_INSTANCES",
    "SMO_ACCOUNTS",
    "SMO_SHARE_PROMPT",
)


def unmet(network: Network, pelican: Mapping[str, Any]) -> str:
    """Return what the settings of a site lack for ``network``, as a clause, or nothing."""
    if "instance" in network.needs:
        return (
            f'needs a server: SMO_SHARE_INSTANCES = {{"{network.id}": "{network.id}.example.org"}}'
        )
    if "app_id" in network.needs and not (pelican.get("SMO_ACCOUNTS") or {}).get("facebook_app_id"):
        return 'needs SMO_ACCOUNTS = {"facebook_app_id": …}'
    receivers = ("SMO_LINKBACK_ENDPOINT", "WEBMENTION_URL")
    if network.id == "webmention" and not any(map(pelican.get, receivers)):
        return "needs a receiver: SMO_LINKBACK_ENDPOINT"
    return ""


def _share_problems(given: Mapping[str, Any], pelican: Mapping[str, Any]) -> Iterator[str]:
    known = read_networks(
        given.get("SMO_CUSTOM_NETWORKS", {}), given.get("SMO_SHARE_INSTANCES", {})
    )
    for name in given.get("SMO_SHARE_INSTANCES", {}):
        if name not in known:
            yield f"SMO_SHARE_INSTANCES names {name!r}, which is no network{_did_you_mean(name, known)}"
    for setting in ("SMO_SHARE_NETWORKS", "SMO_SHARE_LANGUAGES"):
        for name in _flat(given.get(setting, ())):
            if name not in known:
                yield (
                    f"{setting} names {name!r}, which is no network{_did_you_mean(name, known)}; "
                    "`pelican-smo networks` lists them, and SMO_CUSTOM_NETWORKS adds your own"
                )
            elif missing := unmet(known[name], pelican):
                yield f"{setting} names {name!r}, which {missing}"
    words = str(given.get("SMO_SHARE_PROMPT", "")).lower()
    site = str(pelican.get("SITENAME") or "").lower()
    if site and re.search(rf"\b{re.escape(site)}\b", words):
        yield "SMO_SHARE_PROMPT names your site; ask about the page only, by {url} and {title}"


def _icon_problems(given: Mapping[str, Any], pelican: Mapping[str, Any]) -> Iterator[str]:
    folder = Path(pelican.get("PATH") or ".")
    for name, row in given.get("SMO_CUSTOM_NETWORKS", {}).items():
        try:
            if row.get("icon"):
                own_drawing(row["icon"], folder)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            yield f"SMO_CUSTOM_NETWORKS[{name!r}]: the icon {cut(row['icon'], 60)!r} {why}"


def _flat(chosen: Any) -> list[str]:
    groups = chosen.values() if isinstance(chosen, Mapping) else (chosen,)
    return list(dict.fromkeys(name for group in groups for name in group))


def _site_problems(pelican: Mapping[str, Any]) -> list[str]:
    url = pelican.get("SITEURL", "")
    if url and not is_web(url):
        return [
            f"SITEURL must be where the site will be, such as 'https://example.org', got {url!r}"
        ]
    return []


def _joined(problem: str) -> str:
    return problem if problem.startswith("[") else f" {problem}"


def _listed(choices: Any) -> str:
    return ", ".join(map(repr, choices))


def _did_you_mean(name: Any, choices: Any) -> str:
    near = difflib.get_close_matches(str(name), list(choices), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def cache_folder(settings: Settings, pelican: Mapping[str, Any]) -> Path:
    """Return the folder for what can be made again, a relative one beside the settings file."""
    return beside_settings(pelican, settings.cache_path)


def mention_files(settings: Settings, pelican: Mapping[str, Any]) -> tuple[Path, ...]:
    """Return the files of mentions that a site names, relative ones beside the settings file."""
    named = settings.mentions
    names = (named,) if isinstance(named, str) else named
    return tuple(beside_settings(pelican, name) for name in names if name)


def beside_settings(pelican: Mapping[str, Any], name: str) -> Path:
    """Return the path ``name`` as seen from the settings file.

    Pelican does not say where that is; content lies beside it or around it.
    """
    content = Path(pelican.get("PATH") or ".").resolve()
    folder = content if (content / "pelicanconf.py").is_file() else content.parent
    return folder / Path(name).expanduser()


def reference_table() -> str:
    """Return the table of every setting, in Markdown, as the README prints it."""
    lines = ["| setting | default | what it does |", "|---|---|---|"]
    for row in fields(Settings):
        default = {} if row.default is MISSING else row.default
        shown = "the ones below" if default is DEFAULT_NETWORKS else repr(default)
        shown = shown if shown.startswith("the ") else f"`{shown}`"
        lines.append(f"| `{PREFIX}{row.name.upper()}` | {shown} | {row.metadata['help']} |")
    return "\n".join(lines)
