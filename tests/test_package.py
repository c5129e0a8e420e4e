"""The wheel works without the source tree."""

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent

CONFIG = """
SITEURL = "https://example.org"
SITENAME = "S"
PATH = "content"
TIMEZONE = "UTC"
PLUGINS = ["pelican_smo"]
SMO_CARDS = True
"""
# Builds, and prints which fonts were opened and which libraries are there after it.
BUILD = """
import re, sys
from pathlib import Path
opened = set()
def heard(event, what):
    if event == "open" and re.search(r"\\.(?:[ot]t[fc]|woff2?|pf[ab])$", str(what[0])):
        opened.add(str(what[0]))
sys.addaudithook(heard)
from pelican import main
main(["--fatal", "warnings", "--quiet"])
maps = Path("/proc/self/maps")
libraries = re.findall(r"/([^/\\s]+\\.so[.0-9]*)$", maps.read_text(), re.M) if maps.exists() else []
print("\\n".join(sorted({*opened, *libraries})))
"""
GRAPHICS = ("cairo", "pango", "fontconfig", "freetype", "harfbuzz", "vips", "skia", "gtk", "X11")


def test_a_site_builds_with_the_wheel_alone(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run([*run, str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(installed),
            str(wheel),
        ],
        check=True,
    )
    site = tmp_path / "site"
    (site / "content").mkdir(parents=True)
    (site / "pelicanconf.py").write_text(CONFIG)
    (site / "content/a.md").write_text("Title: A\nDate: 2026-01-01\n\nText.")
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    where = subprocess.run(
        [sys.executable, "-c", "import pelican_smo; print(pelican_smo.__file__)"],
        cwd=site,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert str(installed) in where.stdout
    done = subprocess.run(
        [sys.executable, "-c", BUILD],
        cwd=site,
        env={**environment, "CI": "true", "HOME": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    page = (site / "output/a.html").read_text()
    assert "og:title" in page
    assert "smo-share" in page
    assert list((site / "output/smo").glob("smo-*.css"))
    # A card without a font of the machine, or a library to draw with.
    card = Image.open(site / "output/smo/cards/a.png")
    assert (card.size, len(card.getcolors(1 << 20) or ()) > 50) == ((1200, 630), True)
    fonts = [name for name in done.stdout.splitlines() if "/" in name and "/theme" not in name]
    assert fonts == [str(installed / "pelican_smo/static/fonts/Inter.ttf")]
    assert list(installed.glob("*.dist-info/licenses/pelican_smo/static/fonts/INTER-LICENSE.txt"))
    assert [name for name in GRAPHICS if name in done.stdout.replace(str(tmp_path), "")] == []
