"""The broker's certificate, and the authority of this home alone that vouches for it."""

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from limber_embedded.servers import secret_files

_AUTHORITY_DAYS = 3650
_SERVER_DAYS = 397
_RENEW_DAYS = 30
_READABLE = 0o444


def ensure(folder: Path, *, names: Sequence[str], now: datetime | None = None) -> bool:
    """Keep `ca.pem`, `server.pem` and `server.key` in the folder valid for those names; say whether a new one was made.

    The authority lasts ten years; the server's certificate 397 days, and is made anew when it names others or has less than 30
    days left. `now` is the real time unless told.
    """
    now = now or datetime.now(UTC)
    wanted = tuple(dict.fromkeys(names))
    if _serves(folder, wanted, now):
        return False
    authority, authority_key = _authority(folder, now)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _begin(subject=wanted[0], issuer=authority.subject, key=key, now=now, days=_SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in wanted]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write(folder / "server.key", _key_text(key))
    _write(folder / "server.pem", certificate.public_bytes(serialization.Encoding.PEM).decode())
    return True


def _serves(folder: Path, names: tuple[str, ...], now: datetime) -> bool:
    path = folder / "server.pem"
    if not (path.exists() and (folder / "ca.pem").exists() and (folder / "server.key").exists()):
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lasts = certificate.not_valid_after_utc - now > timedelta(days=_RENEW_DAYS)
    return lasts and list(found) == [_general_name(name) for name in names]


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority's key never leaves `secrets/`, which no container sees."""
    certificate_file, key_file = folder / "ca.pem", folder.parent / "secrets" / "authority.key"
    if certificate_file.exists() and key_file.exists():
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("authority.key holds a key of another kind")
        return x509.load_pem_x509_certificate(certificate_file.read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Limber's own authority")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _begin(subject="Limber's own authority", issuer=name, key=key, now=now, days=_AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret_files.write(key_file, _key_text(key))
    _write(certificate_file, certificate.public_bytes(serialization.Encoding.PEM).decode())
    return certificate, key


def _begin(
    *, subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


def _write(path: Path, text: str) -> None:
    secret_files.write(path, text)
    path.chmod(_READABLE)
