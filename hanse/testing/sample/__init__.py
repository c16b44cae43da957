"""The sample shop: 'Nordwerk' with its products, customers and 24 months of events, made from a seed and with known truths.

`hanse sample` and every capability's evaluation call it. No name, address or brand in it is real.
"""

from hanse.testing.sample.load import load
from hanse.testing.sample.shop import SampleShop, generate, write_truth

__all__ = ["SampleShop", "generate", "load", "write_truth"]
