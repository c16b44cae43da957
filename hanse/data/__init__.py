"""What Hanse knows: the log, profiles, consent, the catalog, decisions, the lake, imports and who may do what.

Operations of this layer stand in the `operations` module of these folders.
"""

OPERATIONS = ("events", "catalog")
