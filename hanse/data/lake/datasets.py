"""What lies in the lake: the datasets and their columns. Copying, sessions and erasure all read it from here.

Ids are text, because Spark has no UUIDs; times are aware and in UTC to the microsecond; JSON is text.
"""

from __future__ import annotations

import pyarrow as pa

_TIME = pa.timestamp("us", "UTC")

EVENTS = pa.schema(
    [
        ("event_id", pa.string()),
        ("sequence", pa.int64()),
        ("type", pa.string()),
        ("name", pa.string()),
        ("profile_id", pa.string()),
        ("decision_id", pa.string()),
        ("source", pa.string()),
        ("occurred_at", _TIME),
        ("received_at", _TIME),
        ("page_path", pa.string()),
        ("properties", pa.string()),
        ("channel", pa.string()),
        ("device", pa.string()),
        ("language", pa.string()),
    ]
)
"""The log without what names a person: no traits, `properties` as cleaned JSON, `page_path` without a query.

Of the context there are three coarse facts: `channel` as the sender calls it (`web`, `store`), `device` (`desktop`, `mobile`, `tablet` or
`app`), and the two letters of the `language`.
"""

ORDER_LINES = pa.schema(
    [
        ("order_id", pa.string()),
        ("event_id", pa.string()),
        ("sequence", pa.int64()),
        ("profile_id", pa.string()),
        ("product_id", pa.string()),
        ("quantity", pa.int64()),
        ("price_minor", pa.int64()),
        ("amount_minor", pa.int64()),
        ("currency", pa.string()),
        ("occurred_at", _TIME),
        ("received_at", _TIME),
    ]
)
"""One row per product of an order; what came back has a negative quantity and amount.

`price_minor` is the price of one piece, `amount_minor` that of the line, rounded once: screws at 0.034 EUR are 3 a piece and
34 for ten. An order of which only the amount is known is one row without a product. In the files, a row with the quantity 0
says that whatever was left of the order came back; sessions resolve it into rows of products (`expressions.settle`).
"""

DECISIONS = pa.schema(
    [
        ("decision_id", pa.string()),
        ("sequence", pa.int64()),
        ("operation", pa.string()),
        ("capability", pa.string()),
        ("profile_id", pa.string()),
        ("model_version", pa.string()),
        ("arm", pa.string()),
        ("arm_probability", pa.float64()),
        ("basis", pa.string()),
        ("reason", pa.string()),
        ("request", pa.string()),
        ("answer", pa.string()),
        ("decided_at", _TIME),
    ]
)
"""Every answer given to a touchpoint, with request and answer as cleaned JSON."""

PRODUCTS = pa.schema(
    [
        ("product_id", pa.string()),
        ("parent_id", pa.string()),
        ("state", pa.string()),
        ("title", pa.string()),
        ("title_de", pa.string()),
        ("title_en", pa.string()),
        ("category_de", pa.string()),
        ("category_en", pa.string()),
        ("brand", pa.string()),
        ("attributes", pa.string()),
    ]
)
"""The catalog; `title` is the best there is: in the language of the settings, else in any."""

RELATIONS = pa.schema([("product_id", pa.string()), ("kind", pa.string()), ("related_id", pa.string()), ("quantity", pa.int64())])
"""How products belong together: product_id is <kind> related_id."""

PRICES = pa.schema(
    [
        ("product_id", pa.string()),
        ("price_list", pa.string()),
        ("min_quantity", pa.int64()),
        ("valid_from", _TIME),
        ("valid_until", _TIME),
        ("amount_minor", pa.int64()),
        ("currency", pa.string()),
    ]
)
"""Net prices; no `valid_from` means always until now, no `valid_until` means for ever."""

MERGES = pa.schema([("profile_id", pa.string()), ("canonical_id", pa.string())])
"""Which profiles are the same person as another one, and which profile stands for them; who stands for themselves is not in it."""

APPENDED = {"events": EVENTS, "order_lines": ORDER_LINES, "decisions": DECISIONS}
"""Datasets that grow by sequence number, in one folder per day of arrival."""

PERSONAL = tuple(APPENDED)
"""Datasets with a `profile_id`, which erasure goes through."""

WHOLE = {"products": PRODUCTS, "relations": RELATIONS, "prices": PRICES, "merges": MERGES}
"""Datasets that are written anew when they have changed."""

SCHEMAS = {**APPENDED, **WHOLE}
