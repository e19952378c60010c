"""An assessment as text for a terminal."""

from collections.abc import Iterator

from vision.assess.figures import CycleTimes, Rate
from vision.assess.gauges import GaugeStudy
from vision.assess.study import Assessment
from vision.assess.verdicts import VerdictStudy


def table(found: Assessment) -> str:
    """Lines of at most some 100 columns."""
    return "\n".join(_lines(found))


def _lines(found: Assessment) -> Iterator[str]:
    yield f"{found.pictures} pictures" + (f", program {found.program}" if found.program else "")
    if found.codes:
        yield "codes"
        yield _rate("read", found.codes.read)
        yield _rate("wrong read", found.codes.wrong)
        yield _rate("no read", found.codes.silent)
        yield from (f"    {reason}: {count}" for reason, count in found.codes.reasons.items())
        yield from (f"    wrong: {name}" for name in found.codes.files_wrong)
    if found.verdicts:
        yield from _verdicts(found.verdicts)
    for study in found.gauges:
        yield from _gauge(study)
    for name, times in (("decode", found.decode_times), ("inspect", found.inspect_times)):
        if times:
            yield _times(name, times)


def _verdicts(study: VerdictStudy) -> Iterator[str]:
    yield "verdicts"
    yield _rate("false reject (good not passed)", study.false_reject)
    yield _rate("  of these undecided", study.undecided_good)
    yield _rate("escape (bad passed)", study.escape)
    yield _rate("decided", study.decided)
    for one in study.appraisers:
        kappa = f"{one.kappa:.3f}" if one.kappa is not None else f"none ({one.why_not})"
        within = "" if one.within_kappa is None else f", over repeats {one.within_kappa:.3f}"
        yield f"  {one.appraiser}: kappa against the truth {kappa}{within}"
    if study.between_kappa is not None:
        yield f"  all together: kappa {study.between_kappa:.3f}"
    if study.note:
        yield f"  {study.note}"
    yield from (f"    escaped: {name}" for name in study.files_escaped)


def _gauge(study: GaugeStudy) -> Iterator[str]:
    yield f"{study.step} [{study.uom}]"
    yield _rate("measured", study.measured)
    yield f"  error: mean {study.bias:+.5f}, sd {study.deviation:.5f}, worst {study.worst:+.5f}"
    if study.within_stated.of:
        yield _rate("error within stated U (k = 2)", study.within_stated)
    for one in study.type_one:
        figures = f"Cg {one.cg:.2f}, Cgk {one.cgk:.2f}" if one.cg is not None and one.cgk is not None else "no Cg"
        verdict = "" if one.capable is None else (": capable" if one.capable else ": not capable")
        cautions = f" ({', '.join(one.cautions)})" if one.cautions else ""
        yield f"  type 1, part {one.part}, {one.n} times: {figures}{verdict}{cautions}"


def _rate(name: str, found: Rate) -> str:
    if found.value is None:
        return f"  {name:<32} nothing to count"
    shares = f"{found.value:8.2%}  [{found.low:.2%} .. {found.high:.2%}]"
    return f"  {name:<32} {shares}  {found.count} of {found.of}"


def _times(name: str, times: CycleTimes) -> str:
    ranks = ", ".join(f"{rank} {1000 * seconds:.1f}" for rank, seconds in times.percentiles.items())
    return f"{name} ms: {ranks}, longest {1000 * times.longest:.1f} (mean {1000 * times.mean:.1f})"
