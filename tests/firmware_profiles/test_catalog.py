import pytest

from firmware_profiles.catalog import Catalog
from firmware_profiles.errors import ProfileInvalid, ProfileUnknown

TEXT = """
vendor = "acme"
model = "meter"
protocol = "modbus"
source = "manual {version}"
checked = "no"
[firmware]
{firmware}
[[point]]
name = "a"
table = "input"
address = 0
type = "uint16"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "meter@1.toml").write_text(TEXT.format(version=1, firmware='last = "1.9.9"'))
    (tmp_path / "acme" / "meter@2.toml").write_text(TEXT.format(version=2, firmware='first = "1.10"\nlast = "2"'))
    return tmp_path


@pytest.mark.parametrize(
    ("firmware", "version"),
    [("1.2", 1), ("V1.9.9", 1), ("1.10", 2), ("1.10.0", 2), ("2.0.0", 2), (None, 1)],
)
def test_firmware_picks_the_profile(folder, firmware, version):
    assert Catalog(folder).find("acme", "meter", firmware).source == f"manual {version}"


def test_what_is_not_there_says_what_is(folder):
    with pytest.raises(ProfileUnknown, match=r"firmware 3\.0.*the first to 1\.9\.9, 1\.10 to 2"):
        Catalog(folder).find("acme", "meter", "3.0")
    with pytest.raises(ProfileUnknown, match=r"acme/clock; there are .*acme/meter, .*zhuoyue/four-phase-cell"):
        Catalog(folder).find("acme", "clock")


def test_a_user_profile_stands_before_a_shipped_one(tmp_path):
    (tmp_path / "zhuoyue").mkdir()
    own = TEXT.format(version=9, firmware="").replace('"acme"', '"zhuoyue"').replace('"meter"', '"opcua-cell"')
    (tmp_path / "zhuoyue" / "opcua-cell.toml").write_text(own)
    assert Catalog(tmp_path).find("zhuoyue", "opcua-cell").source == "manual 9"
    assert Catalog().find("zhuoyue", "opcua-cell").source != "manual 9"


def test_a_profile_in_the_wrong_place_is_refused(folder):
    (folder / "acme" / "meter@2.toml").rename(folder / "acme" / "gauge.toml")
    with pytest.raises(ProfileInvalid, match=r"acme/gauge"):
        Catalog(folder).find("acme", "gauge")


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ProfileUnknown, match="nowhere does not exist"):
        list(Catalog(tmp_path / "nowhere").entries())
