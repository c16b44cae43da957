"""What Hanse does for a shop, one folder each; none imports another. A new one is named here, and that is all."""

CAPABILITIES = ("recommend", "search")
