"""`python -m hanse.serve.console.assets`: builds the console's assets where anything changed."""

from __future__ import annotations

import sys

from hanse.base.errors import HanseError
from hanse.serve.console import assets

if __name__ == "__main__":
    try:
        changed = assets.build()
    except HanseError as error:
        sys.exit(error.detail())
    sys.stdout.write("The console is built.\n" if changed else "The console is built already; nothing changed.\n")
