"""What BMEcat calls things: ARTICLE in 1.2, PRODUCT since 2005."""

from __future__ import annotations

from collections.abc import Mapping

from hanse.data.catalog.schemas import RelationKind
from hanse.data.revisions.schemas import Scope

VERSIONS = frozenset({"1.2", "2005", "2005.1", "2005.2", "2005fd"})
TRANSACTIONS: Mapping[str, Scope] = {
    "T_NEW_CATALOG": Scope.FULL,
    "T_NEW_PRODUCTDATA": Scope.FULL,
    "T_UPDATE_PRODUCTS": Scope.PRODUCTS,
    "T_UPDATE_PRICES": Scope.PRICES,
}
PRODUCTS = ("PRODUCT", "ARTICLE")
MAPS = ("PRODUCT_TO_CATALOGGROUP_MAP", "ARTICLE_TO_CATALOGGROUP_MAP")
GROUP = "CATALOG_STRUCTURE"
TEMPLATES = ("CLASSIFICATION_SYSTEM_FEATURE_TEMPLATE", "FEATURE_GROUP", "CLASSIFICATION_GROUP")

NUMBER = ("SUPPLIER_PID", "SUPPLIER_AID")
DETAILS = ("PRODUCT_DETAILS", "ARTICLE_DETAILS")
FEATURES = ("PRODUCT_FEATURES", "ARTICLE_FEATURES")
ORDER_DETAILS = ("PRODUCT_ORDER_DETAILS", "ARTICLE_ORDER_DETAILS")
PRICE_DETAILS = ("PRODUCT_PRICE_DETAILS", "ARTICLE_PRICE_DETAILS")
PRICE = ("PRODUCT_PRICE", "ARTICLE_PRICE")
REFERENCE = ("PRODUCT_REFERENCE", "ARTICLE_REFERENCE")
REFERENCE_TO = ("PROD_ID_TO", "ART_ID_TO")
LOGISTICS = ("PRODUCT_LOGISTIC_DETAILS", "ARTICLE_LOGISTIC_DETAILS")
MANUFACTURER_NUMBER = ("MANUFACTURER_PID", "MANUFACTURER_AID")

FORWARD: Mapping[str, tuple[RelationKind, str]] = {
    "consists_of": (RelationKind.CONSISTS_OF, ""),
    "similar": (RelationKind.SIMILAR_TO, ""),
    "diff_orderunit": (RelationKind.SIMILAR_TO, "diff_orderunit"),
}
"""Kinds in which the product is <kind> the one it refers to."""
BACKWARD: Mapping[str, tuple[RelationKind, str]] = {
    "sparepart": (RelationKind.SPARE_PART_OF, ""),
    "accessories": (RelationKind.ACCESSORY_OF, ""),
    "mandatory": (RelationKind.ACCESSORY_OF, "mandatory"),
    "select": (RelationKind.ACCESSORY_OF, "select"),
    "followup": (RelationKind.SUCCESSOR_OF, ""),
}
"""Kinds in which the one it refers to is <kind> the product."""
RELATION_TYPES = frozenset({*FORWARD, *BACKWARD, "others", "base_product"})
STRAY_RELATIONS: Mapping[str, str] = {
    "accessory": "accessories",
    "spare_part": "sparepart",
    "spareparts": "sparepart",
    "spare_parts": "sparepart",
    "follow_up": "followup",
    "successor": "followup",
    "consistsof": "consists_of",
    "baseproduct": "base_product",
}
"""Kinds as files call them that stray from the format."""

PRICE_TYPES = frozenset({"net_list", "gros_list", "net_customer", "nrp", "net_customer_exp"})
LISTS: Mapping[str, str] = {"net_list": "list", "gros_list": "list", "nrp": "rrp"}

MODES = frozenset({"new", "update", "delete"})
