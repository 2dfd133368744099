"""Who may be connected to: the guard for URLs that a tenant typed in.

Owns the rules about addresses and ports, and the network backend that applies them inside every new connection: the
name is looked up once, every address it has must be allowed, and the connection goes to an address that was checked.
Host header, SNI and the certificate's name stay those of the URL, so there is no moment at which a second look-up could
answer differently (DNS rebinding). Must not know any vendor's API.

What is refused whatever the operator allows: schemes but http and https, credentials in the URL, numeric hosts that are
not written as plain dotted quads (``2130706433``, ``0177.0.0.1``, ``127.1``), link-local and cloud metadata addresses,
multicast, unspecified and reserved addresses, and the ports of `DENIED_PORTS`. Loopback, RFC 1918, unique local and
shared (RFC 6598) addresses are allowed only with `AddressPolicy.allow_private`. Addresses that carry another one inside
(IPv4-mapped, NAT64, 6to4) are judged by the one inside.

Sources: the IANA special-purpose address registries; the "bad ports" of the Fetch standard.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore2
import httpx2

from vtcontrol.kernel.errors import InputInvalid
from workers.providers.sockets import SocketOption, SocketStream, open_socket

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Looks a host name up: (host, port) -> its addresses as text, best first. Raises OSError when it has none."""


def _ports(text: str) -> frozenset[int]:
    return frozenset(int(word) for word in text.split())


FETCH_BAD_PORTS = _ports(
    "1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135"
    " 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995"
    " 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080"
)
STORE_PORTS = _ports("445 1433 1521 2375 2376 2379 2380 3306 3389 5432 5672 5900 6379 9200 9300 10250 11211 27017")
DENIED_PORTS = FETCH_BAD_PORTS | STORE_PORTS
"""Ports where an HTTP request could be taken for another protocol, and those of the stores and control planes that
usually stand beside an application (databases, brokers, Docker, etcd, kubelet). Every other port is allowed."""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What the operator allows.

    Attributes:
        allow_private: Loopback and private networks may be connected to, for example an Ollama on localhost.
        denied_ports: Ports nobody may connect to.
    """

    allow_private: bool = False
    denied_ports: frozenset[int] = DENIED_PORTS


class AddressRefused(httpcore2.ConnectError):
    """A connection was refused by the guard, before anything was sent. The message names the reason, never the URL."""


def _networks(*texts: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


_METADATA = _networks(
    "169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::/32", "fd20:ce::254/128"
)
_NEVER = _networks(
    *("0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24"),
    *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *(
        "64:ff9b:1::/48",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
    ),
)
_PRIVATE = _networks(
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"), *("::1/128", "fc00::/7")
)
_NAT64 = ip_network("64:ff9b::/96")
_IPV4_COMPATIBLE = ip_network("::/96")
_NUMERIC_HOST = re.compile(r"(?i)(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$")
_HOST_NAME = re.compile(r"(?i)^(?=.{1,253}$)(?:[a-z0-9_][a-z0-9_-]{0,62}\.)*[a-z0-9_][a-z0-9_-]{0,62}$")


def refusal(address: Address, policy: AddressPolicy) -> str:
    """Return why an address may not be connected to, or "" when it may."""
    address = _inner(address)
    if _is_in(address, _METADATA):
        return "link-local or metadata address"
    if _is_in(address, _PRIVATE):
        return "" if policy.allow_private else "private address"
    if _is_in(address, _NEVER) or address in _IPV4_COMPATIBLE or not address.is_global:
        return "address of no public host"
    return ""


def _inner(address: Address) -> Address:
    """Return the address a packet would really reach: the IPv4 one inside a mapped, NAT64 or 6to4 address."""
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id is not None:
        return IPv6Address("fe80::1")  # a zone belongs to link-local addresses only
    inside = address.ipv4_mapped or address.sixtofour
    if inside is None and address in _NAT64:
        inside = IPv4Address(int(address) & 0xFFFF_FFFF)
    return inside or address


def _is_in(address: Address, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address in network for network in networks)


def checked_url(url: str, policy: AddressPolicy, *, field: str = "base_url") -> str:
    """Return a tenant's URL in the form a client may use: no trailing slash, dot or fragment.

    Checks what can be told without asking DNS; the rest is checked at every connection.

    Args:
        url: As it was typed in.
        policy: What the operator allows.
        field: Name of the form field, for the error.

    Raises:
        InputInvalid: It cannot be used; the message says why and may be shown.
    """
    try:
        parsed = httpx2.URL(url.strip())
    except (httpx2.InvalidURL, ValueError, TypeError):
        raise InputInvalid("This is not a URL.", field=field) from None
    if parsed.scheme not in {"http", "https"}:
        raise InputInvalid("The URL must begin with http:// or https://.", field=field)
    if parsed.userinfo:
        raise InputInvalid("The URL must not contain a user name or password.", field=field)
    if parsed.query or parsed.fragment:
        raise InputInvalid("The URL must end with its path.", field=field)
    host = parsed.raw_host.decode("ascii").removesuffix(".")
    reason = _host_refusal(host, policy) or _port_refusal(_port_of(parsed), policy)
    if reason:
        raise InputInvalid(f"The URL cannot be used: {reason}.", field=field)
    return str(parsed.copy_with(host=host)).rstrip("/")


def _port_of(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _host_refusal(host: str, policy: AddressPolicy) -> str:
    literal = _literal(host)
    if literal is not None:
        return refusal(literal, policy)
    if _NUMERIC_HOST.search(host):
        return "a numeric address must be written as four plain numbers"
    return "" if _HOST_NAME.match(host) else "not a host name"


def _port_refusal(port: int, policy: AddressPolicy) -> str:
    return f"port {port} is not allowed" if port in policy.denied_ports or not 0 < port < 65_536 else ""


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


async def system_resolve(host: str, port: int) -> list[str]:
    """Look a name up as the machine is configured to, in a thread."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


