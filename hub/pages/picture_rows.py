"""The pictures of a unit as its page shows them: what was read in each, and where its file is, in words."""

from collections.abc import Iterable, Mapping

import msgspec

from hub.pages.speech import Speech, mark
from hub.picture.views import FileState, PictureFileView
from hub.trace.views import PictureView, ResultView

FILE_STATES: Mapping[FileState, str] = {
    FileState.HERE: mark("here since %(time)s, the very file that was signed"),
    FileState.EXPECTED: mark("not here yet: the plant's agent sends it when it may"),
    FileState.AT_PLANT: mark("stays at the plant: its rule sends no such pictures"),
    FileState.UNSENT: mark("not here: the plant has not sent it"),
    FileState.GONE: mark("never sent, and not kept at the plant any more (told %(time)s)"),
    FileState.REMOVED: mark("removed here on %(time)s, when its time was over"),
}
"""``time`` is when it became so."""
NOT_SHOWN = mark("here since %(time)s, but not shown: it is no picture of a kind that browsers show safely")
_MARKS = {FileState.HERE: "ok", FileState.GONE: "warning"}
SIDE = 480
"""A small picture's longer side, in pixels."""


class PictureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A picture with its result; ``said`` is where its file is, ``mark`` the sign before that.

    ``width`` and ``height`` are those of the small picture, 0 where there is none.
    """

    result: ResultView
    picture: PictureView
    said: str
    mark: str
    width: int = 0
    height: int = 0


def picture_rows(results: Iterable[ResultView], time_zone: str, speech: Speech) -> tuple[PictureRow, ...]:
    """Every picture, in the order of the results."""
    return tuple(_row(result, one, time_zone, speech) for result in results for one in result.pictures)


def _row(result: ResultView, picture: PictureView, time_zone: str, speech: Speech) -> PictureRow:
    file = picture.file
    words = NOT_SHOWN if file.state is FileState.HERE and not file.small_url else FILE_STATES[file.state]
    at = "" if file.at is None else speech.moment(file.at, time_zone)
    width, height = _small(file)
    return PictureRow(
        result=result,
        picture=picture,
        said=speech.say(words, time=at) if "%(time)s" in words else speech.say(words),
        mark=_MARKS.get(file.state, "neutral"),
        width=width,
        height=height,
    )


def _small(file: PictureFileView) -> tuple[int, int]:
    if not file.small_url or not file.width or not file.height:
        return 0, 0
    scale = min(1.0, SIDE / max(file.width, file.height))
    return max(1, round(file.width * scale)), max(1, round(file.height * scale))
