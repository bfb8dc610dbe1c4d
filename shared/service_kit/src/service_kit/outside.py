"""Where a service may connect to when somebody else names the address."""

import asyncio
import ipaddress
import socket

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: not private, loopback, link-local, shared, reserved or multicast.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, NAT64, Teredo) is judged by that.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or nat64
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class NotResolvedError(OSError):
    """There is nothing to connect to: `problem` is `no_address` or `private_address`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


async def resolve(host: str, port: int, *, may_be_private: bool) -> str:
    """Return an address of a name, to connect to that very address: a name that leads elsewhere a moment later changes nothing.

    NotResolvedError if the name has no address, or one that is not public and may not be private.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise NotResolvedError("no_address") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not may_be_private and not all(is_public(address) for address in addresses):
        raise NotResolvedError("private_address")
    return addresses[0]
