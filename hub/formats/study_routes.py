"""Route by which values from elsewhere are studied; nothing of them is kept."""

from enum import StrEnum
from typing import Annotated

import msgspec
from fastapi import APIRouter, Body, Query, Response

from hub.api.access import UsesAsker
from hub.api.answer import documented, json_answer
from hub.errors import EntryRefused
from hub.formats.reading import ReadValues, read_values_aqdef, read_values_csv, read_values_parquet
from traceability.aqdef.letters import Encoding
from traceability.quality.refusal import Refused
from traceability.quality.study.capability_study import CapabilityStudy, study_values
from traceability.quality.study.indices import Figure

MIXED = "not-one-characteristic"
router = APIRouter(prefix="/api/v1", tags=["formats"])


class FileFormat(StrEnum):
    """What a file is."""

    CSV = "csv"
    PARQUET = "parquet"
    DFQ = "dfq"
    """AQDEF; a .dfd and its .dfx one behind the other are one, too."""


class FigureView(msgspec.Struct, frozen=True):
    """An index with its interval; None where it has none."""

    value: float
    low: float | None
    high: float | None


class StudyView(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a study; ``kind`` says whether the overall index may be called Cpk (stable, enough values)."""

    n: int
    kind: str
    method: str
    mean: float
    sigma: float
    pp: FigureView | None
    ppk: FigureView
    cpm: FigureView | None
    below: int
    above: int
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]


class StudiedView(msgspec.Struct, frozen=True, kw_only=True):
    """One characteristic; ``study`` None, and ``reason``, where the values give no figures."""

    characteristic: str
    uom: str
    values: int
    left_out: int
    study: StudyView | None
    reason: str
    detail: str


class StudiedFile(msgspec.Struct, frozen=True, kw_only=True):
    """Every characteristic of a file, in its order."""

    characteristics: tuple[StudiedView, ...]


@router.post("/values/study", response_class=Response, responses=documented(StudiedFile))
def post_values(
    content: Annotated[bytes, Body(media_type="application/octet-stream")],
    _asker: UsesAsker,
    *,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.DFQ,
    encoding: Encoding = Encoding.UTF_8,
) -> Response:
    """Capability of every characteristic in a file (AQDEF, CSV or Parquet) by the limits that it states."""
    return json_answer(_studied(content, file_format, encoding))


def _studied(content: bytes, file_format: FileFormat, encoding: Encoding) -> StudiedFile:
    match file_format:
        case FileFormat.CSV:
            found = read_values_csv(content)
        case FileFormat.PARQUET:
            found = read_values_parquet(content)
        case FileFormat.DFQ:
            found = read_values_aqdef(content.removeprefix(b"\xef\xbb\xbf"), encoding.value)
    if not found:
        raise EntryRefused("holds no values", where="file")
    return StudiedFile(characteristics=tuple(map(_view, found)))


def _view(read: ReadValues) -> StudiedView:
    study = None if read.refused else study_values(read.values, read.specification)
    reason, detail = (MIXED, read.refused) if read.refused else ("", "")
    if isinstance(study, Refused):
        reason, detail, study = study.reason.value, study.detail, None
    return StudiedView(
        characteristic=read.characteristic,
        uom=read.uom,
        values=len(read.values),
        left_out=read.left_out,
        study=None if study is None else _study(study),
        reason=reason,
        detail=detail,
    )


def _study(study: CapabilityStudy) -> StudyView:
    return StudyView(
        n=study.n,
        kind=study.kind.value,
        method=study.method.value,
        mean=study.mean,
        sigma=study.sigma,
        pp=_figure(study.overall.cp),
        ppk=FigureView(study.overall.cpk.value, *_ends(study.overall.cpk)),
        cpm=_figure(study.cpm),
        below=study.below,
        above=study.above,
        reasons=tuple(reason.value for reason in study.reasons),
        cautions=tuple(reason.value for reason in study.cautions),
    )


def _figure(figure: Figure | None) -> FigureView | None:
    return None if figure is None else FigureView(figure.value, *_ends(figure))


def _ends(figure: Figure) -> tuple[float | None, float | None]:
    return (None, None) if figure.interval is None else (figure.interval.low, figure.interval.high)
