"""``zhuoyue-profiles``: list the device profiles, show one, prove them all, or print the schema of their files."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from firmware_profiles.catalog import Catalog, load
from firmware_profiles.check import problems
from firmware_profiles.errors import ProfileError, ProfileInvalid, ProfileUnknown
from firmware_profiles.format import Point, Profile
from firmware_profiles.parse import parse_profile
from firmware_profiles.schema import file_schema


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all is well, 1 when a profile is wrong or unknown, 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    if options.verb == "schema":
        print(msgspec.json.format(msgspec.json.encode(file_schema()), indent=2).decode())
        return 0
    try:
        catalog = Catalog(options.folder)
        if options.verb == "list":
            return _list(catalog, options.json)
        if options.verb == "show":
            return _show(catalog, options.profile, options.firmware, options.json)
        return _check(catalog, options.file, options.json)
    except (ProfileError, OSError, UnicodeDecodeError) as error:
        print(f"zhuoyue-profiles: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhuoyue-profiles", description="Device profiles: how to read a device.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--folder", type=Path, help="a folder of your own profiles, <vendor>/<model>.toml")
    common.add_argument("--json", action="store_true", help="print JSON")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", parents=[common], help="every profile there is")
    show = verbs.add_parser("show", parents=[common], help="the points of one profile")
    show.add_argument("profile", metavar="VENDOR/MODEL")
    show.add_argument("--firmware", help="the version the device runs")
    verbs.add_parser("schema", help="the JSON Schema of a profile file, for editors")
    check = verbs.add_parser("check", parents=[common], help="prove profiles: rules and examples")
    check.add_argument("file", nargs="*", type=Path, help="profile files; all of the catalog when left out")
    return parser


def _list(catalog: Catalog, as_json: bool) -> int:
    entries = list(catalog.entries())
    if as_json:
        _print_json([_summary(entry.profile) for entry in entries])
        return 0
    for entry in entries:
        profile = entry.profile
        print(
            f"{profile.vendor}/{profile.model}  {profile.protocol}  {len(profile.points)} points  {profile.description}"
        )
    return 0


def _show(catalog: Catalog, name: str, firmware: str | None, as_json: bool) -> int:
    vendor, slash, model = name.partition("/")
    if not slash:
        message = f"{name!r} is no VENDOR/MODEL"
        raise ProfileUnknown(message)
    profile = catalog.find(vendor, model, firmware)
    if as_json:
        _print_json(profile)
        return 0
    print(f"{profile.vendor}/{profile.model} ({profile.protocol}): {profile.description}")
    print(f"source: {profile.source}\nchecked: {profile.checked}")
    played = {name: role for role, name in profile.roles.items()}
    for point in profile.points:
        print(_point_line(point, played.get(point.name)))
    return 0


def _point_line(point: Point, role: str | None) -> str:
    where = point.node or point.field or f"{point.table}:{point.address}"
    notes = [
        f"role {role}" if role else "",
        f"scale {point.scale}" if point.scale != 1 else "",
        f"mask {point.mask:#x}" if point.mask is not None else "",
        point.uom or "",
        "writable" if point.writable else "",
    ]
    return f"  {point.name:<16} {where:<28} {point.type:<8} {point.order:<8} {', '.join(filter(None, notes))}".rstrip()


def _check(catalog: Catalog, chosen: list[Path], as_json: bool) -> int:
    sources = [(str(path), path.read_text(encoding="utf-8")) for path in chosen] or list(catalog.sources())
    report = {file: _problems(file, text, in_catalog=not chosen) for file, text in sources}
    if as_json:
        _print_json([{"file": file, "problems": found} for file, found in report.items()])
    else:
        for file, found in report.items():
            for line in found or ["proved"]:
                print(f"{file}: {line}")
    return 1 if any(report.values()) else 0


def _problems(file: str, text: str, *, in_catalog: bool) -> list[str]:
    try:
        profile = load(file, text).profile if in_catalog else parse_profile(text, file)
    except ProfileInvalid as invalid:
        return [f"{invalid.key}: {invalid.expected}"]
    return problems(profile)


def _summary(profile: Profile) -> dict[str, object]:
    return {
        "vendor": profile.vendor,
        "model": profile.model,
        "protocol": profile.protocol,
        "firmware": profile.firmware,
        "points": len(profile.points),
        "checked": profile.checked,
    }


def _print_json(value: object) -> None:
    print(msgspec.json.encode(value).decode())


if __name__ == "__main__":
    sys.exit(main())
