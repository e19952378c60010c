"""Which files are meant by what a user names."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from vision.errors import SourceRefused

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})


def picture_files(sources: Iterable[Path]) -> Iterator[Path]:
    """Files as named; of folders, recursively and in order, what has a picture's suffix.

    Raises:
        SourceRefused: nothing of that name, or a folder without a picture.
    """
    for source in sources:
        if source.is_dir():
            found = sorted(path for path in source.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
            if not found:
                raise SourceRefused("no picture in this folder", where=str(source), advice=", ".join(sorted(SUFFIXES)))
            yield from found
        elif source.exists():
            yield source
        else:
            raise SourceRefused("no such file or folder", where=str(source))


def read_picture(file: Path, most: int) -> bytes:
    """The file's bytes, at most one more than ``most``, so that what is too large is known to be.

    Raises:
        SourceRefused: it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise SourceRefused(f"cannot be read: {error.strerror}", where=str(file)) from None
