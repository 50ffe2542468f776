"""Sights of several roles together."""

from __future__ import annotations

from gisgrid.access import ROLES, Grant, Right, Sight, Viewer

HERE, THERE, BEAT = frozenset({1}), frozenset({2}), frozenset({9})


def test_somebody_with_two_posts_sees_secrets_where_one_of_them_does() -> None:
    grants = (Grant("chief", grids=HERE), Grant("officer", police=BEAT))
    found = Viewer(account=1, grants=grants).sight(Right.WORK_CASES)
    assert (found.grids, found.police) == (HERE, BEAT)
    assert found.confidential == Sight(police=BEAT)


def test_a_role_without_the_right_adds_nothing() -> None:
    grants = (Grant("planner", whole=True), Grant("member", grids=HERE))
    assert Viewer(account=1, grants=grants).sight(Right.WORK_CASES) == Sight(grids=HERE)


def test_a_key_that_is_kept_from_secrets_sees_none() -> None:
    grants = (Grant("officer", whole=True),)
    kept = Viewer(account=1, grants=grants, limited_to=frozenset({Right.WORK_CASES}))
    assert kept.sight(Right.WORK_CASES).confidential is None
    assert kept.sight(Right.SEE_PERSONAL) == Sight()


def test_whoever_has_every_role_sees_everything() -> None:
    grants = tuple(Grant(role, whole=True) for role in ROLES)
    assert Viewer(name="demo", grants=grants).sight(Right.WORK_CASES) == Sight(True).disclosed()


def test_keys_tell_sights_apart() -> None:
    sights = [
        Sight(),
        Sight(True),
        Sight(True).disclosed(),
        Sight(grids=HERE),
        Sight(grids=THERE),
        Sight(police=HERE),
        Sight(grids=HERE).disclosed(),
        Sight(grids=HERE) | Sight(police=BEAT).disclosed(),
        Sight(department="police"),
    ]
    assert len({sight.key for sight in sights}) == len(sights)
