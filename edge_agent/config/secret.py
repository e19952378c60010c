"""Secrets stand outside the configuration: it only says where, as ``secret:env:NAME`` or ``secret:file:PATH``.

A secret written into the configuration itself is refused, and never repeated in the refusal: configurations are
copied, mailed and kept in version control.
"""

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from edge_agent.secret import Secret

FILE = "secret:file:"
ENVIRONMENT = "secret:env:"
_LARGEST = 64 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SecretRefused(ValueError):
    """A reference is none, or what it leads to cannot be used as a secret."""


SecretReader = Callable[[object, Path], Secret]
"""From what is written and the folder where relative paths start."""


def read_secret(written: object, folder: Path, environment: Mapping[str, str] = os.environ) -> Secret:
    """The secret that a setting refers to; SecretRefused says what to write instead. Files start at ``folder``."""
    reference = _reference(written)
    if reference.startswith(ENVIRONMENT):
        return _from_environment(reference.removeprefix(ENVIRONMENT), environment)
    return _from_file(folder / reference.removeprefix(FILE))


def unread_secret(written: object, folder: Path) -> Secret:  # noqa: ARG001 - a SecretReader
    """The reference alone, for who only looks at the configuration; a secret written out is refused all the same."""
    return Secret(_reference(written), "")


def _reference(written: object) -> str:
    if isinstance(written, str) and written.startswith((ENVIRONMENT, FILE)):
        return written
    raise SecretRefused(
        f'is a secret and does not belong here; write "{FILE}PATH" (a file that only the agent\'s user may read) or '
        f'"{ENVIRONMENT}NAME" (an environment variable) instead, and change the secret if this file was shared'
    )


def _from_environment(name: str, environment: Mapping[str, str]) -> Secret:
    value = environment.get(name, "")
    if not value:
        raise SecretRefused(f"names the environment variable {name!r}, which is not set; set it where the agent starts")
    return Secret(f"env:{name}", value)


def _from_file(file: Path) -> Secret:
    try:
        with file.open("rb") as opened:
            _check_rights(os.fstat(opened.fileno()), file)
            content = opened.read(_LARGEST + 1)
        text = content.decode("utf-8")
    except OSError as error:
        raise SecretRefused(f"names {file}, which cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SecretRefused(f"names {file}, which is not UTF-8 text") from None
    value = text.removesuffix("\n").removesuffix("\r")
    if not value or len(content) > _LARGEST:
        raise SecretRefused(f"names {file}, which is {'too large' if value else 'empty'}; expected the secret alone")
    return Secret(f"file:{file}", value)


def _check_rights(found: os.stat_result, file: Path) -> None:
    """On POSIX others must have no right at all; Windows keeps rights elsewhere (see the documentation)."""
    if os.name == "posix" and found.st_mode & _OTHERS:
        raise SecretRefused(f"names {file}, which others may read too; run: chmod 600 {file}")
