"""What kind of file a medium is, by its media type and the ending of its name: whoever reads files of products from a source asks here."""

from __future__ import annotations

from urllib.parse import urlsplit

IMAGE, DOCUMENT, VIDEO, MODEL, OTHER = "image", "document", "video", "model_3d", "other"
MODELS = (".glb", ".gltf", ".usdz", ".obj", ".stl", ".step", ".stp", ".iges", ".igs", ".dwg", ".dxf")
"""Endings of 3D files and CAD drawings. They count more than the type: servers call them anything, from octet streams to pictures."""
IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".tif", ".tiff", ".svg", ".avif")


def kind(media_type: str, reference: str) -> str:
    """Return the kind of a file, as `Medium.kind` has it.

    >>> kind("application/octet-stream", "https://x/drill.GLB?v=2"), kind("", "a/drill.jpg"), kind("application/pdf", "manual")
    ('model_3d', 'image', 'document')
    """
    lowered = media_type.lower()
    if lowered.startswith("model/") or ends(reference, MODELS):
        return MODEL
    if lowered.startswith(IMAGE) or (not lowered and ends(reference, IMAGES)):
        return IMAGE
    if lowered.startswith(VIDEO):
        return VIDEO
    return DOCUMENT if lowered.startswith(("application", "text")) or ends(reference, (".pdf",)) else OTHER


def ends(reference: str, endings: tuple[str, ...]) -> bool:
    """Return whether an address or path ends so, whatever stands behind its question mark."""
    if reference.lower().endswith(endings):
        return True
    try:
        return urlsplit(reference).path.lower().endswith(endings)
    except ValueError:
        return False
