"""What ``zhuoyue-demo`` says before anything is started."""

import json
import socket

import pytest

from demo.__main__ import main
from demo.report import failure_json


def test_a_folder_that_cannot_be_made_is_one_line(capsys, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    assert main(["--exit", "--data", str(tmp_path / "file" / "below")]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("zhuoyue-demo: ")
    assert "\n" not in said
    assert "below" in said


def test_a_folder_with_something_in_it_is_left_alone(capsys, tmp_path):
    (tmp_path / "mine").write_text("kept")
    assert main(["--exit", "--data", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


def test_a_port_that_is_taken_is_named(capsys, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--exit", "--data", str(tmp_path / "new"), "--port", str(port)]) == 2
    assert f"port {port}" in capsys.readouterr().err


@pytest.mark.parametrize("reason", ["nothing has moved", '引号 " and \\'])
def test_the_last_line_of_a_failed_demo_is_json_too(reason):
    line = failure_json(reason)
    assert json.loads(line)["problems"] == [reason]
    assert "\n" not in line
