"""Where only one part of the product is installed, the other part's command says what to install."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("room", "module", "extra"), [("hub", "sqlalchemy", "hub"), ("edge_agent", "sqlite_utils", "agent")]
)
def test_a_missing_extra_is_named(room: str, module: str, extra: str) -> None:
    program = f"import sys; sys.modules[{module!r}] = None; from {room}.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "--help"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert f"pip install 'zhuoyue[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
