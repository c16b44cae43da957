"""Google Merchant feeds: RSS 2.0, Atom and tab-separated text."""
