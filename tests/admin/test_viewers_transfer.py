"""Viewers as files: out without formulas, in with a dry run and a sentence for every wrong row."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from relationships.models import Identity, RefusalKind, Viewer
from relationships.services.refusals import refuse
from tests.admin.pages import address
from tests.factories.relationships import make_identity, make_viewer
from tests.tenancy.html_forms import read_form
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

CSV = "0"


def _upload(client: Client, text: str) -> Any:
    file = SimpleUploadedFile("viewers.csv", text.encode(), "text/csv")
    return client.post(address(Viewer, "import"), {"format": CSV, "import_file": file})


def _import(client: Client, text: str) -> Any:
    """Upload, look at the dry run, confirm."""
    shown = _upload(client, text)
    return client.post(address(Viewer, "process_import"), read_form(shown.content))


def _export(client: Client) -> str:
    form = read_form(client.get(address(Viewer, "export")).content)
    answer = client.post(address(Viewer, "export"), {**form, "format": CSV})
    return str(answer.content.decode())


def test_viewers_come_back_as_they_went(as_manager: Client, studio: Studio) -> None:
    with studio_scope(studio.pk):
        make_identity(make_viewer(name="Bo", notes="=SUM(A1)", tags=["a", "b"], avoid="money"))

    text = _export(as_manager)
    with studio_scope(studio.pk):
        Viewer.objects.all().delete()
    _import(as_manager, text)

    assert "'=SUM(A1)" in text
    with studio_scope(studio.pk):
        viewer = Viewer.objects.get()
        assert (viewer.name, viewer.notes, viewer.tags, viewer.avoid) == ("Bo", "=SUM(A1)", ["a", "b"], "money")
        assert Identity.objects.get().platform_id == "1001"


def test_a_known_account_is_changed_and_not_doubled(as_manager: Client, studio: Studio) -> None:
    with studio_scope(studio.pk):
        make_identity(make_viewer(name="Bo"))

    _import(as_manager, 'name,accounts,notes\nBo,"twitch:1001, youtube:UC1",Sails.\n')

    with studio_scope(studio.pk):
        assert Viewer.objects.get().notes == "Sails."
        assert Identity.objects.count() == 2


def test_the_dry_run_changes_nothing(as_manager: Client, studio: Studio) -> None:
    answer = _upload(as_manager, "name,accounts\nAnn,twitch:7\n")

    assert b"Ann" in answer.content
    with studio_scope(studio.pk):
        assert not Viewer.objects.exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Ann,twitch", "platform:id"),
        ("Ann,twitch:66", "asked not to be remembered"),
        ('Ann,"twitch:1001, twitch:1002"', "different people"),
    ],
)
def test_a_wrong_row_says_why(row: str, words: str, as_manager: Client, studio: Studio) -> None:
    with studio_scope(studio.pk):
        refuse([("twitch", "66")], RefusalKind.ERASED)
        make_identity(make_viewer(name="Bo"))
        Identity(viewer=make_viewer(name="Cy"), platform="twitch", platform_id="1002", name="cy").save()

    answer = _upload(as_manager, f"name,accounts\n{row}\n")

    assert words in answer.content.decode()
    with studio_scope(studio.pk):
        assert not Viewer.objects.filter(name="Ann").exists()


def test_lists_are_the_managers(as_moderator: Client, as_manager: Client) -> None:
    for page in ("import", "export"):
        assert as_moderator.get(address(Viewer, page)).status_code == 403
        assert as_manager.get(address(Viewer, page)).status_code == 200
