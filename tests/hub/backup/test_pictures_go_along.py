"""An export holds the files of pictures, and takes them again only as the ledger bears them out."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from small_hub import SmallAgent, client_of, small_agent
from small_pictures import bring, hash_of, pictures_record, png

from hub.backup.arrive import import_hub
from hub.backup.export import export_hub
from hub.backup.keys import GivenKeys
from hub.backup.picture_files import FILES
from hub.composition import open_hub
from hub.errors import ColdTrouble
from hub.parts import Hub
from hub.picture.folder import PictureFolder
from hub.store.production.pictures import all_files
from traceability.errors import ZhuoyueError
from traceability.picture import Fate

FIRST, SECOND, THIRD = png("first"), png("second"), png("third")


@pytest.fixture
def agent(hub: Hub) -> SmallAgent:
    return small_agent(hub)


@pytest.fixture
async def told(hub: Hub, agent: SmallAgent) -> Hub:
    """Three pictures are sealed, the files of two have come."""
    result = agent.result("S1")
    record = pictures_record(agent, "S1", FIRST, SECOND, THIRD)
    async with client_of(hub) as api:
        assert (await api.post("/api/v1/batches", content=agent.seal(result, record))).status_code == 201
        for content in (FIRST, SECOND):
            assert (await bring(api, agent, hub, result.id, content)).status_code == 200
    return hub


def arrived(export: Path, data: Path, keys: Path) -> Hub:
    import_hub(export, data, open_hub, token="t", keys=GivenKeys(folder=keys))
    return open_hub(data)


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with tarfile.open(source) as old, tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            data = change(member.name, content.read())
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return target


def test_files_that_came_arrive_with_what_is_known_of_them(told: Hub, tmp_path: Path) -> None:
    export_hub(told, tmp_path / "e.tar")
    hub = arrived(tmp_path / "e.tar", tmp_path / "i", told.settings.data)
    folder = PictureFolder(hub.settings.data)
    assert {content for content in (FIRST, SECOND) if folder.read("plant-a", hash_of(content)) == content} == {
        FIRST,
        SECOND,
    }
    assert list(folder.faults()) == []
    with hub.store.reading() as here, told.store.reading() as there:
        assert all_files(here) == all_files(there)
        assert {row.fate for row in all_files(here)} == {Fate.WHOLE}
    export_hub(hub, tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == (tmp_path / "e.tar").read_bytes()
    hub.store.close()


def test_without_pictures_the_export_says_nothing_of_files(told: Hub, tmp_path: Path) -> None:
    export_hub(told, tmp_path / "e.tar", pictures=False)
    with tarfile.open(tmp_path / "e.tar") as tar:
        assert not [name for name in tar.getnames() if name.startswith("pictures")]
    hub = arrived(tmp_path / "e.tar", tmp_path / "i", told.settings.data)
    with hub.store.reading() as connection:
        assert all_files(connection) == []
    hub.store.close()


@pytest.mark.parametrize("what", ["other bytes", "another plant", "another hash", "a file more"])
def test_what_no_record_bears_out_is_not_taken(told: Hub, tmp_path: Path, what: str) -> None:
    export_hub(told, tmp_path / "e.tar")

    def change(name: str, data: bytes) -> bytes:
        if what == "other bytes" and name.startswith("pictures/"):
            return data + b"!"
        if name == FILES and what == "another plant":
            return data.replace(b'"plant-a"', b'"plant-b"')
        if name == FILES and what == "another hash":
            return data.replace(hash_of(FIRST).encode(), hash_of(b"x").encode())
        if name == FILES and what == "a file more":
            return data.splitlines(keepends=True)[0]
        return data

    rewritten(tmp_path / "e.tar", tmp_path / "f.tar", change)
    with pytest.raises(ZhuoyueError):
        arrived(tmp_path / "f.tar", tmp_path / "i", told.settings.data)
    assert not (tmp_path / "i").exists()


def test_a_file_that_was_changed_on_the_disk_is_named(told: Hub, tmp_path: Path) -> None:
    place = PictureFolder(told.settings.data).place("plant-a", hash_of(SECOND))
    place.write_bytes(b"something else")
    with pytest.raises(ColdTrouble, match="not the one that was sealed"):
        export_hub(told, tmp_path / "e.tar")
    assert not (tmp_path / "e.tar").exists()
