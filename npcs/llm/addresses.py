"""Where a provider may not live: the addresses at which clouds hand out their credentials.

Loopback and private networks are allowed on purpose: self-hosted model servers live there, and only staff
may enter an address.
"""

import ipaddress
from urllib.parse import urlsplit

_METADATA_NAMES = frozenset(
    {
        "metadata", "metadata.google.internal", "metadata.goog", "instance-data",
        "instance-data.ec2.internal", "metadata.azure.internal", "metadata.tencentyun.com",
    }
)  # fmt: skip
_METADATA_NETWORKS = [
    ipaddress.ip_network(network)
    for network in (
        "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "fd20:ce::254/128", "100.100.100.200/32",
        "192.0.0.192/32", "168.63.129.16/32",
    )
]  # fmt: skip
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(ValueError):
    """The address is never a model server."""


def check_url(url: str) -> None:
    """Refuse what can be seen in the text of the address; names are judged when they are connected."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefused("The address must begin with http:// or https:// and name a server.")
    if parts.username or parts.password:
        raise AddressRefused("A name or password has no place in the address.")
    if host in _METADATA_NAMES:
        raise AddressRefused("This name belongs to a cloud's metadata service.")
    if _is_number(host):
        check_ip(host)


def check_ip(text: str) -> None:
    """Refuse a numeric address, also when an IPv4 address is wrapped in an IPv6 one."""
    try:
        address = ipaddress.ip_address(text.split("%", maxsplit=1)[0])
    except ValueError as error:
        raise AddressRefused("This is not a readable network address.") from error
    address = _unwrapped(address)
    if address.is_multicast or address.is_unspecified or any(address in net for net in _METADATA_NETWORKS):
        raise AddressRefused("This address is never a model server.")


def _unwrapped(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_number(host: str) -> bool:
    # 2852039166, 0xa9fea9fe and 0251.0376.0251.0376 also reach 169.254.169.254; names end in letters.
    last = host.rsplit(".", 1)[-1]
    return ":" in host or last.isdigit() or last.startswith("0x")
