"""What the repository's own files say: no place of any one machine, two languages in step."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Written in pieces, so that this file is not its own first finding.
HOSTS = ("pypi" + r"\.org", "python" + r"hosted", r"registry\." + "npmjs", r"deb\." + "debian", "tuna" + r"\.tsinghua")
FOLDERS = ("/ro" + "ot/", "/wo" + "rk/", "/ho" + "me/[a-z]", "/opt/" + "(pypi|wheels)")
FORBIDDEN = re.compile("|".join([*HOSTS, *(rf"(?<![\w.$}}]){folder}" for folder in FOLDERS)]))
LEFT_OUT = {".png", ".jpg", ".ico", ".woff2"}


def files_of_the_product() -> list[Path]:
    """Files that git has, or would take; all of them where this is no git checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    hidden = [path for path in ROOT.iterdir() if path.name.startswith(".")]
    hidden += ROOT.rglob("__pycache__")
    return [p for p in ROOT.rglob("*") if p.is_file() and not any(p.is_relative_to(h) for h in hidden)]


def test_no_file_knows_a_machine_or_an_index() -> None:
    found = []
    for path in files_of_the_product():
        if path.suffix in LEFT_OUT:
            continue
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1):
            if match := FORBIDDEN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match[0]}")
    assert found == []


SAMPLES = [*(host.replace("\\", "") for host in HOSTS), *(f"see {folder}x" for folder in FOLDERS[:2])]


@pytest.mark.parametrize("text", SAMPLES)
def test_the_search_finds_what_it_is_for(text: str) -> None:
    assert FORBIDDEN.search(text)


def outline(text: str) -> list[int]:
    """Levels of the headings in order, code blocks left out."""
    without_code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [len(match[1]) for match in re.finditer(r"^(#+) ", without_code, flags=re.MULTILINE)]


def code_blocks(text: str) -> list[str]:
    return re.findall(r"^```.*?^```", text, flags=re.MULTILINE | re.DOTALL)


def links(text: str) -> list[str]:
    """Targets of links and pictures within the repository."""
    return [target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target]


PAIRS = [("README.md", "README.zh-CN.md")] + [
    (f"docs/en/{name}.md", f"docs/zh-CN/{name}.md")
    for name in ("plant-it", "profiles", "oem-quality", "after-sales", "plant-quality", "security", "vision")
]


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_say_the_same_in_the_same_order(english: str, chinese: str) -> None:
    en, zh = ((ROOT / name).read_text(encoding="utf-8") for name in (english, chinese))
    assert outline(en) == outline(zh)
    assert len(outline(en)) >= 2
    assert code_blocks(en) == code_blocks(zh)


@pytest.mark.parametrize("page", [*PAIRS[0], *(name for pair in PAIRS[1:] for name in pair)])
def test_links_within_the_repository_lead_somewhere(page: str) -> None:
    path = ROOT / page
    dead = [t for t in links(path.read_text(encoding="utf-8")) if not (path.parent / t).exists()]
    assert dead == []


def test_the_commands_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"demo", "test"} <= named <= targets
