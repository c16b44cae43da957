"""The catalog as linked data (schema.org), for search engines and whoever reads them."""
