"""`python -m hanse.serve.console.assets`: builds the console's assets where anything changed; `--check` checks the types of the elements."""

from __future__ import annotations

import sys

from hanse.base.errors import HanseError
from hanse.serve.console import assets
from hanse.serve.console.assets import elements

if __name__ == "__main__":
    try:
        if "--check" in sys.argv:
            elements.check()
            sys.exit()
        changed = assets.build()
    except HanseError as error:
        sys.exit(error.detail())
    sys.stdout.write("The console is built.\n" if changed else "The console is built already; nothing changed.\n")
