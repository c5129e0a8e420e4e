"""A layout is known from an earlier build as long as its templates are what they were."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from pelican_smo.cards.known_layouts import KnownLayouts
from pelican_smo.cards.layouts import Layout, layout_of
from pelican_smo.errors import CardError

CARD = '{{ title }}é{% if img("logo") %}{% endif %}{% include ["smo/foot.html", "smo/x.html"] %}'
TEMPLATES = {"smo/card.html": CARD, "smo/x.html": "{{ tags }}"}


class CountingEnvironment(Environment):
    """An environment that counts how often it parses."""

    parsed = 0

    def _parse(self, *args: object) -> object:
        self.parsed += 1
        return super()._parse(*args)  # type: ignore[arg-type]


def env(templates: dict[str, str] | None = None, **options: str) -> CountingEnvironment:
    return CountingEnvironment(loader=DictLoader(TEMPLATES | (templates or {})), **options)


def known(file: Path, environment: Environment, name: str = "plain") -> Layout:
    layouts = KnownLayouts(file)
    found = layouts.layout_of(environment, name)
    layouts.close()
    return found


def test_what_is_unchanged_is_known_without_being_parsed(tmp_path: Path) -> None:
    first = known(tmp_path / "known", env())
    again = env()
    assert known(tmp_path / "known", again) == first == layout_of(env(), "plain")
    assert again.parsed == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"smo/card.html": CARD + "{{ date }}"},
        {"smo/x.html": "{{ date }}"},
        {"smo/foot.html": "{{ date }}"},
    ],
    ids=["template", "include", "include that was not there"],
)
def test_what_changed_is_read_anew(tmp_path: Path, changed: dict[str, str]) -> None:
    known(tmp_path / "known", env())
    assert "date" in known(tmp_path / "known", env(changed)).variables
    assert "date" not in known(tmp_path / "known", env()).variables


def test_templates_in_another_syntax_are_read_anew(tmp_path: Path) -> None:
    known(tmp_path / "known", env())
    other = known(tmp_path / "known", env(variable_start_string="[[", variable_end_string="]]"))
    assert "title" not in other.variables


def test_a_layout_that_may_lead_anywhere_is_read_each_time(tmp_path: Path) -> None:
    card = {"smo/card.html": "{% include title %}"}
    known(tmp_path / "known", env(card))
    new = {"smo/card-new.html": "{{ date }}"}
    assert "date" in known(tmp_path / "known", env(card | new)).variables


def test_a_layout_that_is_gone_is_not_known(tmp_path: Path) -> None:
    known(tmp_path / "known", env({"smo/card-mine.html": "{{ title }}"}), "mine")
    with pytest.raises(CardError, match="no template"):
        known(tmp_path / "known", env(), "mine")


@given(data=st.binary() | st.sampled_from([b"[]", b'{"plain": 1}', b'{"plain": {"parts": [1]}}']))
def test_a_damaged_file_is_as_none(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("known") / "known"
    file.write_bytes(data)
    assert known(file, env()) == layout_of(env(), "plain")


def test_a_file_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert known(tmp_path / "file/known", env()) == layout_of(env(), "plain")