async def allowed_addresses(host: str, port: int, policy: AddressPolicy, resolve: Resolve) -> list[Address]:
    """Return the addresses of a host, all of them allowed.

    Raises:
        AddressRefused: The host, the port or one of the addresses is not allowed.
        httpcore2.ConnectError: The name cannot be resolved.
    """
    host = host.removesuffix(".")
    reason = _host_refusal(host, policy) or _port_refusal(port, policy)
    if reason:
        raise AddressRefused(reason)
    literal = _literal(host)
    if literal is not None:
        return [literal]
    try:
        addresses = [ip_address(text) for text in dict.fromkeys(await resolve(host, port))]
    except (OSError, ValueError, UnicodeError):
        raise httpcore2.ConnectError("the host name cannot be resolved") from None
    for address in addresses:
        if reason := refusal(address, policy):
            raise AddressRefused(reason)
    if not addresses:
        raise httpcore2.ConnectError("the host name has no address")
    return addresses


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """The network as httpcore2 sees it: nothing but checked addresses.

    Args:
        policy: What the operator allows.
        resolve: How names are looked up.
    """

    def __init__(self, policy: AddressPolicy, resolve: Resolve = system_resolve) -> None:
        self._policy = policy
        self._resolve = resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> SocketStream:
        """Look up, check, and connect to the first address that answers; each gets its share of the time left.

        Raises:
            AddressRefused: The guard said no.
            httpcore2.ConnectTimeout: Not in time.
            httpcore2.ConnectError: Nobody there.
        """
        loop = asyncio.get_running_loop()
        until = None if timeout is None else loop.time() + timeout
        try:
            async with asyncio.timeout(timeout):
                addresses = await allowed_addresses(host, port, self._policy, self._resolve)
        except TimeoutError:
            raise httpcore2.ConnectTimeout("the host name was not resolved in time") from None
        failure: Exception = httpcore2.ConnectError("no address answered")
        for tried, address in enumerate(addresses):
            share_s = None if until is None else max(0.0, until - loop.time()) / (len(addresses) - tried)
            try:
                return await open_socket(address, port, share_s, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
        socket_options: Iterable[SocketOption] | None = None,
    ) -> SocketStream:
        """Refuse: a URL never names a Unix socket."""
        raise AddressRefused("a Unix socket is no public host")

    async def sleep(self, seconds: float) -> None:
        """Wait between attempts to connect (never used: retries are not made here)."""
        await asyncio.sleep(seconds)
