"""Own styles and scripts, and Plotly's script from its installed wheel, all from this host.

Own files are addressed by a hash of what is in the folder, Plotly by its version: so browsers may keep them for ever.
"""

import hashlib
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from hub.errors import NotFound

STATIC_FOLDER = Path(__file__).parent / "static"
PLOTLY_PATH = f"/static/plotly-{version('plotly')}.min.js"
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
    """The script inside the installed wheel; found without importing Plotly, which takes long."""
    spec = find_spec("plotly")
    assert spec is not None  # the hub depends on it
    assert spec.origin is not None
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


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
    kept = _FOR_EVER if STATIC_ROOT.endswith(fingerprint) else "no-cache"
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": kept})
