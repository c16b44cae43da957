"""Small feeds written here for the tests, in both namings of BMEcat."""

from __future__ import annotations

HEADER = """<HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><CATALOG_ID>C1</CATALOG_ID><CATALOG_VERSION>001.000</CATALOG_VERSION>
<CURRENCY>EUR</CURRENCY></CATALOG><SUPPLIER><SUPPLIER_NAME>Ebbe</SUPPLIER_NAME></SUPPLIER></HEADER>"""


def bmecat(*parts: str, version: str = "2005", transaction: str = "T_NEW_CATALOG", header: str = HEADER, before: str = "", root: str = "") -> str:
    """Return a BMEcat with some products, categories or maps in it."""
    body = "\n".join(parts)
    name = transaction.partition(" ")[0]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<BMECAT version="{version}"{root}>\n{header}\n<{transaction}>\n{body}\n</{name}>\n</BMECAT>\n'


def product(
    number: str, *inside: str, title: str = "Bohrer", details: str = "", order: str = "<ORDER_UNIT>C62</ORDER_UNIT>", mode: str = "", price: str = ""
) -> str:
    """Return a product in the naming of 2005."""
    prices = price and f"<PRODUCT_PRICE_DETAILS>{price}</PRODUCT_PRICE_DETAILS>"
    named = f' mode="{mode}"' if mode else ""
    return (
        f"<PRODUCT{named}><SUPPLIER_PID>{number}</SUPPLIER_PID>\n"
        f"<PRODUCT_DETAILS><DESCRIPTION_SHORT>{title}</DESCRIPTION_SHORT>{details}</PRODUCT_DETAILS>\n"
        f"<PRODUCT_ORDER_DETAILS>{order}</PRODUCT_ORDER_DETAILS>\n{prices}\n{''.join(inside)}</PRODUCT>"
    )


def price(amount: str, *inside: str, kind: str = "net_list") -> str:
    """Return a price in the naming of 2005."""
    return f'<PRODUCT_PRICE price_type="{kind}"><PRICE_AMOUNT>{amount}</PRICE_AMOUNT>{"".join(inside)}</PRODUCT_PRICE>'


def reference(kind: str, number: str, more: str = "") -> str:
    """Return a reference in the naming of 2005."""
    return f'<PRODUCT_REFERENCE type="{kind}"{more}><PROD_ID_TO>{number}</PROD_ID_TO></PRODUCT_REFERENCE>'


def group(number: str, name: str, parent: str, kind: str = "node") -> str:
    """Return a category."""
    return (
        f'<CATALOG_STRUCTURE type="{kind}"><GROUP_ID>{number}</GROUP_ID><GROUP_NAME>{name}</GROUP_NAME>'
        f"<PARENT_ID>{parent}</PARENT_ID></CATALOG_STRUCTURE>"
    )


def placed(number: str, category: str) -> str:
    """Return what puts a product into a category."""
    return f"<PRODUCT_TO_CATALOGGROUP_MAP><PROD_ID>{number}</PROD_ID><CATALOG_GROUP_ID>{category}</CATALOG_GROUP_ID></PRODUCT_TO_CATALOGGROUP_MAP>"
