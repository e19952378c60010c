import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edge_agent.drivers.opcua.identity import ensure_identity, fingerprint, load_trusted
from edge_agent.errors import IdentityError

NOW = datetime(2026, 3, 1, tzinfo=UTC)
URI = "urn:example:agent"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return ensure_identity(tmp_path_factory.mktemp("identity") / "opcua", URI, "line-pc", NOW)


def copy(made, folder):
    folder.mkdir()
    for path in (made.certificate, made.key):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_the_certificate_carries_the_application_uri_and_the_key_is_private(made):
    certificate = x509.load_der_x509_certificate(made.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [URI]
    assert names.get_values_for_type(x509.DNSName) == ["line-pc"]
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert made.fingerprint == fingerprint(certificate)
    assert len(made.fingerprint.split(":")) == 32


def test_it_is_made_once(made):
    again = ensure_identity(made.certificate.parent, URI, "line-pc", NOW + timedelta(days=300))
    assert again == made


def test_a_crash_between_key_and_certificate_heals(made, tmp_path):
    folder = copy(made, tmp_path / "half")
    (folder / "certificate.der").unlink()
    healed = ensure_identity(folder, URI, "line-pc", NOW)
    assert healed.fingerprint != made.fingerprint


@pytest.mark.parametrize(
    ("uri", "now", "reason"),
    [
        ("urn:example:other", NOW, "not for urn:example:other"),
        (URI, NOW + timedelta(days=4000), "valid from"),
        (URI, datetime(1970, 1, 1, tzinfo=UTC), "valid from"),
    ],
)
def test_an_identity_that_does_not_fit_is_refused(made, uri, now, reason):
    with pytest.raises(IdentityError, match=reason):
        ensure_identity(made.certificate.parent, uri, "line-pc", now)


@pytest.mark.parametrize("damage", ["certificate.der", "key.pem"])
def test_a_damaged_identity_says_what_to_do(made, tmp_path, damage):
    folder = copy(made, tmp_path / "damaged")
    (folder / damage).write_bytes(b"\x30\x00 not it")
    with pytest.raises(IdentityError, match=r"remove certificate\.der and key\.pem"):
        ensure_identity(folder, URI, "line-pc", NOW)


def test_trust_is_a_file_or_a_folder(made, tmp_path):
    certificate = x509.load_der_x509_certificate(made.certificate.read_bytes())
    folder = tmp_path / "trusted"
    folder.mkdir()
    (folder / "a.pem").write_bytes(certificate.public_bytes(Encoding.PEM) * 2)
    (folder / "b.der").write_bytes(certificate.public_bytes(Encoding.DER))
    (folder / "notes.txt").write_text("not a certificate")
    assert load_trusted(folder) == [certificate] * 3
    assert load_trusted(made.certificate) == [certificate]


def test_an_unusable_trust_list_names_the_file(tmp_path):
    with pytest.raises(IdentityError, match=r"nowhere\.der cannot be read"):
        load_trusted(tmp_path / "nowhere.der")
    (tmp_path / "bad.der").write_bytes(b"nonsense")
    with pytest.raises(IdentityError, match=r"bad\.der is no DER or PEM"):
        load_trusted(tmp_path / "bad.der")
