"""Addresses and forms of the admin, as a browser would find them."""

from typing import Any

from django.test import Client
from django.urls import reverse

from tests.tenancy.html_forms import read_form


def address(target: Any, page: str = "change") -> str:
    """Return the address of a row's page, or of a model's list or empty form."""
    is_model = isinstance(target, type)
    args = () if is_model else (target.pk,)
    return reverse(f"admin:{target._meta.app_label}_{target._meta.model_name}_{page}", args=args)


def page_text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, f"{url}: {answer.status_code}"
    return answer.content.decode()


def save(client: Client, url: str, **changes: Any) -> Any:
    """Send the form at `url` with changes, as its save button does."""
    form = read_form(client.get(url).content)
    return client.post(url, {**form, **changes, "_save": "Save"})


def errors(answer: Any) -> str:
    """Return the form's errors as text; fails when there are none because it was taken."""
    assert answer.status_code == 200, f"the form was taken: {answer.status_code}"
    found = answer.context["errors"]
    return " ".join(str(one) for one in found)
