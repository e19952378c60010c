"""Where the files of pictures are, in one question for many; and the file of one, for who sees its record."""

from collections.abc import Collection

from hub.errors import NotFound
from hub.picture.kind import Shape, is_drawn, is_shown
from hub.picture.views import FileState, PictureFileView
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.production.pictures import FileRow, Place, files_at, picture_at, policies_of
from traceability.picture import Fate, SendPolicy

_STATES = {Fate.WHOLE: FileState.HERE, Fate.GONE: FileState.GONE, Fate.REMOVED: FileState.REMOVED}


class FileStates:
    """What is known of the files of some pictures, asked once."""

    def __init__(self, connection: Reading, pictures: Collection[tuple[int, int, str]]) -> None:
        """``pictures``: log position, line and author of each record."""
        self._files = files_at(connection, {(batch, line) for batch, line, _ in pictures}) if pictures else {}
        authors = {author for _, _, author in pictures}
        self._policies = policies_of(connection, authors) if authors else {}

    def of(self, at: Place, author: str, *, ok: bool) -> PictureFileView:
        """The file of one picture; ``ok``: its result is."""
        row = self._files.get(at)
        return _told(self._policies.get(author), ok=ok) if row is None else _view(row)


def file_of(connection: Reading, log_index: int, line: int, digest: str) -> FileRow:
    """The file that one record of the log rests on; ``NotFound`` when the asker does not see it, or it is not here."""
    sealed = picture_at(connection, log_index, line, digest)
    if sealed is None:
        raise NotFound("no record there names this picture", advice="take the address from the unit's answer")
    row = files_at(connection, [(log_index, line)]).get(sealed.at)
    if row is None or row.fate is not Fate.WHOLE:
        raise NotFound(f"the file of this picture is not here: {_why(row)}", advice="ask its plant for it")
    return row


def picture_url(at: Place) -> str:
    """Where the file is shown."""
    return f"/api/v1/records/{at[0]}/{at[1]}/pictures/{at[2].partition(':')[2]}"


def shape_of_row(row: FileRow) -> Shape:
    """What its header said when it came."""
    return Shape(kind=row.kind, width=row.width, height=row.height)


def _view(row: FileRow) -> PictureFileView:
    url, here, shape = picture_url((row.batch_id, row.line, row.sha256)), row.fate is Fate.WHOLE, shape_of_row(row)
    return PictureFileView(
        state=_STATES[row.fate],
        at=from_micros(row.at),
        url=url if here and is_shown(shape) else "",
        small_url=f"{url}?small=true" if here and is_drawn(shape) else "",
        kind=row.kind,
        width=row.width,
        height=row.height,
        reason=row.reason,
    )


def _told(policy: SendPolicy | None, *, ok: bool) -> PictureFileView:
    if policy is None:
        return PictureFileView(state=FileState.UNSENT)
    sent = policy is SendPolicy.ALL or (policy is SendPolicy.FAILED and not ok)
    return PictureFileView(state=FileState.EXPECTED if sent else FileState.AT_PLANT)


def _why(row: FileRow | None) -> str:
    if row is None:
        return "it has not been sent"
    return "its plant has it no more" if row.fate is Fate.GONE else "its time here was over, and it was removed"
