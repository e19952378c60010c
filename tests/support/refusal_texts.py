"""The shapes of what errors say, found in the code; run as a script it brings their catalogue up to date.

``EntryRefused(f"there is no plant {plant[:60]!r}", advice="...")`` says sentences of the shape ``there is no plant
{plant}``. What is put in is named by the last name of its expression, so a shape reads like its sentence.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
ERRORS = frozenset(
    {
        "EntryRefused",
        "Fault",
        "IdentifierRefused",
        "NotAllowed",
        "NotAsSigned",
        "NotFound",
        "RequirementRefused",
        "ScopeMissing",
        "StoreBusy",
        "TokenRefused",
        "TooBusy",
    }
)
"""What a person who fills in a form can cause."""
GROUND_ERRORS = frozenset({"LimitExceeded", "Malformed", "OutOfDomain", "ProofRefused", "SignatureRefused"})
"""What people are told, too, where it comes from one of the rooms below."""
SAID = ("what", "where", "advice")
MORE = (
    "Field required",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid number, unable to parse string as a number",
    "Input should be a valid decimal",
    "Input should be a valid date or datetime, {error}",
    "Input should be a valid date in the format YYYY-MM-DD, {error}",
    "Input should be greater than or equal to {least}",
    "Input should be greater than {bound}",
    "Input should be less than or equal to {most}",
    "Input should be less than {bound}",
    "Input should be {allowed}",
    "String should have at least {least} character",
    "String should have at least {least} characters",
    "String should have at most {most} character",
    "String should have at most {most} characters",
    "String should match pattern {pattern}",
    "List should have at least {least} item after validation, not {count}",
    "List should have at most {most} items after validation, not {count}",
    "Decimal input should have no more than {most} digits in total",
    "Decimal input should have no more than {most} decimal places",
    "Value error, {error}",
    "Extra inputs are not permitted",
    "the body has {declared} bytes, at most {most} are taken",
    "the body is larger than {most} bytes",
    "only {taken} bytes of the body came in time",
    "a batch is not as it was signed; the operator of the hub sees what is wrong with it",
    "the program that worked on it ended",
    "before: {why}",
    "after: {why}",
    "there is no figure",
    "not tested: the two values are compared as they are",
    "a rolled yield is tested by its counts",
    "with {fewest} whole months or more on both sides the months are tested",
    "row {row}",
    "row {row} {column}: {text}",
    "{text} is no amount from 0 up, with at most 6 decimals",
)
"""What the checks of forms and of a request's size say; they are made elsewhere."""
IN_ROWS = {"Problem": 2, "wrong": 1}
"""Calls that say what is wrong with a row of a typed table, and where the sentence stands among what they are given."""
GROUND = ("identifier", "requirement", "improvement", "notification", "quality", "aqdef", "rollout.py", "signing.py")
"""Rooms of the ground that check what people type, bring as a file, or ask to have computed."""
HUB_GROUND = ("trace", "analysis", "epcis", "catenax", "proof")
"""Rooms of the hub whose limits a question of a page may meet."""
OF_FORMS = ("field_validator", "model_validator")
"""In files with one of these a ``ValueError`` is what a checked form says."""
TOLD_IN_ENGLISH = frozenset({"hub/target/enter.py", "hub/indicator/enter.py", "hub/metric/why.py"})
"""Their words have both languages; a form is told, and records keep, the English ones, which are said anew."""
OBJECTIONS = (
    "traceability/improvement/allowed.py",
    "traceability/improvement/content.py",
    "hub/projection/incoming.py",
)
"""Files whose functions say why something is not allowed: what they return is what a person is told."""
STUDIES = tuple(f"traceability/quality/msa/{name}.py" for name in ("anova", "components", "gauge_study", "readings"))
"""Files that say why readings of a gauge give no figure, which a page tells."""
SAYS_WHY = frozenset({"str", "str | None"})
LINE = 120


@cache
def shapes() -> frozenset[str]:
    """Of every error that a form can cause."""
    hub = ((path, _errors_of(path)) for path in _python("hub"))
    ground = ((path, ERRORS | GROUND_ERRORS) for room in GROUND for path in _python(f"traceability/{room}"))
    found = (
        shapes_in(path.read_text(), errors, rows=path.parent.name == "entry") for path, errors in chain(hub, ground)
    )
    said = (returned_in((ROOT / path).read_text()) for path in OBJECTIONS)
    figures = (figureless_in((ROOT / path).read_text()) for path in STUDIES)
    every = chain(MORE, *found, *said, *figures)
    return frozenset(shape for shape in every if any(sign.isalpha() for sign in _words_of(shape)))


