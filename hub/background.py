"""What a serving process does beside answering: background rounds, each in one of all processes; spans, if asked."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from fastapi import FastAPI

from hub.assess_verbs import assessing_as_asked
from hub.audit_verbs import forgetting_as_asked
from hub.epcis.worker import serving_epcis
from hub.fleet.worker import listening
from hub.improvement.overdue import reminding
from hub.notify.worker import delivering
from hub.operations.tracing import exporting, traced
from hub.parts import Hub
from hub.picture_verbs import keeping_as_asked
from hub.requirement.watch import watching as watching_requirements
from hub.rollout.worker import rolling_out
from hub.search.endings import noting_endings
from hub.serve_options import ALL
from hub.spread.worker import moving_rows
from hub.subscription.worker import telling
from hub.target.watch import watching
from hub.tier_verbs import moving_as_asked
from hub.witness.asking import asking_witnesses
from hub.witness.post import post


@contextmanager
def traced_as_asked(arguments: argparse.Namespace, app: FastAPI) -> Iterator[None]:
    """Spans of ``app``, where they were asked for, until the block is left."""
    if arguments.trace is None:
        yield
        return
    with traced(app, exporting(arguments.trace)):
        yield


@contextmanager
def rounds_as_asked(arguments: argparse.Namespace, hub: Hub) -> Iterator[None]:
    """The rounds of this process, until the block is left."""
    with ExitStack() as rounds:
        if arguments.role == ALL:
            rounds.enter_context(asking_witnesses(hub, post))
            rounds.enter_context(assessing_as_asked(arguments, hub))
            rounds.enter_context(forgetting_as_asked(arguments, hub))
            rounds.enter_context(moving_rows(hub))
            rounds.enter_context(moving_as_asked(arguments, hub))
            rounds.enter_context(keeping_as_asked(arguments, hub))
            rounds.enter_context(rolling_out(hub))
            rounds.enter_context(listening(hub))
        if arguments.role == ALL and not arguments.agents_only:
            rounds.enter_context(delivering(hub))
            rounds.enter_context(reminding(hub))
            rounds.enter_context(serving_epcis(hub))
            rounds.enter_context(telling(hub))
            rounds.enter_context(watching(hub))
            rounds.enter_context(watching_requirements(hub))
            rounds.enter_context(noting_endings(hub))
        yield
