"""The ground everything stands on: the operation contract, errors, settings, the database, ids, time and money.

Imports nothing of ours; every other layer may import it.
"""
