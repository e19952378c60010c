"""System packages that the tests like to have, from Debian, where this process may install them.

None is needed to run the product: without Chromium the browser tests are left out, without libzbar
the second code reader is, without libmodbus and a C compiler the tests against its Modbus server.
"""

import ctypes.util
import os
import shutil
import subprocess
from pathlib import Path

MODBUS_HEADER = Path("/usr/include/modbus/modbus.h")
FETCH_SECONDS = 600
UNPACK_SECONDS = 600
_QUIET = ["-qq", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=60", "-o", "Dpkg::Use-Pty=0"]
_BOUNDED = ["-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30"]


def chromium() -> str | None:
    """The browser that the browser tests drive, or None."""
    return shutil.which("chromium")


def libmodbus() -> bool:
    """Whether a C program can be built that is a Modbus device with libmodbus."""
    return shutil.which("gcc") is not None and MODBUS_HEADER.exists()


def may_install() -> bool:
    """Whether this process is root on a Debian system, the only case in which the system is touched."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def add_for_tests() -> None:
    """Install what the tests like to have, where that is allowed, and say plainly what is left out."""
    missing = []
    if chromium() is None:
        missing += ["chromium", "fonts-noto-cjk"]
    if ctypes.util.find_library("zbar") is None:
        missing += ["libzbar0"]
    if not libmodbus():
        missing += ["gcc", "libc6-dev", "libmodbus-dev"]
    if missing and may_install():
        print(f"house: installing {', '.join(missing)}", flush=True)
        reason = install(missing)
        if reason:
            print(f"house: Debian's packages could not be installed: {reason}", flush=True)
    elif missing:
        print(f"house: not root on Debian, so {', '.join(missing)} cannot be installed here", flush=True)
    if chromium() is None:
        print("house: no Chromium: the browser tests are LEFT OUT", flush=True)
    if ctypes.util.find_library("zbar") is None:
        print("house: no libzbar: the tests of the second code reader (pyzbar) are LEFT OUT", flush=True)
    if not libmodbus():
        print("house: no libmodbus with a C compiler: the tests against its Modbus server are LEFT OUT", flush=True)


def install(packages: list[str]) -> str | None:
    """Install Debian packages without asking anything; None, or the reason why it failed.

    Fetching is apart from unpacking, so that running out of time on a slow line never leaves a
    half-unpacked system. Package lists are fetched only when the ones at hand do not do.
    """
    fetch = ["install", "--download-only", *packages]
    if _apt(fetch, FETCH_SECONDS) and (reason := _apt(["update"], FETCH_SECONDS) or _apt(fetch, FETCH_SECONDS)):
        return reason
    return _apt(["install", "--no-download", *packages], UNPACK_SECONDS)


def _apt(arguments: list[str], seconds: int) -> str | None:
    try:
        done = subprocess.run(
            ["apt-get", *_QUIET, *_BOUNDED, *arguments],
            env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return f"apt-get {arguments[0]} took longer than {seconds} s"
    if done.returncode == 0:
        return None
    last_words = done.stderr.strip().splitlines()[-1:] or [f"status {done.returncode}"]
    return f"apt-get {arguments[0]}: {last_words[0]}"
