"""The home of ``python -m pelican_smo``."""

from pelican_smo.cli import main

if __name__ == "__main__":
    main()
