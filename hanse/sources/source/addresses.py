"""Which addresses may be reached: the shop's own host and no other, on the internet unless its connection allows a private network.

The name is looked up here and the connection made to the address that was checked, so that a name cannot point elsewhere meanwhile.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable

import httpx2

from hanse.sources.source.errors import AddressNotAllowed

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: str) -> bool:
    """Return whether an address is one on the internet, and not of this machine, a private network or a cloud's own services."""
    found = ipaddress.ip_address(address.partition("%")[0])
    within = _within(found) if isinstance(found, ipaddress.IPv6Address) else None
    return found.is_global and not found.is_multicast and (within is None or within.is_global)


def _within(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the older address that a newer one leads to (RFC 4291, RFC 3056, RFC 6052)."""
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class OneHost(httpx2.AsyncBaseTransport):
    """Sends requests to one host, by an address that was checked."""

    def __init__(self, host: str, *, allow_private: bool, lookup: Resolve = resolve, trust: ssl.SSLContext | bool = True) -> None:
        """Reach this host alone; `trust` decides which certificates are believed."""
        self._host = host
        self._allow_private = allow_private
        self._lookup = lookup
        self._inner = httpx2.AsyncHTTPTransport(verify=trust, trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; raises `AddressNotAllowed` for another host or a private address."""
        url = request.url
        if url.host.lower() != self._host or (url.scheme != "https" and not self._allow_private):
            raise AddressNotAllowed(host=url.host)
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = await self._lookup(url.host, port)
        except OSError as error:
            raise httpx2.ConnectError("its name is not known", request=request) from error
        checked = [each for each in addresses if self._allow_private or is_public(each)]
        if not checked or len(checked) < len(addresses):  # a name that points inside as well is not to be trusted outside either
            raise AddressNotAllowed(host=url.host)
        there = httpx2.Request(
            request.method,
            url.copy_with(host=checked[0]),
            headers=request.headers,  # with the name of the host in it
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.host},
        )
        return await self._inner.handle_async_request(there)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()
