"""The wheel works without the source tree."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

CONFIG = """
SITEURL = "https://example.org"
SITENAME = "S"
PATH = "content"
TIMEZONE = "UTC"
PLUGINS = ["pelican_smo"]
"""


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
    subprocess.run(
        [sys.executable, "-m", "pelican", "--fatal", "warnings"],
        cwd=site,
        env=environment,
        check=True,
    )
    page = (site / "output/a.html").read_text()
    assert "og:title" in page
    assert "smo-share" in page
    assert list((site / "output/smo").glob("smo-*.css"))
