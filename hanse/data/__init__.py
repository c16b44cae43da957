"""What Hanse knows: the log, profiles, consent, the catalog, decisions, the lake, imports and who may do what.

A folder here may declare operations and jobs in modules of these names; they are found like those of a capability.
"""
