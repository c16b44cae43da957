"""Matches: records of one person from sources that share no key, joined by rule where that is certain and shown to somebody where it is not."""
