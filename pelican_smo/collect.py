"""The home of answers: content object or listing context + settings -> Page, by ordered fallbacks."""

import difflib
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pelican_smo.handles import (
    bluesky_profile,
    fediverse_handle,
    fediverse_profile,
    x_handle,
    x_profile,
)
from pelican_smo.images import ImageFinder, content_images
from pelican_smo.labels import Labels, labels_of
from pelican_smo.page import (
    Account,
    Feed,
    Image,
    Kind,
    Linkbacks,
    Page,
    Person,
    Site,
    Status,
)
from pelican_smo.report import Report
from pelican_smo.settings import Settings
from pelican_smo.text import cut, lead, plain, words
from pelican_smo.urls import absolute, is_web, safe, without_index

__all__ = ["IMAGE", "METADATA", "Collector", "article_id", "closed", "switch", "written"]

# The language's usual territory, for og:locale, which must have one (ogp.me).
LOCALES = {
    "ar": "ar_AR",
    "bg": "bg_BG",
    "ca": "ca_ES",
    "cs": "cs_CZ",
    "da": "da_DK",
    "de": "de_DE",
    "el": "el_GR",
    "en": "en_US",
    "es": "es_ES",
    "et": "et_EE",
    "eu": "eu_ES",
    "fa": "fa_IR",
    "fi": "fi_FI",
    "fr": "fr_FR",
    "gl": "gl_ES",
    "he": "he_IL",
    "hi": "hi_IN",
    "hr": "hr_HR",
    "hu": "hu_HU",
    "id": "id_ID",
    "it": "it_IT",
    "ja": "ja_JP",
    "ko": "ko_KR",
    "lt": "lt_LT",
    "lv": "lv_LV",
    "nb": "nb_NO",
    "nl": "nl_NL",
    "pl": "pl_PL",
    "pt": "pt_PT",
    "ro": "ro_RO",
    "ru": "ru_RU",
    "sk": "sk_SK",
    "sl": "sl_SI",
    "sv": "sv_SE",
    "th": "th_TH",
    "tr": "tr_TR",
    "uk": "uk_UA",
    "vi": "vi_VN",
    "zh": "zh_CN",
}
_DESCRIPTION_LIMIT = 200
_MIN_WIDTH, _MIN_HEIGHT = 200, 200
_LARGE_WIDTH, _LARGE_HEIGHT, _LARGE_RATIO = 300, 157, 1.3
_WORDS_A_MINUTE = 200
_OFF = ("none", "off", "no", "false")
_YES = ("yes", "true", "1", "on")

# What authors may write above a text, and under which names; the first that is there wins.
METADATA: Mapping[str, tuple[str, ...]] = {
    "description": ("description",),
    "title": ("social_title", "og_title"),
    "social_description": ("social_description", "og_description"),
    "image": (
        "social_image",
        "og_image",
        "image",
        "cover",
        "cover_image",
        "featured_image",
        "header_cover",
        "thumbnail",
    ),
    "image_alt": ("social_image_alt", "image_alt"),
    "canonical": ("canonical", "external_canonical"),
    "robots": ("robots",),
    "noindex": ("noindex",),
    "og_type": ("og_type",),
    "og_locale": ("og_locale",),
    "schema_type": ("schema_type",),
    "card": ("twitter_card",),
    "fediverse": ("fediverse",),
    "series": ("series",),
    "aliases": ("alias", "aliases"),
    "smo": ("smo",),
    "share": ("smo_share",),
    "smo_id": ("smo_id",),
    "smo_linkbacks": ("smo_linkbacks",),
    "smo_card": ("smo_card",),
    "smo_quote": ("smo_quote",),
}
IMAGE = METADATA["image"]
# Those that are for networks only: whoever writes one wants to see no card instead.
_SOCIAL_IMAGE = ("social_image", "og_image")
# What the switches among them may say.
_SWITCHES = {"smo": ("off", "tags", "widgets"), "smo_linkbacks": ("closed", "open")}
_NAMES = frozenset(name for names in METADATA.values() for name in names)
_OUR_NAMES = ("social_", "og_", "smo_")
_NOTHING: Mapping[str, str] = {}
_OWN_FIELDS = frozenset(
    {"title", "description", "social_description", "canonical", "card", "og_type", "robots"}
)


