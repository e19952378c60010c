"""Tables from one version of the program to another, forward and back, whole or not at all, in each kind of store."""

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from hub.audit.fsck import fsck
from hub.composition import open_hub, unchecked_store
from hub.errors import DataDirectory
from hub.parts import Hub
from hub.store.backend.schema import BASELINE, MIGRATIONS, bring_up, upgrade
from hub.store.work.rounds import round_holder, take_round

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{before}"
additive = {additive}


def upgrade():
    with op.batch_alter_table("fork") as fork:
        fork.add_column(sa.Column("seen_by", sa.Text()))
    op.create_table("witnessed", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE meta SET value = 'renamed' WHERE key = 'origin'")
    {then}


def downgrade():
    op.execute("UPDATE meta SET value = 'hub.test/log' WHERE key = 'origin'")
    op.drop_table("witnessed")
    with op.batch_alter_table("fork") as fork:
        fork.drop_column("seen_by")
"""


def scripts_with(folder: Path, *, additive: bool = False, then: str = "pass") -> Path:
    """The program's migrations and one more."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    head = max(path.stem[1:5] for path in (folder / "versions").glob("r*.py"))
    (folder / "versions" / "r9001_next.py").write_text(NEXT.format(before=head, additive=additive, then=then))
    return folder


def state_of(connection: Connection) -> tuple[bool, bool, str]:
    looked = inspect(connection)
    seen_by = any(column["name"] == "seen_by" for column in looked.get_columns("fork"))
    origin = connection.execute(text("SELECT value FROM meta WHERE key = 'origin'")).scalar_one()
    return seen_by, looked.has_table("witnessed"), str(origin)


def tables_of(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


OLD, NEW = (False, False, "hub.test/log"), (True, True, "renamed")


@pytest.mark.every_store
def test_forward_and_back(hub: Hub, tmp_path: Path) -> None:
    scripts = scripts_with(tmp_path / "scripts")
    done = upgrade(hub.store, scripts=scripts)
    assert done.steps == ("9001",)
    with hub.store.reading() as connection:
        assert state_of(connection) == NEW
    assert upgrade(hub.store, scripts=scripts).steps == ()
    back = upgrade(hub.store, done.before, scripts=scripts)
    assert (back.before, back.after) == ("9001", done.before)
    with hub.store.reading() as connection:
        assert state_of(connection) == OLD
    bring_up(hub.store)  # the older program opens it again


@pytest.mark.every_store
def test_a_migration_that_fails_in_the_middle_leaves_all_as_it_was(hub: Hub, tmp_path: Path) -> None:
    broken = scripts_with(tmp_path / "broken", then='raise RuntimeError("the power went")')
    with pytest.raises(DataDirectory, match="the store is as it was: the power went"):
        upgrade(hub.store, scripts=broken)
    with hub.store.reading() as connection:
        assert state_of(connection) == OLD
    bring_up(hub.store)
    assert fsck(hub).size == 1
    upgrade(hub.store, scripts=scripts_with(tmp_path / "whole"))  # and again
    with hub.store.reading() as connection:
        assert state_of(connection) == NEW


@pytest.mark.every_store
def test_a_migration_whose_process_is_killed_leaves_all_as_it_was(hub: Hub, tmp_path: Path) -> None:
    killed = scripts_with(tmp_path / "killed", then="import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    hub.store.close()
    child = os.fork()
    if child == 0:
        upgrade(unchecked_store(hub.settings.data), scripts=killed)
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with hub.store.reading() as connection:
        assert state_of(connection) == OLD
    bring_up(hub.store)
    assert fsck(hub).size == 1
    upgrade(hub.store, scripts=scripts_with(tmp_path / "whole"))
    with hub.store.reading() as connection:
        assert state_of(connection) == NEW


@pytest.mark.every_store(spread=True)
def test_a_store_newer_than_the_program_is_refused(hub: Hub, tmp_path: Path) -> None:
    upgrade(hub.store, scripts=scripts_with(tmp_path / "scripts"))
    for use in (bring_up, upgrade):
        with pytest.raises(DataDirectory, match="of revision 9001, this program knows") as refused:
            use(hub.store)
        assert "newer program" in refused.value.advice
    with pytest.raises(DataDirectory, match="9001"):
        open_hub(hub.settings.data)


@pytest.mark.every_store
def test_what_an_older_program_can_live_with_is_done_by_itself_the_rest_is_asked_for(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(DataDirectory, match="has to be upgraded") as asked:
        bring_up(hub.store, scripts_with(tmp_path / "asked"))
    assert "zhuoyue-hub upgrade" in asked.value.advice
    bring_up(hub.store, scripts_with(tmp_path / "additive", additive=True))
    with hub.store.reading() as connection:
        assert state_of(connection) == NEW


@pytest.mark.every_store(spread=True)
def test_back_to_the_first_revision_and_forward(hub: Hub, back_end: str) -> None:
    if back_end == "spread":
        with pytest.raises(DataDirectory, match="would change, which is spread") as refused:
            upgrade(hub.store, BASELINE)
        assert "shards --gather" in refused.value.advice
        return
    assert upgrade(hub.store, BASELINE).after == BASELINE
    with hub.store.reading() as connection:
        assert not inspect(connection).has_table("round_lease")
    upgrade(hub.store)
    with hub.store.writing() as connection:
        assert take_round(connection, "letters", "one", 0, 10)
    with hub.store.reading() as connection:
        assert round_holder(connection, "letters", 5) == "one"
