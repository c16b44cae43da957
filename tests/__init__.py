"""Everything that shows that Hanse works; `python -m tests` runs it all."""
