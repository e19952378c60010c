"""What must hold for every handshake in the registry, also for those to come."""

import inspect
from typing import get_args

import pytest

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.station.handshakes.actions import Action, ErrorCode
from edge_agent.station.handshakes.registry import HANDSHAKES
from firmware_profiles.format import ROLES
from firmware_profiles.handshakes import HANDSHAKES as NAMED

KINDS = pytest.mark.parametrize("name", sorted(HANDSHAKES))
KEY = CycleKey(1, "A", 0)


def test_a_profile_can_name_each_and_no_other():
    assert HANDSHAKES.keys() == NAMED.keys()


@KINDS
def test_it_reads_and_writes_only_roles_there_are(name):
    kind = HANDSHAKES[name]
    assert {*kind.roles.needs, *kind.roles.written, *kind.watch.words, *kind.watch.steady} <= set(ROLES)
    assert set(kind.watch.steady) <= set(kind.roles.needs)


@KINDS
def test_whatever_the_words_say_it_writes_its_own_roles_only_and_acknowledges_nothing_unstored(name):
    kind = HANDSHAKES[name]
    for number in (0, 1, 2, 3, 4, 7, 8, 65_535):
        for other in (0, 1, 5):
            words = dict.fromkeys(kind.watch.words, other) | {kind.watch.words[0]: number}
            for key in (None, KEY):
                machine = kind.make()
                action = machine.observe(words, key)
                assert isinstance(action, get_args(Action))
                assert type(action).__name__ != "Acknowledge"
                told = [*action.writes, *machine.refused(ErrorCode.NOT_STORED).writes, *machine.stored(KEY).writes]
                assert {role for role, _ in told} <= set(kind.roles.written)


@KINDS
def test_its_rules_are_written_down_beside_it(name):
    rules = inspect.getdoc(inspect.getmodule(HANDSHAKES[name].make))
    assert "no I/O" in rules
    assert "What follows from them:" in rules
