"""The demo site, built by Pelican's own command, as a reader would get it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def build_demo(output: Path, *options: str) -> Path:
    """Build the demo site into ``output``; a warning fails."""
    settings = str(ROOT / "demo_site/pelicanconf.py")
    command = [sys.executable, "-m", "pelican", "-s", settings, "-o", str(output)]
    subprocess.run([*command, "--fatal", "warnings", *options], check=True, cwd=output)
    return output
