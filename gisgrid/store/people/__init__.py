"""People, posts, departments, teams and party groups, and where grid members are missing."""

from gisgrid.store.people.counts import (
    PartyCount,
    Team,
    party_counts,
    put_party,
    put_teams,
    teams,
)
from gisgrid.store.people.departments import Department, departments, put_departments
from gisgrid.store.people.enrolling import Enrolment, Refusal, Roll
from gisgrid.store.people.persons import (
    HOME_JOBS,
    NewPerson,
    Person,
    forget,
    person_by_code,
    persons,
    put_person,
    telephone,
)
from gisgrid.store.people.posts import KINDS, NewPost, Post, end_post, posts, put_post
from gisgrid.store.people.staffing import Gone, Staffing, Strength, staffing

__all__ = [
    "HOME_JOBS",
    "KINDS",
    "Department",
    "Enrolment",
    "Gone",
    "NewPerson",
    "NewPost",
    "PartyCount",
    "Person",
    "Post",
    "Refusal",
    "Roll",
    "Staffing",
    "Strength",
    "Team",
    "departments",
    "end_post",
    "forget",
    "party_counts",
    "person_by_code",
    "persons",
    "posts",
    "put_departments",
    "put_party",
    "put_person",
    "put_post",
    "put_teams",
    "staffing",
    "teams",
    "telephone",
]
