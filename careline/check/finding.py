"""What is said of a setting, and which addresses are this machine's own."""

from ipaddress import ip_address

from msgspec import Struct


class Finding(Struct, frozen=True):
    """`refuses` findings keep the server from starting."""

    text: str
    refuses: bool = True


def is_local(host: str) -> bool:
    if host in ("localhost", ""):
        return host == "localhost"
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
