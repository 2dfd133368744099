"""Buttons on an object's page: POST for what changes something, plain links for pages about the object.

Owns the decorators and the routing; `vtcontrol.tenancy.admin_base` mixes it into every admin. An action runs only after
the object was found in the studio and its permission was checked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from vtcontrol.kernel.errors import AccessDenied, Conflict, InputInvalid, NotFound

SHOWN_ERRORS = (AccessDenied, Conflict, InputInvalid, NotFound)

Method = Callable[..., HttpResponse | None]


@dataclass(frozen=True, slots=True)
class ObjectAction:
    """A button on an object's page.

    Attributes:
        name: Name of the method, and the last part of its address.
        label: What the button says; a verb.
        icon: Name of a Material symbol.
        tone: "default", "primary" or "danger".
        permission: "view", "change" or "delete" on the object, or a Django permission such as "tenancy.add_apitoken".
        confirm: Question asked before it runs, or "".
        is_page: It opens a page and changes nothing by itself.
        is_shown: Tells whether the button fits the object now.
    """

    name: str
    label: Any
    icon: str
    tone: str
    permission: str
    confirm: Any
    is_page: bool
    is_shown: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Button:
    """An action as the toolbar's template takes it."""

    action: ObjectAction
    url: str


def _always(_obj: Any) -> bool:
    return True


def object_action(
    *,
    label: Any,
    icon: str,
    permission: str = "change",
    tone: str = "default",
    confirm: Any = "",
    shown: Callable[[Any], bool] = _always,
) -> Callable[[Method], Method]:
    """Make a method `(self, request, obj)` a button that posts; None as its answer leads back to the object."""
    return _decorate(label, icon, permission, tone, confirm, shown, is_page=False)


def object_page(
    *, label: Any, icon: str, permission: str = "view", shown: Callable[[Any], bool] = _always
) -> Callable[[Method], Method]:
    """Make a method `(self, request, obj)` a page about the object, linked from it."""
    return _decorate(label, icon, permission, "default", "", shown, is_page=True)


def _decorate(
    label: Any, icon: str, permission: str, tone: str, confirm: Any, shown: Callable[[Any], bool], *, is_page: bool
) -> Callable[[Method], Method]:
    def mark(method: Method) -> Method:
        action = ObjectAction(method.__name__, label, icon, tone, permission, confirm, is_page, shown)
        method.object_action = action  # type: ignore[attr-defined]  # read by ObjectActions
        return method

    return mark


class ObjectActions:
    """Mixin of a model's admin: routes and draws the methods named in `object_actions`."""

    object_actions: tuple[str, ...] = ()
    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's addresses, those of the buttons first."""
        own = [
            path(
                f"<path:object_id>/{name.replace('_', '-')}/",
                self._wrapped(name),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{name}",
            )
            for name in self.object_actions
        ]
        inherited: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # the admin it is mixed into has it
        return own + inherited

    def _wrapped(self, name: str) -> Callable[..., HttpResponse]:
        method = getattr(self, name)
        action: ObjectAction = method.object_action

        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if not action.is_page and request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            obj = cast(Any, self).get_object(request, unquote(object_id))
            if obj is None:
                raise Http404
            if not self.may(request, action.permission, obj):
                raise PermissionDenied
            try:
                answer = method(request, obj)
            except SHOWN_ERRORS as error:
                messages.error(request, str(error))
                answer = None
            home = reverse("admin:index") if request.POST.get("back") == "home" else ""
            return answer or HttpResponseRedirect(home or self.address(obj))

        guarded = self.admin_site.admin_view(view)
        return update_wrapper(guarded, method)

    def may(self, request: HttpRequest, permission: str, obj: Any = None) -> bool:
        """Tell whether the user holds `permission` ("view", "change", … or "app.codename") on the object."""
        if "." in permission:
            return request.user.has_perm(permission)
        return bool(getattr(self, f"has_{permission}_permission")(request, obj))

    def address(self, obj: Any, page: str = "change") -> str:
        """Return the address of one of the object's pages."""
        opts = obj._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=(quote(obj.pk),))

    def buttons(self, request: HttpRequest, obj: Any) -> list[Button]:
        """Return the buttons this user sees on this object."""
        actions = [getattr(self, name).object_action for name in self.object_actions]
        return [
            Button(action, self.address(obj, action.name))
            for action in actions
            if action.is_shown(obj) and self.may(request, action.permission, obj)
        ]
