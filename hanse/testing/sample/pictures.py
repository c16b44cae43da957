"""Which drawing stands for a product of the sample shop: no photographs, and nothing to load from elsewhere.

The address is one of Hanse's own; `hanse.serve.shop` draws what it names.
"""

from __future__ import annotations

from zlib import crc32

from hanse.data.catalog.schemas import Texts

FOLDER = "/shop/pictures/"
TINTS = 3
DRAWINGS = (
    ("drill bit", "drill"),
    ("battery", "battery-charging"),
    ("charger", "plug-zap"),
    ("power cord", "plug"),
    ("cable", "cable"),
    ("bearing", "circle-dot"),
    ("switch", "power"),
    ("carbon", "component"),
    ("seal", "circle-dot"),
    ("filter", "air-vent"),
    ("valve", "circle-gauge"),
    ("gauge", "circle-gauge"),
    ("glasses", "glasses"),
    ("ear defender", "headphones"),
    ("chisel", "hammer"),
    ("nail", "pin"),
    ("bits", "bolt"),
    ("holster", "handbag"),
    ("case", "toolbox"),
    ("shampoo", "soap-dispenser-droplet"),
    ("cleaner 500", "spray-can"),
    ("polish", "sparkles"),
    ("lance", "spray-can"),
    ("spray", "spray-can"),
    ("nozzle", "funnel"),
    ("hose", "cable"),
    ("coupling", "link-2"),
    ("sets >", "toolbox"),
    ("gloves", "hand"),
    ("high visibility", "triangle-alert"),
    ("shoes", "footprints"),
    ("work wear", "shirt"),
    ("sparkling", "bottle-wine"),
    ("wine", "wine"),
    ("cheese", "ham"),
    ("kitchen", "soup"),
    ("oils", "droplet"),
    ("sweets", "candy"),
    ("savouries", "nut"),
    ("delicatessen", "sandwich"),
    ("disc", "disc-3"),
    ("blade", "slice"),
    ("circular saw", "disc-3"),
    ("jigsaw", "slice"),
    ("drill", "drill"),
    ("sander", "orbit"),
    ("grinder", "disc-2"),
    ("compressor", "gauge"),
    ("washer", "droplets"),
    ("vacuum", "wind"),
    ("pump", "waves"),
    ("spare parts", "cog"),
    ("", "package"),
)
"""A word of the title or the category, and what is drawn then; the first that fits counts."""


def address(product_id: str, title: Texts, category: Texts) -> str:
    """Return the address of a product's picture.

    >>> address("M-1", {"en": "Jigsaw Sturm"}, {"en": "Machines > Sawing"})
    '/shop/pictures/slice-machines-0.svg'
    """
    path = category.get("en", "").lower()
    name, top = title.get("en", "").lower(), path.partition(" > ")[0].replace(" ", "_") or "other"
    drawing = next(icon for word, icon in DRAWINGS if word in name) if path.startswith(("spare", "acc", "cons", "mach")) else ""
    if drawing in {"", "package"}:
        drawing = next(icon for word, icon in DRAWINGS if word in f"{path} | {name}")
    return f"{FOLDER}{drawing}-{top}-{crc32(product_id.encode()) % TINTS}.svg"
