"""`python -m hanse` is the command line."""

from hanse.serve.cli import main

main()
