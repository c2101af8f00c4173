"""Addresses that a secret may be sent to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from reviewer.core.problem import ReviewError


def checked_address(name: str, text: str) -> str:
    """An https address, or http to this machine: a key or a token must not travel in clear text, nor to a made-up host.

    ReviewError names the input or variable.
    """
    wrong = f"{name} is not an address that a secret may be sent to: it must be https://host, without user, query or fragment."
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ReviewError(wrong) from error
    host = parts.hostname or ""
    plain = parts.scheme == "http" and _is_loopback(host)
    odd = parts.username or parts.password or parts.query or parts.fragment or not text.isprintable() or " " in text
    if not host or odd or not port_is_fine or not (parts.scheme == "https" or plain):
        raise ReviewError(wrong)
    return text.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
