"""The preview of a site on this machine: built, served, and built again after each change."""

from pathlib import Path

from pelican_smo.errors import PreviewError

__all__ = ["preview", "settings_file"]


def settings_file(site: Path) -> Path:
    """Return the settings file of ``site``, a folder or the file itself.

    Raises PreviewError where there is none.
    """
    file = site / "pelicanconf.py" if site.is_dir() else site
    if not file.is_file():
        raise PreviewError(
            f"{file} does not exist; name a folder that holds a pelicanconf.py, or a settings file"
        )
    return file


def preview(site: Path, port: int, bind: str) -> None:
    """Build ``site`` and serve it until interrupted, with Pelican's own server and watcher."""
    from pelican import main  # noqa: PLC0415  half a second that other commands need not wait

    main(
        [
            "--settings",
            str(settings_file(site)),
            "--autoreload",
            "--listen",
            "--port",
            str(port),
            "--bind",
            bind,
        ]
    )
