"""The catalog: products in several languages with relations, prices, stock, documents and what sold."""

from hanse.data.catalog.schemas import CustomerPriceList, Document, Origin, Price, Product, ProductStatistics, Relation, RelationKind, Stock
from hanse.data.catalog.store import put_customer_price_lists, put_documents, put_prices, put_products, put_relations, put_stock

__all__ = [
    "CustomerPriceList",
    "Document",
    "Origin",
    "Price",
    "Product",
    "ProductStatistics",
    "Relation",
    "RelationKind",
    "Stock",
    "put_customer_price_lists",
    "put_documents",
    "put_prices",
    "put_products",
    "put_relations",
    "put_stock",
]