def _errors_of(path: Path) -> frozenset[str]:
    found = ERRORS | GROUND_ERRORS if path.parent.name in HUB_GROUND else ERRORS
    if any(f"@{name}(" in path.read_text() for name in OF_FORMS):
        found |= {"ValueError"}
    return found | {"Words"} if str(path.relative_to(ROOT)) in TOLD_IN_ENGLISH else found


def _python(place: str) -> Iterator[Path]:
    path = ROOT / place
    return iter([path]) if path.suffix else path.rglob("*.py")


def shapes_in(source: str, errors: frozenset[str] = ERRORS, *, rows: bool = False) -> Iterator[str]:
    """Of one file; ``rows``: it reads typed tables, too."""
    wanted = errors | IN_ROWS.keys() if rows else errors
    if not any(f"{name}(" in source for name in wanted):
        return
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _name_of(node.func)
        if name in errors:
            for each in (*node.args[:1], *(one.value for one in node.keywords if one.arg in SAID)):
                for text in _meant_by(each, node, tree) if isinstance(each, ast.Name) else (each,):
                    yield from _shapes_of(text)
        elif rows and name in IN_ROWS:
            for each in node.args[IN_ROWS[name] : IN_ROWS[name] + 1]:
                yield from _shapes_of(each)


def figureless_in(source: str) -> Iterator[str]:
    """What a file says of data that give no figure."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name_of(node.func) == "NoFigure":
            for each in node.args[1:]:
                yield from _shapes_of(each)


def returned_in(source: str) -> Iterator[str]:
    """What the functions of a file return, by itself or as the second of a condition and its sentence."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef) or function.returns is None:
            continue
        if ast.unparse(function.returns) not in SAYS_WHY:
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                yield from _shapes_of(node.value)
            elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
                yield from _shapes_of(node.elts[1])


def _meant_by(name: ast.Name, call: ast.Call, tree: ast.Module) -> Iterator[ast.expr]:
    """What was put under a name, in the function of the call, else in the module."""
    around = [
        one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and _in(one, call)
    ]
    for scope in (*sorted(around, key=lambda one: -one.lineno), tree):
        found = [one for one in ast.walk(scope) if isinstance(one, ast.Assign | ast.AnnAssign) and _names(one, name.id)]
        if found:
            yield from (one.value for one in found if one.value is not None)
            return


def _in(function: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call) -> bool:
    return function.lineno <= call.lineno <= (function.end_lineno or function.lineno)


def _names(assigned: ast.Assign | ast.AnnAssign, name: str) -> bool:
    targets = assigned.targets if isinstance(assigned, ast.Assign) else [assigned.target]
    return any(isinstance(one, ast.Name) and one.id == name for one in targets)


def _shapes_of(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _shapes_of(node.body)
        yield from _shapes_of(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield _shape_of(node)


def _shape_of(node: ast.JoinedStr) -> str:
    """Two expressions that end in the same name are numbered, the same one put in twice is not."""
    names: dict[str, str] = {}
    shape = ""
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            meant = ast.dump(part.value)
            name = _last_name(part.value).strip("_").lower() or "what"
            taken = sum(known.rstrip("0123456789") == name for known in names.values())
            names.setdefault(meant, name if not taken else f"{name}{taken + 1}")
            shape += "{" + names[meant] + "}"
        elif isinstance(part, ast.Constant):
            shape += str(part.value)
    return shape


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    if isinstance(node, ast.Call):
        return _last_name(node.args[-1]) if node.args else _last_name(node.func)
    return _name_of(node) or "what"


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _words_of(shape: str) -> str:
    return "".join(part.rpartition("}")[2] for part in shape.split("{"))


def update(path: Path) -> None:
    """New shapes come without a translation, those that nothing says any more go."""
    with path.open("rb") as file:
        old = read_po(file, locale="zh_CN")
    new = Catalog(locale="zh_CN", project="Zhuoyue", fuzzy=False, header_comment="# Shapes of refusals in Chinese.")
    new.creation_date, new.revision_date = old.creation_date, old.revision_date
    for shape in sorted(shapes()):
        known = old.get(shape)
        new.add(shape, known.string if known else None)
    with path.open("wb") as file:
        write_po(file, new, width=LINE, no_location=True)


if __name__ == "__main__":
    update(Path(sys.argv[1]))
