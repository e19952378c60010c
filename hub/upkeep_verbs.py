"""The verbs that look after a hub: audit, rebuild, backup, moving, witnesses. Each prints what ``cli`` prints."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hub.audit.fsck import Audit, audit
from hub.backup.arrive import import_hub
from hub.backup.export import export_hub
from hub.backup.keys import GivenKeys, read_passphrase
from hub.backup.make import check_backup, make_backup
from hub.backup.manifest import MANIFEST
from hub.backup.restore import restore_backup
from hub.composition import new_admin_token, open_copy, open_hub
from hub.errors import HubError
from hub.projection.rebuild import Progress, rebuild, silent
from hub.settings import ADMIN_TOKEN, DATABASE
from hub.store.backend.copying import compact
from hub.store.backend.sqlite_file import FileStore
from hub.witness.collect import ask_witnesses
from hub.witness.policy import WITNESSES, add_witness, witness_policy
from hub.witness.post import post
from traceability.encoding import to_base64
from traceability.keyfile import given_key
from traceability.log.checkpoint import Checkpoint

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = Mapping[str, object]
AddVerb = Callable[..., argparse.ArgumentParser]


def add_upkeep_verbs(verbs: "Verbs", add: AddVerb) -> None:
    """``rebuild``, ``fsck``, ``backup``, ``restore``, ``export``, ``import``, ``vacuum``."""
    add(verbs, "rebuild", _rebuild, "make every projection again from the ledger, beside the running hub")
    check = add(verbs, "fsck", _fsck, "verify the whole ledger and its log from scratch; of a hub, or of a backup")
    backup = add(verbs, "backup", _backup, "copy the running hub into a new folder, verified against its log")
    backup.add_argument("--to", type=Path, required=True, metavar="DIR", help="the backup; must not be there yet")
    backup.add_argument("--after", type=Path, metavar="DIR", help="an earlier backup; the log must go on from it")
    export = add(verbs, "export", _export, "write the ledger, and the files of pictures, as one tar file")
    export.add_argument("--to", type=Path, required=True, metavar="FILE", help="the tar file; must not be there yet")
    for outgoing in (backup, export):
        outgoing.add_argument("--without-pictures", action="store_true", help="without the files of pictures")
        outgoing.add_argument("--with-keys", action="store_true", help="the private keys too, under a passphrase")
    restore = add(verbs, "restore", _restore, "make a hub of a backup, once everything in it is verified")
    restore.add_argument("--from", type=Path, required=True, dest="source", metavar="DIR", help="the backup")
    arrive = add(verbs, "import", _import, "make a hub of an export, once everything in it is verified")
    arrive.add_argument("--from", type=Path, required=True, dest="source", metavar="FILE", help="the tar file")
    for incoming in (restore, arrive):
        incoming.add_argument("--keys", type=Path, metavar="DIR", help="folder with hub.key and log.key")
    for keyed in (backup, export, restore, arrive):
        keyed.add_argument("--passphrase-file", type=Path, metavar="FILE", help="its first line encrypts the keys")
    for long in (check, restore, arrive):
        long.add_argument(
            "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one for each core)"
        )
    add(verbs, "vacuum", _vacuum, "give unused room in the database back to the disk; writers wait meanwhile")


def add_witness_verbs(witness: "Verbs", add: AddVerb) -> None:
    """``witness add``, ``witness list``, ``witness ask``."""
    new = add(witness, "add", _add_witness, "let a partner cosign the log's checkpoints")
    new.add_argument("--name", required=True, help="name in the policy, without spaces")
    new.add_argument("--key", required=True, metavar="KEY", help="verifier key of the witness, or @FILE that holds it")
    new.add_argument("--url", default="", help="where checkpoints are sent; without it the witness comes by itself")
    add(witness, "list", _list_witnesses, "show the witnesses and the quorum")
    add(witness, "ask", _ask_witnesses, "ask every witness that has an address to cosign now")


def _rebuild(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    done = rebuild(hub, told_progress("batches"))
    hub.store.close()
    return {"batches": done.batches, "replaced": list(done.replaced), "digests": done.digests}


def _fsck(arguments: argparse.Namespace) -> Fields:
    if (arguments.data / MANIFEST).exists():
        return _audited(check_backup(arguments.data, open_copy, jobs=arguments.jobs, progress=told_progress("batches")))
    hub = open_hub(arguments.data)
    found = audit(hub, jobs=arguments.jobs, progress=told_progress("batches"))
    hub.store.close()
    return _audited(found)


def _audited(found: Audit) -> Fields:
    """What was found; with faults the command says the first and ends with 1."""
    if found.checkpoint is None:
        more = f" (and {len(found.faults) - 1} more)" if len(found.faults) > 1 else ""
        raise NotWhole(f"{found.faults[0]}{more}", _faults(found))
    return {
        "batches": found.batches,
        "records": found.records,
        "bytes": found.size,
        "root": to_base64(found.checkpoint.root),
        "whole": True,
    }


def _faults(found: Audit) -> Fields:
    return {"batches": found.batches, "whole": False, "faults": msgspec.to_builtins(found.faults)}


class NotWhole(HubError):
    """The audit found faults; ``fields`` is what ``--json`` prints of them."""

    def __init__(self, what: str, fields: Fields) -> None:
        super().__init__(what, advice="compare with a backup ('zhuoyue-hub fsck --data BACKUP')")
        self.fields = fields


def _backup(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    pictures, packing = not arguments.without_pictures, _packing(arguments)
    checkpoint = make_backup(hub, arguments.to, passphrase=packing, earlier=arguments.after, pictures=pictures)
    hub.store.close()
    return {"backup": str(arguments.to), **_state(checkpoint)}


def _export(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    pictures, packing = not arguments.without_pictures, _packing(arguments)
    told = told_progress("batches")
    checkpoint = export_hub(hub, arguments.to, passphrase=packing, pictures=pictures, progress=told)
    hub.store.close()
    return {"export": str(arguments.to), "bytes": arguments.to.stat().st_size, **_state(checkpoint)}


def _restore(arguments: argparse.Namespace) -> Fields:
    found = restore_backup(
        arguments.source,
        arguments.data,
        open_hub,
        token=new_admin_token(),
        keys=_given_keys(arguments),
        jobs=arguments.jobs,
        progress=told_progress("batches"),
    )
    return {**_audited(found), "admin_token_file": str(arguments.data / ADMIN_TOKEN)}


def _import(arguments: argparse.Namespace) -> Fields:
    found = import_hub(
        arguments.source,
        arguments.data,
        open_hub,
        token=new_admin_token(),
        keys=_given_keys(arguments),
        jobs=arguments.jobs,
        progress=told_progress("batches"),
    )
    return {**_audited(found), "admin_token_file": str(arguments.data / ADMIN_TOKEN)}


def _vacuum(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    hub.store.close()
    if not isinstance(hub.store, FileStore):
        raise HubError("a PostgreSQL server gives room back by itself", advice="see VACUUM in its documentation")
    before, after = compact(arguments.data / DATABASE)
    return {"bytes_before": before, "bytes_after": after}


def _add_witness(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    policy = add_witness(hub, arguments.name, given_key(arguments.key), arguments.url)
    hub.store.close()
    group = policy.groups[policy.quorum]
    return {
        "witnesses": len(policy.witnesses),
        "quorum": f"{group.needed} of {len(group.members)}",
        "policy_file": str(arguments.data / WITNESSES),
    }


def _list_witnesses(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    policy = witness_policy(hub)
    hub.store.close()
    return {entry.name: entry.url or "comes by itself" for entry in policy.witnesses} | {"quorum": policy.quorum}


def _ask_witnesses(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    asked = ask_witnesses(hub, post)
    hub.store.close()
    refused = [one for one in asked if one.size is None]
    if refused:
        raise HubError(refused[0].problem, where=refused[0].name)
    return {one.name: one.size for one in asked} | {"asked": len(asked)}


def _state(checkpoint: Checkpoint) -> Fields:
    return {"batches": checkpoint.size, "root": to_base64(checkpoint.root)}


def _packing(arguments: argparse.Namespace) -> bytes | None:
    if arguments.with_keys and arguments.passphrase_file is None:
        raise HubError("private keys leave only encrypted", where="--with-keys", advice="give --passphrase-file too")
    return read_passphrase(arguments.passphrase_file) if arguments.with_keys else None


def _given_keys(arguments: argparse.Namespace) -> GivenKeys:
    file = arguments.passphrase_file
    return GivenKeys(folder=arguments.keys, passphrase=None if file is None else read_passphrase(file))


def told_progress(what: str) -> Progress:
    """Counts on the terminal, nothing where there is none."""
    if not sys.stderr.isatty():
        return silent

    def show(done: int, total: int) -> None:
        sys.stderr.write(f"\r{done} of {total} {what}" + ("\n" if done >= total else ""))
        sys.stderr.flush()

    return show
