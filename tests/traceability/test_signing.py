import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import Malformed, SignatureRefused, ZhuoyueError
from traceability.keyfile import create_key_file, read_key_file
from traceability.signing import (
    Ed25519Signer,
    pre_authentication_encoding,
    read_envelope,
    seal_envelope,
    verified_payload,
)

SIGNER = Ed25519Signer.from_seed(bytes(range(32)))
TYPE = "application/vnd.example+json"


def test_rfc_8032_test_2():
    signer = Ed25519Signer.from_seed(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert signer.public_key.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_pre_authentication_encoding_of_the_dsse_protocol():
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_an_envelope_gives_back_its_payload():
    line = seal_envelope(b'{"a":1}', TYPE, SIGNER)
    assert b"\n" not in line
    assert verified_payload(read_envelope(line), TYPE, SIGNER.public_key) == b'{"a":1}'


@given(st.data())
def test_no_byte_of_an_envelope_can_change(data):
    line = seal_envelope(b'{"verdict":"NOT_OK"}', TYPE, SIGNER)
    place = data.draw(st.integers(0, len(line) - 1))
    changed = bytearray(line)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((Malformed, SignatureRefused)):
        verified_payload(read_envelope(bytes(changed)), TYPE, SIGNER.public_key)


def test_another_key_or_another_type_is_refused():
    envelope = read_envelope(seal_envelope(b"{}", TYPE, SIGNER))
    with pytest.raises(SignatureRefused, match="expected ed25519:"):
        verified_payload(envelope, TYPE, Ed25519Signer.from_seed(bytes(32)).public_key)
    with pytest.raises(Malformed, match="payload type"):
        verified_payload(envelope, "application/other", SIGNER.public_key)


def test_a_key_file_is_its_owners_only_and_never_overwritten(tmp_path):
    path = tmp_path / "agent.key"
    signer = create_key_file(path)
    assert read_key_file(path).public_key == signer.public_key
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ZhuoyueError, match="never overwritten"):
        create_key_file(path)


def test_a_bad_key_file_names_the_file(tmp_path):
    path = tmp_path / "agent.key"
    with pytest.raises(ZhuoyueError, match=r"agent\.key: there is no key file"):
        read_key_file(path)
    path.write_text("-----BEGIN NOTHING-----")
    with pytest.raises(Malformed, match=r"agent\.key: not an unencrypted PKCS#8"):
        read_key_file(path)
