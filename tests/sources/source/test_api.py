"""Asking a shop: its own host only, no redirects, certificates checked, patience with limits, and an end to it."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hanse.sources.source import addresses, api
from hanse.sources.source.addresses import OneHost
from hanse.sources.source.api import Api, retry_after
from hanse.sources.source.errors import AddressNotAllowed, NotThere, ShopRefused, ShopUnavailable, Unmappable
from hanse.testing.shops import FakeWooCommerce


class Waits:
    """Notes how long was waited, and does not wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def fake() -> Iterator[FakeWooCommerce]:
    with FakeWooCommerce() as running:
        yield running


@pytest.fixture
async def shop(fake: FakeWooCommerce) -> AsyncIterator[Api]:
    async with Api(f"{fake.url}/wp-json/wc/v3", transport=OneHost("127.0.0.1", allow_private=True), auth=("ck_fake", "cs_fake")) as opened:
        opened.sleep = Waits()
        yield opened


def waits(shop: Api) -> list[float]:
    assert isinstance(shop.sleep, Waits)
    return shop.sleep.seconds


PAGE = {"per_page": "5", "page": "1"}


async def test_an_answer_comes_as_what_it_should_be(shop: Api) -> None:
    assert (await shop.get("/orders", PAGE)).json(list[dict[str, int]]) == []


async def test_the_shop_is_waited_for_as_long_as_it_says(shop: Api, fake: FakeWooCommerce) -> None:
    fake.fail(429, {"Retry-After": "7"})
    fake.fail(429, {"Retry-After": "2.5"})
    fake.fail(429, {"Retry-After": "86400"})
    assert (await shop.get("/orders", PAGE)).status == 200
    assert waits(shop) == [7.0, 2.5, api.LONGEST_WAIT_SECONDS]


async def test_without_a_word_the_waits_grow(shop: Api, fake: FakeWooCommerce) -> None:
    fake.fail(500, times=api.ATTEMPTS)
    with pytest.raises(ShopUnavailable, match="status 500"):
        await shop.get("/orders", PAGE)
    assert waits(shop) == [1.0, 2.0, 4.0, 8.0]
    assert len(fake.asked) == api.ATTEMPTS


@pytest.mark.parametrize(
    ("status", "kind"), [(400, ShopRefused), (401, ShopRefused), (403, ShopRefused), (404, NotThere), (410, ShopRefused), (302, ShopRefused)]
)
async def test_what_waiting_would_not_help_is_told_at_once(shop: Api, fake: FakeWooCommerce, status: int, kind: type[Exception]) -> None:
    fake.fail(status, {"Location": "http://127.0.0.1:1/"})
    with pytest.raises(kind):
        await shop.get("/orders", PAGE)
    assert (len(fake.asked), waits(shop)) == (1, [])


async def test_a_shop_that_is_away_is_tried_some_times(fake: FakeWooCommerce) -> None:
    async with Api("http://127.0.0.1:1", transport=OneHost("127.0.0.1", allow_private=True)) as away:
        away.sleep = Waits()
        with pytest.raises(ShopUnavailable, match="ConnectError"):
            await away.get("/")
        assert len(waits(away)) == api.ATTEMPTS - 1


async def test_an_answer_without_end_is_not_read_to_the_end(shop: Api, fake: FakeWooCommerce, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "LARGEST_ANSWER_BYTES", 3)
    fake.fail(200)
    with pytest.raises(ShopRefused, match="too large"):
        await shop.get("/orders", PAGE)


async def test_an_answer_that_is_something_else_names_the_field(shop: Api, fake: FakeWooCommerce) -> None:
    fake.fail(200)
    with pytest.raises(Unmappable) as problem:
        (await shop.get("/orders", PAGE)).json(dict[str, int])
    assert problem.value.field == "[...]"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "Mon, 15 Jun 2026 12:00:30 GMT", "date": "Mon, 15 Jun 2026 12:00:00 GMT"}, 30.0),
        ({"retry-after": "Mon, 15 Jun 2026 11:00:00 GMT", "date": "Mon, 15 Jun 2026 12:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 15 Jun 2026 12:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_in_both_ways(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
    ],
)
def test_only_addresses_on_the_internet_are_public(address: str, public: bool) -> None:  # noqa: FBT001  # from the table above
    assert addresses.is_public(address) is public


def looking_up(*found: str) -> addresses.Resolve:
    async def lookup(host: str, port: int) -> list[str]:
        return list(found)

    return lookup


@pytest.mark.parametrize("found", [("127.0.0.1",), ("93.184.216.34", "10.0.0.1"), ()])
async def test_a_name_that_points_inside_is_not_reached(found: tuple[str, ...]) -> None:
    async with Api("https://shop.example", transport=OneHost("shop.example", allow_private=False, lookup=looking_up(*found))) as inside:
        with pytest.raises(AddressNotAllowed, match=r"shop\.example"):
            await inside.get("/")


@pytest.mark.parametrize("url", ["https://other.example", "http://shop.example"])
async def test_another_host_or_no_encryption_is_not_reached(url: str) -> None:
    async with Api(url, transport=OneHost("shop.example", allow_private=False, lookup=looking_up("93.184.216.34"))) as other:
        with pytest.raises(AddressNotAllowed):
            await other.get("/")


async def test_a_name_that_nobody_knows_is_a_shop_that_is_away() -> None:
    async def lookup(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    async with Api("https://shop.example", transport=OneHost("shop.example", allow_private=False, lookup=lookup)) as unknown:
        unknown.sleep = Waits()
        with pytest.raises(ShopUnavailable):
            await unknown.get("/")


class Hello(BaseHTTPRequestHandler):
    """Answers with the host it was asked for."""

    def do_GET(self) -> None:
        body = f'{{"host": "{self.headers["Host"]}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for shop.example, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "shop.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    """Where a server with that certificate listens."""
    server = HTTPServer(("127.0.0.1", 0), Hello)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


async def test_the_address_that_was_looked_up_is_reached_under_the_name_of_the_shop(port: int, certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    transport = OneHost("shop.example", allow_private=True, lookup=looking_up("127.0.0.1"), trust=trust)
    async with Api(f"https://shop.example:{port}", transport=transport) as reached:
        assert (await reached.get("/")).json(dict[str, str]) == {"host": f"shop.example:{port}"}


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(port: int) -> None:
    transport = OneHost("shop.example", allow_private=True, lookup=looking_up("127.0.0.1"))
    async with Api(f"https://shop.example:{port}", transport=transport) as refused:
        refused.sleep = Waits()
        with pytest.raises(ShopUnavailable):
            await refused.get("/")


async def test_a_certificate_of_another_name_is_not_believed(port: int, certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    transport = OneHost("other.example", allow_private=True, lookup=looking_up("127.0.0.1"), trust=trust)
    async with Api(f"https://other.example:{port}", transport=transport) as refused:
        refused.sleep = Waits()
        with pytest.raises(ShopUnavailable):
            await refused.get("/")


async def test_proxies_of_the_environment_are_not_used(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await shop.get("/orders", PAGE)).status == 200


async def test_names_are_really_looked_up() -> None:
    found = await addresses.resolve("localhost", 80)
    assert found
    assert all(ipaddress.ip_address(each).is_loopback for each in found)
