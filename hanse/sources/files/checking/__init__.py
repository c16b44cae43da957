"""Checking: which column is which field, how numbers and dates are written, and which rows can be used."""
