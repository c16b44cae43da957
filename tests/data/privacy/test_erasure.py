"""Rows of a person leave the files in the home folder; the others stay as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanse.data.privacy import erasure
from hanse.data.privacy.marks import Marks

ANNA = Marks([("email", "anna@example.org"), ("user_id", "17")])


def reject(home: Path, content: bytes) -> Path:
    file = home / "imports" / "1-rejects.csv"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbfE-Mail;Ort\r\nanna@example.org;Kiel\r\nb@example.org;\xc3\xbc\r\n", b"\xef\xbb\xbfE-Mail;Ort\r\nb@example.org;\xc3\xbc\r\n"),
        (b"customer_id,quantity\r\n17,1\r\n18,17\r\n", b"customer_id,quantity\r\n18,17\r\n"),
        (b'email,text\r\nb@example.org,"two\r\nlines"\r\na@b.de,anna@example.org\r\n', b'email,text\r\nb@example.org,"two\r\nlines"\r\n'),
        (b"email,name\r\nb@example.org,M\xfcller\r\nanna@example.org,x\r\n", b"email,name\r\nb@example.org,M\xfcller\r\n"),
    ],
)
def test_rows_leave_and_the_rest_stays_to_the_byte(home: Path, before: bytes, after: bytes) -> None:
    file = reject(home, before)
    assert erasure._files(home, ANNA) == {"reject_files": 1, "uploads": 0}
    assert file.read_bytes() == after
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_without_the_person_is_not_touched(home: Path) -> None:
    file = reject(home, b"a;b\n1;2\n")
    written = file.stat().st_mtime_ns
    assert erasure._files(home, ANNA) == {"reject_files": 0, "uploads": 0}
    assert (file.stat().st_mtime_ns, file.read_bytes()) == (written, b"a;b\n1;2\n")


def test_uploads_lose_their_rows_or_go_whole(home: Path) -> None:
    for name, content in (("a.jsonl", b'{"email":"anna@example.org"}\n{"email":"b@example.org"}\n'), ("b.xlsx", b"PK")):
        (home / "uploads" / name[0]).mkdir(parents=True)
        (home / "uploads" / name[0] / name).write_bytes(content)
    assert erasure._files(home, ANNA)["uploads"] == 2
    assert (home / "uploads" / "a" / "a.jsonl").read_bytes() == b'{"email":"b@example.org"}\n'
    assert not (home / "uploads" / "b" / "b.xlsx").exists()
