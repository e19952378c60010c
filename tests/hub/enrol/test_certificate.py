"""The hub's certificate renewed without cutting off an agent: the next pin is known before it counts."""

from pathlib import Path

import pytest
from small_fleet import PLANT, command, new_hub

from hub.enrol.certificate import CERTIFICATE, KEY, NEXT_CERTIFICATE, NEXT_KEY, own_tls
from hub.errors import DataDirectory
from traceability.enrolment import read_token


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    return new_hub(tmp_path / "hub")


def test_the_next_pin_is_printed_ahead_and_counts_after_renewing(hub: Path) -> None:
    first = command("certificate", "next", "--data", hub)
    assert command("certificate", "next", "--data", hub) == first
    shown = command("certificate", "show", "--data", hub)
    assert (shown["tls_pin"], shown["next_tls_pin"]) == (first["tls_pin"], first["next_tls_pin"])
    made = command(
        "agent", "token", "--data", hub, "--plant", PLANT, "--line", "l1", "--hub-url", "https://hub.example:8443"
    )
    assert read_token(made["token"]).tls_pins == (first["tls_pin"], first["next_tls_pin"])
    assert command("certificate", "renew", "--data", hub) == {"tls_pin": first["next_tls_pin"]}
    shown = command("certificate", "show", "--data", hub)
    assert (shown["tls_pin"], shown["next_tls_pin"]) == (first["next_tls_pin"], None)
    assert (hub / KEY).stat().st_mode & 0o077 == 0


def test_without_a_next_one_nothing_is_renewed(hub: Path) -> None:
    assert "certificate next" in command("certificate", "renew", "--data", hub)["error"]


def test_a_renewal_cut_off_between_its_files_is_ended_by_running_it_again(hub: Path) -> None:
    pin = command("certificate", "next", "--data", hub)["next_tls_pin"]
    (hub / NEXT_KEY).replace(hub / KEY)
    assert command("certificate", "renew", "--data", hub) == {"tls_pin": pin}
    assert not (hub / NEXT_CERTIFICATE).exists()


def test_a_certificate_without_its_key_is_said(hub: Path) -> None:
    command("certificate", "next", "--data", hub)
    (hub / KEY).unlink()
    with pytest.raises(DataDirectory, match=f"private key of {CERTIFICATE}"):
        own_tls(hub, None)
