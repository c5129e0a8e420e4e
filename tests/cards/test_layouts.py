"""A card's template is read with all that it includes, and what it uses is known before it draws."""

from collections.abc import Mapping

import pytest
from jinja2 import DictLoader, Environment

from pelican_smo.cards.layouts import layout_of, markup_of
from pelican_smo.errors import CardError


def env(**templates: str) -> Environment:
    names = {f"smo/{name.replace('_', '-')}.html": text for name, text in templates.items()}
    return Environment(loader=DictLoader(names), autoescape=True)


def used(name: str = "plain", **templates: str) -> frozenset[str]:
    return layout_of(env(**templates), name).variables


def test_the_variables_of_a_template_are_those_that_it_reads() -> None:
    assert used(card="{% set size = 4 %}{{ title }}{{ site.name }}{{ size }}{{ range(3) }}") == {
        "title",
        "site.name",
    }


def test_of_the_site_and_of_metadata_only_the_fields_that_are_read_count() -> None:
    card = "{{ site.name }}{{ metadata['rating'] }}{{ metadata.rating }}"
    assert used(card=card) == {"site.name", "metadata.rating"}
    assert used(card=card + "{{ site }}") == {"site", "site.name", "metadata.rating"}
    assert used(card="{% for key in metadata.items() %}1{% endfor %}") == {"metadata"}
    assert used(card="{{ metadata[category] }}") == {"metadata", "category"}


def test_variables_of_includes_and_imports_count() -> None:
    templates = {
        "card": '{% include "smo/foot.html" %}{% from "smo/m.html" import m with context %}{{ m() }}',
        "foot": "{{ date }}",
        "m": "{% macro m() %}{{ tags }}{% endmacro %}",
    }
    assert used(**templates) == {"date", "tags"}


def test_what_stands_in_a_replaced_block_does_not_count() -> None:
    templates = {
        "card": "{% block head %}{{ title }}{% endblock %}{% block foot %}{{ tags }}{% endblock %}",
        "card_mine": '{% extends "smo/card.html" %}{% block foot %}{{ date }}{% endblock %}',
    }
    assert used("mine", **templates) == {"title", "date"}


def test_a_block_that_shows_its_parents_counts_with_it() -> None:
    templates = {
        "card": "{% block foot %}{{ tags }}{% endblock %}",
        "card_mine": (
            '{% extends "smo/card.html" %}{% block foot %}{{ super() }}{{ date }}{% endblock %}'
        ),
    }
    assert used("mine", **templates) == {"tags", "date"}


def test_a_template_counts_wherever_it_is_shown_as_it_is() -> None:
    templates = {
        "card_mine": '{% extends "smo/base.html" %}{% block b %}{% include "smo/o.html" %}{% endblock %}',
        "o": '{% extends "smo/base.html" %}',
        "base": "{% block b %}{{ date }}{% endblock %}",
    }
    assert used("mine", **templates) == {"date"}


@pytest.mark.parametrize("changed", ["card", "card_mine", "foot"])
def test_the_digest_changes_with_each_template_that_is_part_of_it(changed: str) -> None:
    templates = {
        "card": "{% block a %}{% endblock %}",
        "card_mine": '{% extends "smo/card.html" %}{% block a %}{% include "smo/foot.html" %}{% endblock %}',
        "foot": "x",
        "other": "y",
    }
    before = layout_of(env(**templates), "mine").digest
    assert layout_of(env(**templates | {"other": "z"}), "mine").digest == before
    assert (
        layout_of(env(**templates | {changed: templates[changed] + " "}), "mine").digest != before
    )


def test_where_a_name_is_made_while_rendering_every_card_template_is_part_of_it() -> None:
    templates = {"card": '{% include "smo/card-" ~ category ~ ".html" %}', "card_a": "{{ date }}"}
    found = layout_of(env(**templates), "plain")
    assert found.variables == {"category", "date"}
    assert layout_of(env(**templates | {"card_b": "1"}), "plain").digest != found.digest


def test_the_pictures_of_a_template_are_known_by_name() -> None:
    templates = {
        "card": '<img src="{{ img("logo") }}">{% include "smo/foot.html" %}',
        "foot": "{% if img('images/x.png') %}1{% endif %}",
    }
    assert layout_of(env(**templates), "plain").pictures == ("images/x.png", "logo")


def test_a_picture_whose_name_is_worked_out_is_an_error_with_file_and_line() -> None:
    with pytest.raises(CardError, match=r"smo/card\.html, line 2: img\(\)") as error:
        layout_of(env(card="\n{{ img(metadata.picture) }}"), "plain")
    assert 'img("logo")' in error.value.remedy


def test_a_template_that_extends_itself_is_told_how_to_name_the_original() -> None:
    with pytest.raises(CardError, match="which is itself") as error:
        layout_of(env(card='{% extends "smo/card.html" %}'), "plain")
    assert error.value.remedy.startswith('write {% extends "!smo/card.html" %}')


def test_a_layout_that_is_nearly_one_is_told_which() -> None:
    with pytest.raises(CardError, match="did you mean 'quote'"):
        layout_of(env(card="x", card_quote="y"), "qoute")


def test_a_layout_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(CardError, match=r"no template smo/card-nope\.html; .* plain, quote"):
        layout_of(env(card="x", card_quote="y"), "nope")


BROKEN: Mapping[str, tuple[str, str]] = {
    "syntax": ("<div>\n{% if %}</div>", r"card\.html, line 2: Expected an expression"),
    "unknown filter": ("\n\n{{ title|nope }}", r"card\.html, line 3: No filter named 'nope'"),
    "unknown name": ("\n{{ nobody.name }}", r"line 2: 'nobody' is undefined"),
    "division": ("\n{{ 1 // 0 }}", r"line 2: ZeroDivisionError"),
    "missing include": (
        '\n{% include "smo/nope.html" %}',
        r"card\.html, line 2: there is no template smo/nope\.html",
    ),
    "nothing": ("<!-- a card -->", r"it draws nothing"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_template_that_does_not_render_is_told_by_file_and_line(case: str) -> None:
    source, told = BROKEN[case]
    environment = env(card=source)
    with pytest.raises(CardError) as error:
        markup_of(environment, layout_of(environment, "plain"), {})
    assert error.match(told)


def test_styles_are_taken_out_and_the_sites_own_come_last() -> None:
    environment = env(
        card="<!doctype html><html><head><title>x</title></head><body><style>a{}</style>"
        "<p>{{ title }}</p><style>b{}</style></body></html>"
    )
    made = markup_of(environment, layout_of(environment, "plain"), {"title": "<T>"}, "c{}")
    assert made == ("<p>&lt;T&gt;</p>", "a{}\nb{}\nc{}")


def test_a_picture_that_is_not_there_leaves_nothing() -> None:
    environment = env(card="""<p>a<img alt='x' src=""><img src='b'>c</p>""")
    assert (
        markup_of(environment, layout_of(environment, "plain"), {}).html == "<p>a<img src='b'>c</p>"
    )
