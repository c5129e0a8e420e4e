"""Social Media Optimization for Pelican: what a site does on its own pages so that readers spread them."""

__version__ = "0.1.0"

__all__ = ["__version__", "register"]


def register() -> None:
    """Connect the plugin to Pelican, which calls this once ``pelican_smo`` is in ``PLUGINS``."""
    from pelican_smo import hooks  # noqa: PLC0415  the command line must not need Pelican's signals

    hooks.register()
