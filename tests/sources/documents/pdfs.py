"""PDFs as plain as they can be, written by hand: pages of lines of text, with metadata, cut short, locked, or with pages that are only pictures."""

from __future__ import annotations

from collections.abc import Sequence

LINE = 14


def pdf(*pages: Sequence[str], title: str = "", language: str = "", trailer: str = "") -> bytes:
    """Return a PDF whose pages have these lines; a page without lines is like one that was scanned."""
    catalog = f"<< /Type /Catalog /Pages 2 0 R {f'/Lang ({language})' if language else ''} >>".encode()
    kids = " ".join(f"{5 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        catalog,
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (" + _escaped(title) + b") >>",
    ]
    for index, lines in enumerate(pages):
        content = b"BT /F1 11 Tf " + f"{LINE} TL 50 800 Td ".encode() + b" ".join(b"(" + _escaped(line) + b") Tj T*" for line in lines) + b" ET"
        page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
        objects += [f"{page} /Contents {6 + 2 * index} 0 R >>".encode(), _stream(content)]
    return _joined(objects, trailer)


def locked(user_password: str = "geheim") -> bytes:
    """Return a PDF that wants a password, which nobody knows: the values of its lock fit none."""
    del user_password
    lock = f"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <{'41' * 32}> /U <{'42' * 32}> >> /ID [<{'43' * 16}> <{'43' * 16}>]"
    return pdf(["Geheim"], trailer=lock)


def _joined(objects: Sequence[bytes], trailer: str) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return out + f"{head}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n".encode()


def _stream(content: bytes) -> bytes:
    return f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def _escaped(text: str) -> bytes:
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
