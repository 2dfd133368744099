"""Names the house gives: free in the studio, as long as the field takes."""

import pytest

from personas.models import Brain
from tests.factories.personas import make_brain
from vtcontrol.tenancy.names import free_name
from vtcontrol.tenancy.studios import Studio

pytestmark = pytest.mark.django_db


def test_a_name_nobody_has_stays(in_studio: Studio) -> None:
    make_brain(name="Mira's brain")

    assert free_name(Brain, "Mira") == "Mira"


def test_a_taken_name_gets_the_first_free_number(in_studio: Studio) -> None:
    for name in ("Mira", "Mira 2", "Mira 4"):
        make_brain(name=name)

    assert free_name(Brain, "Mira") == "Mira 3"


def test_a_long_name_is_cut_for_its_number(in_studio: Studio) -> None:
    for name in ("m" * 80, f"{'m' * 78} 2"):
        make_brain(name=name)

    assert free_name(Brain, "m" * 90) == f"{'m' * 78} 3"
