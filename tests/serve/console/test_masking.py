from __future__ import annotations

from hanse.serve.console import masking

ANNA = {"firstName": "Anna", "lastName": "Petersen", "email": "anna@example.com", "address": {"city": "Lübeck"}, "industry": "joinery"}


def test_a_person_is_told_apart_but_not_known() -> None:
    assert masking.name("person", ANNA, open_=False) == "A••• P•••"
    assert masking.name("person", ANNA, open_=True) == "Anna Petersen"


def test_a_company_is_called_by_its_name() -> None:
    assert masking.name("company", {"name": "Tischlerei Nord"}, open_=False) == "Tischlerei Nord"


def test_traits_of_a_person_are_hidden_at_every_depth() -> None:
    hidden = masking.traits(ANNA, open_=False)

    assert hidden == {"firstName": "A•••", "lastName": "P•••", "email": "a•••@e•••.com", "address": {"city": "L•••"}, "industry": "joinery"}
    assert masking.traits(ANNA, open_=True) == ANNA


def test_keys_that_reach_somebody_are_hidden() -> None:
    assert masking.identity("email", "anna@example.com", open_=False) == "a•••@e•••.com"
    assert masking.identity("user_id", "U-1", open_=False) == "U-1"


def test_who_has_only_an_address_is_called_by_a_hidden_one() -> None:
    assert masking.name("person", {"email": "anna@example.com"}, open_=False) == "a•••@e•••.com"
    assert not masking.name("person", {}, open_=False)
