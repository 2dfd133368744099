"""The locks: complete, exact, verifiable, and tied to no package index."""

import re

import pytest

from tests.bootstrap.checkouts import ROOT

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?P<marker> ;.*?)? \\$")


def pins(name: str) -> set[str]:
    """Returns every pin of a lock, as name==version with its marker."""
    return {match[0] for line in lock(name).splitlines() if (match := PIN.match(line))}


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def wanted(name: str) -> set[str]:
    """Returns the names that an .in file asks for, as a lock spells them."""
    lines = (ROOT / "requirements" / f"{name}.in").read_text().splitlines()
    names = (re.match(r"[A-Za-z0-9_.-]+", line) for line in lines if not line.startswith(("#", "-")))
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in names if match}


LOCKS = ["base", "test", "embeddings", "tokenizers"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_asked_for_is_pinned(name: str) -> None:
    assert wanted(name) <= {pin.partition("==")[0] for pin in pins(name)}


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    entries = [entry for entry in re.split(r"\n(?=\S)", lock(name)) if not entry.startswith("#")]

    assert len(entries) == len(pins(name))
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_package_index(name: str) -> None:
    assert not re.search(r"://|^--", lock(name), re.MULTILINE)


def test_tests_run_on_what_is_shipped() -> None:
    assert pins("base") <= pins("test")


@pytest.mark.parametrize("name", ["embeddings", "tokenizers"])
def test_tests_run_on_the_versions_that_people_install_by_hand(name: str) -> None:
    def versions(of: str) -> set[str]:
        return {pin.partition(" ")[0] for pin in pins(of)}

    assert versions(name) <= versions("test")
