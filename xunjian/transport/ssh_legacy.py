"""Algorithms that only equipment from before about 2016 still needs; `ssh_profile: legacy` opts in.

paramiko 5 dropped SHA-1 key exchange and `ssh-rsa` signatures. Both can be broken by somebody with
money, so a device that needs them is noted in its session's evidence, and no other device ever
offers them. Triple DES and MD5, which paramiko still offers to everybody, are kept for such
devices, too. RFC 9142 (key exchange), RFC 8332 (rsa-sha2), RFC 8758 (arcfour), NIST SP 800-131A.
"""

import hashlib
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Final

import paramiko
from cryptography.hazmat.primitives import hashes
from paramiko.kex_gex import KexGexSHA256
from paramiko.kex_group14 import KexGroup14SHA256

from xunjian.transport.ssh_login import OneLogin

# What a device gets that did not opt in: paramiko's own lists without these.
_NOT_BY_DEFAULT: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"ciphers": ("3des-cbc",), "macs": ("hmac-md5", "hmac-md5-96", "hmac-sha1-96")}
)


_PARAMIKO: Any = paramiko.Transport  # its tables of algorithms are private
_sha1: Any = partial(hashlib.sha1, usedforsecurity=False)


class _Group14Sha1(KexGroup14SHA256):
    name = "diffie-hellman-group14-sha1"
    hash_algo = _sha1


class _Group1Sha1(KexGroup14SHA256):
    """RFC 4253, section 8.1; the prime is that of RFC 2409, section 6.2."""

    name = "diffie-hellman-group1-sha1"
    hash_algo = _sha1
    P = int(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
        "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
        "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
        "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
        16,
    )
    G = 2


class _GexSha1(KexGexSHA256):
    name = "diffie-hellman-group-exchange-sha1"
    min_bits = 1024
    hash_algo = _sha1


class _RsaSha1(paramiko.RSAKey):
    HASHES = {**paramiko.RSAKey.HASHES, "ssh-rsa": hashes.SHA1}  # type: ignore[misc]  # noqa: RUF012 - as its base has it


class OldAlgorithms(OneLogin):
    """One login, with the old algorithms behind the sound ones."""

    _kex_info: ClassVar[Mapping[str, Any]] = {
        **_PARAMIKO._kex_info,  # noqa: SLF001 - as above
        **{kex.name: kex for kex in (_GexSha1, _Group14Sha1, _Group1Sha1)},
    }
    _preferred_kex = (
        *_PARAMIKO._preferred_kex,  # noqa: SLF001 - as above
        _GexSha1.name,
        _Group14Sha1.name,
        _Group1Sha1.name,
    )
    _key_info: ClassVar[Mapping[str, Any]] = {
        **_PARAMIKO._key_info,  # noqa: SLF001 - as above
        "ssh-rsa": _RsaSha1,
    }
    _preferred_keys = (
        *_PARAMIKO._preferred_keys,  # noqa: SLF001 - as above
        "ssh-rsa",
    )


def algorithms(profile: str) -> dict[str, Any]:
    """Give the arguments of `SSHClient.connect` for a device's `ssh_profile`."""
    if profile == "legacy":
        return {"transport_factory": OldAlgorithms}
    refused = {kind: list(names) for kind, names in _NOT_BY_DEFAULT.items()}
    return {"transport_factory": OneLogin, "disabled_algorithms": refused}