def written(content: Any) -> Mapping[str, str]:
    """Return what the author of ``content`` filled in of METADATA, by field, as he wrote it."""
    metadata = content.metadata
    there = _NAMES.intersection(metadata)
    if not there:
        return _NOTHING
    values = {name: value for name in there if (value := str(metadata[name]).strip())}
    return {
        field: values[name]
        for field, names in METADATA.items()
        if (name := next((name for name in names if name in values), None)) is not None
    }


def switch(content: Any) -> str:
    """Return the page's own ``Smo:``, one of "", "off", "tags", "widgets"."""
    return written(content).get("smo", "").lower()


def closed(content: Any) -> bool:
    """Tell whether the page's author takes no linkbacks for it."""
    own = written(content)
    return own.get("smo_linkbacks", "").lower() == "closed" or own.get("smo", "").lower() == "off"


def article_id(content: Any) -> str:
    """Return the article's stable id: its ``Smo_id``, else a short hash of its source path."""
    path = content.relative_source_path or content.slug
    own = written(content).get("smo_id")
    return own or hashlib.blake2b(path.encode(), digest_size=6).hexdigest()


class Collector:
    """Collects the pages of one run; what many pages share is looked up once."""

    def __init__(
        self,
        settings: Settings,
        pelican: Mapping[str, Any],
        static_content: Mapping[str, Any],
        report: Report,
        card_of: Callable[[Any], Image | None] = lambda content: None,
    ) -> None:
        self.settings, self.pelican, self.report = settings, pelican, report
        self.card_of = card_of
        self.site_url = str(pelican.get("SITEURL") or "").rstrip("/")
        self.images = ImageFinder(
            self.site_url, Path(pelican.get("PATH") or "."), static_content, report
        )
        self._people: dict[str, Person] = {}
        self._labels: dict[str, Labels] = {}
        self._urls: dict[tuple[str, str], str] = {}
        self._locales = LOCALES | dict(settings.locales)
        self._direct = _direct_templates(pelican)
        self.site = self._site()

    def labels(self, language: str) -> Labels:
        """Return the words for pages in ``language``."""
        if language not in self._labels:
            self._labels[language] = labels_of(language, self.settings.labels)
        return self._labels[language]

    # What is true of the site

    @property
    def _site_image(self) -> Any:
        pelican = self.pelican
        return (
            self.settings.image or pelican.get("OG_IMAGE") or pelican.get("DEFAULT_OG_IMAGE") or ""
        )

    def _site(self) -> Site:
        pelican, settings = self.pelican, self.settings
        home = f"{self.site_url}/" if self.site_url else ""
        logo = self._logo(settings.logo or pelican.get("SITELOGO"), "SMO_LOGO")
        account = Account(
            x=x_handle(str(settings.accounts.get("x") or pelican.get("TWITTER_USERNAME") or "")),
            fediverse=fediverse_handle(settings.accounts.get("fediverse", "")),
            facebook_app_id=settings.accounts.get("facebook_app_id", ""),
        )
        profiles = [str(url) for _, url, *_ in _pairs(pelican.get("SOCIAL")) if is_web(str(url))]
        if account.fediverse:
            profiles.append(fediverse_profile(account.fediverse))
        name = plain(str(pelican.get("SITENAME") or ""))
        publisher = settings.publisher
        return Site(
            url=self.site_url,
            name=name,
            description=plain(settings.description or str(pelican.get("SITESUBTITLE") or "")),
            language=str(pelican.get("DEFAULT_LANG") or "en"),
            image=self._picture(self._site_image, "SMO_IMAGE"),
            logo=logo,
            publisher=Person(
                name=plain(publisher.get("name") or name),
                type=publisher.get("type", "Organization"),
                url=safe(publisher.get("url") or home),
                image=self._logo(publisher.get("logo"), "SMO_PUBLISHER") or logo,
                profiles=tuple(
                    dict.fromkeys([*profiles, *([x_profile(account.x)] if account.x else [])])
                ),
            )
            if name
            else None,
            account=account,
            feeds=self._feeds(name),
            profiles=tuple(dict.fromkeys(profiles)),
        )

    def _picture(self, reference: Any, where: str, alt: str = "") -> Image | None:
        if not reference or not self.site_url:
            return None
        return self.images.find(str(reference), plain(alt), where=where)

    def _logo(self, reference: Any, where: str) -> Image | None:
        """Return a logo, which search engines and cards show as SVG, too, and networks not at all."""
        if not reference or not self.site_url:
            return None
        return self.images.find(str(reference), where=where, as_svg=True)

    def _feeds(self, name: str) -> tuple[Feed, ...]:
        pelican = self.pelican
        base = str(pelican.get("FEED_DOMAIN") or self.site_url).rstrip("/")
        if not base:
            return ()
        for setting in ("FEED_ALL_ATOM", "FEED_ATOM", "FEED_ALL_RSS", "FEED_RSS"):
            path = pelican.get(f"{setting}_URL") or pelican.get(setting)
            if path:
                kind = "atom" if setting.endswith("ATOM") else "rss"
                return (Feed(absolute(base, str(path)), f"application/{kind}+xml", name),)
        return ()

    # People and other things with a page of their own

    def person(self, author: Any) -> Person:
        """Return who ``author``, a Pelican author, is."""
        name = author.name
        if name not in self._people:
            self._people[name] = self._person(author)
        return self._people[name]

    def _person(self, author: Any) -> Person:
        row = self.settings.authors.get(author.name, {})
        fediverse = fediverse_handle(row.get("fediverse", ""))
        handle = x_handle(row.get("x", ""))
        profiles = list(row.get("profiles", ()))
        if fediverse:
            profiles.append(fediverse_profile(fediverse))
        if row.get("bluesky"):
            profiles.append(bluesky_profile(row["bluesky"]))
        if handle:
            profiles.append(x_profile(handle))
        own_page = self._wrapper_url(author) if self.pelican.get("AUTHOR_SAVE_AS") else ""
        return Person(
            name=plain(author.name),
            url=safe(row.get("url") or "") or own_page,
            fediverse=fediverse,
            x=handle,
            profiles=tuple(filter(None, dict.fromkeys(profiles))),
            image=self._picture(row.get("image"), f"SMO_AUTHORS[{author.name!r}]", author.name),
        )

    def _wrapper_url(self, wrapper: Any) -> str:
        """Return the URL of a category, tag or author; asked for on every page, made once."""
        key = (type(wrapper).__name__, wrapper.name)
        if key not in self._urls:
            self._urls[key] = self._absolute(wrapper.url)
        return self._urls[key]

    def _absolute(self, url: str) -> str:
        return absolute(self.site_url, without_index(url)) if self.site_url else ""

    # Pages

    def page(self, context: Mapping[str, Any], document_title: str = "") -> Page:
        """Return what is true of the output page that is rendered with ``context``."""
        content = context.get("article")
        if content is not None:
            return self.content_page(content, "article")
        content = context.get("page")
        if content is not None and hasattr(content, "metadata"):
            return self.content_page(content, "page")
        return self._listing(context, document_title)

    def content_page(self, content: Any, kind: Kind) -> Page:
        """Return what is true of the article or page ``content``."""
        site, own = self.site, written(content)
        where = content.relative_source_path or str(content)
        self._note_misspelt(content.metadata, where)
        self._note_unknown(own, where)
        status: Status = content.status if content.status in ("draft", "hidden") else "published"
        is_article = kind == "article"
        url = self._absolute(content.url)
        canonical = self._canonical(own, url, where) if status != "draft" else ""
        body = content._content or ""
        headline = plain(str(content.title)) or site.name
        title = plain(own.get("title", "")) or headline
        summary = plain(str(content.metadata.get("summary") or ""))
        description, social = _descriptions(own, summary, body)
        image, own_image = (
            self._content_image(content, own, url, body, where) if url else (None, False)
        )
        people = tuple([self.person(author) for author in getattr(content, "authors", ())])
        translations = self._translations(content, url) if status == "published" else ()
        locale = self._locale(own, content.lang, where)
        category = _name(content.category.name) if is_article else ""
        noindex = status != "published" or own.get("noindex", "").lower() in _YES
        return Page(
            site=site,
            kind=kind,
            status=status,
            language=content.lang,
            labels=self.labels(content.lang),
            url=url,
            canonical=canonical,
            title=title,
            headline=headline,
            description=description,
            social_description=social if social != title else "",
            image=image,
            authors=people,
            creator=self._creator(own, people, where),
            section=category,
            tags=tuple([_name(tag.name) for tag in getattr(content, "tags", ())]),
            series=plain(own.get("series", "")) if is_article else "",
            locale=locale,
            other_locales=self._other_locales(content, locale) if translations else (),
            translations=translations,
            og_type=own.get("og_type") or ("article" if is_article else "website"),
            schema_type=own.get("schema_type")
            or (self.settings.schema_type_of(category) if is_article else "WebPage"),
            card=own.get("card") or _card(image, authored=own_image),
            robots=own.get("robots") or ("noindex" if noindex else "max-image-preview:large"),
            crumbs=self._content_crumbs(content, headline, canonical) if is_article else (),
            linkbacks=self._linkbacks(content) if is_article and status == "published" else None,
            authored=_authored(own, summary=bool(summary), robots=noindex, image=own_image),
            **(_article_facts(content, body) if is_article else _NOTHING),
        )

    def _note_misspelt(self, metadata: Mapping[str, Any], where: str) -> None:
        for name in metadata:
            if name.startswith(_OUR_NAMES) and name not in _NAMES:
                for near in difflib.get_close_matches(name, _NAMES, n=1, cutoff=0.75):
                    self.report.add(
                        "warning",
                        where,
                        f"nothing reads {name.capitalize()}",
                        f"did you mean {near.capitalize()}?",
                    )

    def _note_unknown(self, own: Mapping[str, str], where: str) -> None:
        for field, known in _SWITCHES.items():
            word = own.get(field, "").lower()
            if word and word not in known:
                self.report.add(
                    "warning",
                    where,
                    f"{field.capitalize()}: {word!r} changes nothing",
                    f"write {' or '.join(known)}",
                )

    def _content_image(
        self, content: Any, own: Mapping[str, str], url: str, body: str, where: str
    ) -> tuple[Image | None, bool]:
        """Return the page's picture, and whether its author chose it for this page."""
        if own.get("image", "").lower() in _OFF:
            return None, True
        if (card := self.card_of(content)) is not None:
            reference, folder = next(self._cover_references(content))
            if reference and not any(self.images.files(reference, folder)):
                self._own_image(content, own, url, body, where)  # which tells what is wrong
            return card, False
        image, is_named = self._own_image(content, own, url, body, where)
        return image or self._shared_image(content), is_named

    def _own_image(
        self, content: Any, own: Mapping[str, str], url: str, body: str, where: str
    ) -> tuple[Image | None, bool]:
        """Return the picture that metadata name or the text shows, and whether it is the former."""
        folder = (content.relative_source_path or "").rpartition("/")[0]
        alt = plain(own.get("image_alt", ""))
        if named := own.get("image", ""):
            image = self.images.find(named, alt, where=where, folder=folder)
            if image:
                return image, True
        for source, its_alt in content_images(body)[:4]:
            found = self.images.find(
                source,
                alt or its_alt,
                where=where,
                folder=folder,
                page_url="" if source[0] in "{|" else url,
            )
            if found and (
                found.width is None
                or (found.width >= _MIN_WIDTH and (found.height or 0) >= _MIN_HEIGHT)
            ):
                return found, False
        return None, False

    # What cards must know

    def wants_card(self, content: Any, kind: Kind) -> bool:
        """Tell whether a card is to be drawn for ``content``: it has no picture, or asks for one.

        Drafts have none, nor what carries no tags, nor what names a picture for networks.
        """
        own = written(content)
        chosen = own.get("smo_card", "").lower()
        is_off = own.get("image", "").lower() in _OFF or chosen in _OFF
        if is_off or content.status == "draft" or own.get("smo", "").lower() in ("off", "widgets"):
            return False
        if chosen:
            return not any(content.metadata.get(name) for name in _SOCIAL_IMAGE)
        return kind == "article" and not self._has_image(content, own)

    def _has_image(self, content: Any, own: Mapping[str, str]) -> bool:
        body = content._content or ""
        if not own.get("image") and "<img" not in body and "<IMG" not in body:
            return False
        if not self.site_url:
            return bool(own.get("image") or content_images(body))
        where = content.relative_source_path or str(content)
        found, _ = self._own_image(content, own, self._absolute(content.url), body, where)
        return found is not None

    def social_title(self, content: Any) -> str:
        """Return what networks show as the title of ``content``."""
        return plain(written(content).get("title", "") or str(content.title)) or self.site.name

    def social_description(self, content: Any) -> str:
        """Return what networks show below the title of ``content``."""
        summary = plain(str(content.metadata.get("summary") or ""))
        return _descriptions(written(content), summary, content._content or "")[1]

    def covers(self, content: Any | None) -> Iterator[Path]:
        """Yield the files that may stand behind the title of ``content``, the best first.

        Without a content, they are those of the site.
        """
        for reference, folder in self._cover_references(content) if content is not None else ():
            yield from self.images.files(reference, folder)
        yield from self.images.files(str(self._site_image))

    def _cover_references(self, content: Any) -> Iterator[tuple[str, str]]:
        folder = (content.relative_source_path or "").rpartition("/")[0]
        yield written(content).get("image", ""), folder
        for source, _ in content_images(content._content or ""):
            yield source, folder
        for _, row in self._rows(content):
            yield row.get("image", ""), ""

    def logos(self) -> Iterator[Path]:
        """Yield the files that may be the site's logo."""
        return self.images.files(str(self.settings.logo or self.pelican.get("SITELOGO") or ""))

    def _shared_image(self, content: Any) -> Image | None:
        """Return the picture of the page's category, of one of its tags, of the site."""
        pictures = (self._picture_in_row(*row) for row in self._rows(content))
        return next(filter(None, pictures), self.site.image)

    def _rows(self, content: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield what the settings say of the category and the tags of ``content``."""
        if not (self.settings.categories or self.settings.tags):
            return
        if hasattr(content, "category"):
            yield self._row("category", content.category)
        for tag in getattr(content, "tags", ()):
            yield self._row("tag", tag)

    def _picture_in_row(self, setting: str, row: Mapping[str, str]) -> Image | None:
        return self._picture(row.get("image"), setting, row.get("image_alt", ""))

    def _canonical(self, own: Mapping[str, str], url: str, where: str) -> str:
        named = own.get("canonical")
        if not named or not url:
            return url
        canonical = absolute(self.site_url, named)
        if not is_web(canonical):
            self.report.add(
                "warning", where, f"Canonical: {named!r} is no URL", "write an absolute http(s) URL"
            )
            return url
        if canonical.rstrip("/") == self.site_url and url != f"{self.site_url}/":
            self.report.add(
                "warning",
                where,
                f"Canonical: {named!r} is the home page, and networks would show that instead",
                "name the page itself, or leave it out",
            )
        return canonical

    def _translations(self, content: Any, url: str) -> tuple[tuple[str, str], ...]:
        """Return (language, URL) of the page's versions and itself, the default's twice."""
        others = [other for other in content.translations if other.status == "published"]
        if not others or not url:
            return ()
        versions = [(content.lang, url)]
        versions += [(other.lang, self._absolute(other.url)) for other in others]
        versions.sort()
        default = [u for language, u in versions if language == self.site.language]
        return (*versions, *(("x-default", u) for u in default[:1]))

    def _locale(self, own: Mapping[str, str], language: str, where: str) -> str:
        named = own.get("og_locale", "").replace("-", "_")
        if not named:
            return self._locale_of(language)
        if not re.fullmatch(r"[a-z]{2,3}_[A-Z]{2}", named):
            self.report.add(
                "warning",
                where,
                f"OG_locale: {named!r} has no territory",
                "write a language and a territory such as en_GB",
            )
            return self._locale_of(language)
        return named

    def _locale_of(self, language: str) -> str:
        if language in self._locales:
            return self._locales[language]
        base, _, territory = language.replace("-", "_").partition("_")
        if re.fullmatch(r"[a-zA-Z]{2}", territory):
            return f"{base.lower()}_{territory.upper()}"
        return self._locales.get(base.lower(), "") if not territory else ""

    def _other_locales(self, content: Any, locale: str) -> tuple[str, ...]:
        others = (
            self._locale(written(other), other.lang, other.relative_source_path or str(other))
            for other in content.translations
            if other.status == "published"
        )
        return tuple(sorted({other for other in others if other and other != locale}))

    def _creator(self, own: Mapping[str, str], people: tuple[Person, ...], where: str) -> str:
        if named := own.get("fediverse"):
            if handle := fediverse_handle(named):
                return handle
            self.report.add(
                "warning",
                where,
                f"Fediverse: {named!r} is no account",
                "write it as @user@example.social",
            )
        return next((person.fediverse for person in people if person.fediverse), "")

    def _content_crumbs(
        self, content: Any, title: str, canonical: str
    ) -> tuple[tuple[str, str], ...]:
        crumbs = [(self.site.name, f"{self.site_url}/")]
        if hasattr(content, "category") and self.pelican.get("CATEGORY_SAVE_AS"):
            crumbs.append((_name(content.category.name), self._wrapper_url(content.category)))
        return (*crumbs, (title, canonical))

    def _linkbacks(self, content: Any) -> Linkbacks | None:
        if closed(content):
            return None
        endpoint = self.settings.linkback_endpoint.rstrip("/")
        if not endpoint:
            webmention, pingback = (
                str(self.pelican.get(name) or "") for name in ("WEBMENTION_URL", "PINGBACK_URL")
            )
            if not (is_web(webmention) or is_web(pingback)):
                return None
            return Linkbacks(
                webmention=webmention if is_web(webmention) else "",
                pingback=pingback if is_web(pingback) else "",
            )
        if not self.site_url:
            return None
        protocols = self.settings.linkback_protocols
        return Linkbacks(
            webmention=f"{endpoint}/webmention" if "webmention" in protocols else "",
            pingback=f"{endpoint}/pingback" if "pingback" in protocols else "",
            trackback=f"{endpoint}/trackback/{article_id(content)}"
            if "trackback" in protocols
            else "",
            chosen=True,
        )

    # Listings

    def _listing(self, context: Mapping[str, Any], document_title: str) -> Page:
        """Return what is true of a page that lists others, or of a template's own page."""
        site = self.site
        output_file = str(context.get("output_file", "")).replace("\\", "/")
        paged = context.get("articles_page")
        number = paged.number if paged is not None else 1
        kind, subject = self._listing_kind(context, output_file)
        if paged is not None:
            url = self._absolute(paged.url)
        elif subject is not None:
            url = self._wrapper_url(subject)
        else:
            url = self._absolute(self._direct.get(output_file, output_file))
        name = _name(subject.name) if subject is not None else ""
        title = name or _listing_title(kind, document_title, site.name)
        if number > 1:
            title = f"{title} – {self.labels(site.language).page.format(number)}"
        setting, row = self._row(kind, subject)
        description = plain(row.get("description", "")) or (
            site.description if kind in ("home", "index") else ""
        )
        image = self._picture_in_row(setting, row) or site.image
        noindex = output_file.rpartition("/")[2].partition(".")[0] in ("404", "search")
        person = self.person(subject) if kind == "author" else None
        if person and person.image:
            image = person.image
        return Page(
            site=site,
            kind=kind,
            number=number,
            language=site.language,
            labels=self.labels(site.language),
            url=url,
            canonical=url,
            title=title,
            headline=title,
            description=description,
            social_description=description if description != title else "",
            image=image,
            authors=(person,) if person else (),
            creator=person.fediverse if person else "",
            locale=self._locale_of(site.language),
            og_type="profile" if kind == "author" else "website",
            card=_card(image, authored=False),
            robots="noindex" if noindex else "max-image-preview:large",
            crumbs=self._listing_crumbs(subject, name, title, url) if subject is not None else (),
            previous=self._neighbour(context, "articles_previous_page"),
            next=self._neighbour(context, "articles_next_page"),
            authored=frozenset(
                name
                for name, chosen in (("robots", noindex), ("description", row.get("description")))
                if chosen
            ),
        )

    def _listing_crumbs(
        self, subject: Any, name: str, title: str, url: str
    ) -> tuple[tuple[str, str], ...]:
        first = (self.site.name, f"{self.site_url}/"), (name, self._wrapper_url(subject))
        return first if title == name else (*first, (title, url))

    def _listing_kind(self, context: Mapping[str, Any], output_file: str) -> tuple[Kind, Any]:
        kinds: tuple[Kind, ...] = ("tag", "category", "author")
        for kind in kinds:
            subject = context.get(kind)
            if subject is not None and hasattr(subject, "page_name"):
                return kind, subject
        if context.get("period_num") or context.get("period"):
            return "period", None
        paged = context.get("articles_page")
        index = str(self.pelican.get("INDEX_SAVE_AS") or "index.html")
        if output_file == index:
            return "home", None
        if paged is not None and paged.full_name == index:
            return "index", None
        return ("archive" if output_file in self._direct else "other"), None

    def _row(self, kind: Kind, subject: Any) -> tuple[str, Mapping[str, str]]:
        """Return what the settings say of a category or tag, and the name to complain about."""
        tables = {
            "category": ("SMO_CATEGORIES", self.settings.categories),
            "tag": ("SMO_TAGS", self.settings.tags),
        }
        if kind not in tables:
            return "", _NOTHING
        setting, table = tables[kind]
        return f"{setting}[{subject.name!r}]", table.get(subject.name, _NOTHING)

    def _neighbour(self, context: Mapping[str, Any], name: str) -> str:
        neighbour = context.get(name)
        return self._absolute(neighbour.url) if neighbour is not None else ""


def _descriptions(own: Mapping[str, str], summary: str, body: str) -> tuple[str, str]:
    """Return what a page says of itself to search engines and to networks."""
    for_search = plain(own.get("description", ""))
    for_networks = plain(own.get("social_description", ""))
    description = for_search or for_networks or summary or cut(lead(body), _DESCRIPTION_LIMIT)
    return description, for_networks or for_search or summary or description


def _authored(
    own: Mapping[str, str], *, summary: bool, robots: bool, image: bool
) -> frozenset[str]:
    """Return the fields of a Page whose value its author wrote for it."""
    found = _OWN_FIELDS.intersection(own)
    more = (("description", summary), ("robots", robots), ("image", image))
    return found.union([name for name, chosen in more if chosen])


def _article_facts(content: Any, body: str) -> dict[str, Any]:
    published = getattr(content, "date", None)
    modified = getattr(content, "modified", None)
    if published and modified and modified <= published:
        modified = None
    counted = words(body)
    return {
        "published": _iso(published),
        "modified": _iso(modified),
        "words": counted,
        "minutes": max(1, round(counted / _WORDS_A_MINUTE)) if counted else 0,
    }


def _direct_templates(pelican: Mapping[str, Any]) -> dict[str, str]:
    """Return the URL of each direct template's page by the file that it is written to."""
    return {
        str(pelican.get(f"{name.upper()}_SAVE_AS", f"{name}.html")): str(
            pelican.get(f"{name.upper()}_URL", f"{name}.html")
        )
        for name in pelican.get("DIRECT_TEMPLATES") or ()
    }


def _listing_title(kind: Kind, document_title: str, site_name: str) -> str:
    """Return the theme's own title without the site's name, which og:site_name says."""
    if kind in ("home", "index") or not document_title:
        return site_name
    text = document_title
    for dash in ("-", "–", "—", "|", "·", ":"):
        text = text.removeprefix(f"{site_name} {dash} ").removesuffix(f" {dash} {site_name}")
    return text or site_name


def _card(image: Image | None, *, authored: bool) -> str:
    """Return the Twitter card that suits ``image``: large only where it is wide enough."""
    if image is None:
        return "summary"
    if not (image.width and image.height):
        return "summary_large_image" if authored else "summary"
    large = (
        image.width >= _LARGE_WIDTH
        and image.height >= _LARGE_HEIGHT
        and image.width / image.height >= _LARGE_RATIO
    )
    return "summary_large_image" if large else "summary"


# The names of categories, tags and authors come up on page after page.
_name = lru_cache(maxsize=512)(plain)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment is not None else ""


def _pairs(value: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in value or () if isinstance(row, (tuple, list)) and row[1:]]
