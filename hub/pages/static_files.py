"""Own styles and scripts, and Plotly's script from its installed wheel, all from this host.

Own files are addressed by a hash of what is in the folder, Plotly by its version: so browsers may keep them for ever.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

import plotly
from fastapi import APIRouter
from fastapi.responses import FileResponse

from hub.errors import NotFound

STATIC_FOLDER = Path(__file__).parent / "static"
PLOTLY_PATH = f"/static/plotly-{plotly.__version__}.min.js"
_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {".css": "text/css", ".mjs": "text/javascript", ".svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


def _files() -> dict[str, Path]:
    """Every file that is served, by its path below the folder; nothing else can be asked for."""
    return {
        path.relative_to(STATIC_FOLDER).as_posix(): path
        for path in sorted(STATIC_FOLDER.rglob("*"))
        if path.suffix in _TYPES
    }


FILES = _files()
STATIC_ROOT = "/static/" + hashlib.sha256(b"".join(path.read_bytes() for path in FILES.values())).hexdigest()[:12]


def plotly_file() -> Path:
    """The script inside the installed wheel."""
    return Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@cache
def plotly_style_ids() -> tuple[str, ...]:
    """Ids of the style elements by which Plotly's parts look whether their rules stand in the page already.

    The rules are those of maps, which no page draws; an element of that id keeps them from being added inline.
    """
    found = re.findall(rb'getElementById\("([0-9a-f]{64})"\)', plotly_file().read_bytes())
    return tuple(sorted({each.decode("ascii") for each in found}))


@router.get(PLOTLY_PATH)
def get_plotly() -> FileResponse:
    """Plotly's script."""
    return FileResponse(plotly_file(), media_type="text/javascript", headers={"Cache-Control": _FOR_EVER})


@router.get("/static/{fingerprint}/{name:path}")
def get_static(fingerprint: str, name: str) -> FileResponse:
    """An own file; one asked for by an old fingerprint is answered, but not to be kept."""
    path = FILES.get(name)
    if path is None:
        raise NotFound(f"there is no file {name[:100]!r} here")
    kept = _FOR_EVER if f"/static/{fingerprint}" == STATIC_ROOT else "no-cache"
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": kept})
