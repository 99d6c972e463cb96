"""Who somebody is, who may do what, and who stands above whom."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.members.rules import MAY, MEMBERS, STAFFS_OWN, Action, MembershipState, Role, Standing, roles_of, stands_above

TRACKS = {"morning": "iop", "after": "aftercare", "family": "family"}
ROLES = st.frozensets(st.sampled_from(Role), min_size=1)


@pytest.mark.parametrize(
    ("memberships", "flags", "roles"),
    [
        ({}, {}, {Role.STRANGER}),
        ({"morning": MembershipState.ACTIVE}, {}, {Role.PARTICIPANT}),
        ({"morning": MembershipState.DISCHARGED, "after": MembershipState.ACTIVE}, {}, {Role.ALUMNUS}),
        ({"morning": MembershipState.DISCHARGED}, {}, {Role.FORMER}),
        ({"morning": MembershipState.DECLINED}, {}, {Role.FORMER}),
        ({"family": MembershipState.ACTIVE}, {}, {Role.FAMILY}),
        ({"gone": MembershipState.ACTIVE}, {}, {Role.FORMER}),
        ({}, {"staff": True}, {Role.STAFF}),
        ({}, {"staff": True, "on_call": True}, {Role.STAFF, Role.ON_CALL}),
        ({}, {"operator": True}, {Role.OPERATOR}),
        ({}, {"staff": True, "operator": True}, {Role.STAFF, Role.OPERATOR}),
    ],
)
def test_who_somebody_is(memberships: dict[str, MembershipState], flags: dict[str, bool], roles: set[Role]) -> None:
    given_flags = {"staff": False, "on_call": False, "operator": False} | flags
    assert roles_of(TRACKS, memberships, **given_flags) == roles


def test_the_operator_has_nothing_clinical() -> None:
    clinical = {
        Action.HANDLE_INCIDENT,
        Action.READ_CHECKIN,
        Action.MODERATE,
        Action.SEE_CASES,
        Action.SEE_UNHEARD,
        Action.EDIT_LEXICON,
    }
    assert not [action for action in clinical if Role.OPERATOR in MAY[action]]


def test_no_member_may_what_is_staffs_own() -> None:
    for action, role in itertools.product(STAFFS_OWN, {*MEMBERS, Role.FORMER, Role.STRANGER}):
        assert not Standing(1, 2, frozenset({role})).may(action)


@pytest.mark.parametrize(
    ("actor", "target", "stands"),
    [
        (Role.STAFF, Role.PARTICIPANT, True),
        (Role.STAFF, Role.STRANGER, True),
        (Role.STAFF, Role.STAFF, False),
        (Role.STAFF, Role.ON_CALL, False),
        (Role.ON_CALL, Role.STAFF, False),
        (Role.STAFF, Role.OPERATOR, False),
        (Role.OPERATOR, Role.STAFF, True),
        (Role.OPERATOR, Role.OPERATOR, False),
        (Role.PARTICIPANT, Role.STRANGER, False),
    ],
)
def test_who_stands_above_whom(actor: Role, target: Role, stands: bool) -> None:
    assert stands_above(frozenset({actor}), frozenset({target})) is stands


@given(ROLES, ROLES)
def test_nobody_stands_above_somebody_who_stands_above_them(one: frozenset[Role], other: frozenset[Role]) -> None:
    assert not (stands_above(one, other) and stands_above(other, one))
    assert not stands_above(one, one)


@given(ROLES, st.sampled_from(Role), st.sampled_from(Action))
def test_another_role_takes_nothing_away(roles: frozenset[Role], more: Role, action: Action) -> None:
    if Standing(1, 2, roles).may(action):
        assert Standing(1, 2, roles | {more}).may(action)
