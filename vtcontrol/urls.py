"""The site's addresses."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.i18n import JavaScriptCatalog

from streams import views
from vtcontrol.tenancy.admin_site import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("admin/", site.urls),
    path("api/v1/", include("streams.api.urls")),
    path("stage/", views.stage, name="stage"),
    path("dock/", views.dock, name="dock"),
    path("about-me/", views.about_me, name="about-me"),
    re_path("^dock/(?P<panel>show|queue|viewer|health|scene)/$", views.dock, name="dock-panel"),
    path("healthz", views.health, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(domain="djangojs"), name="javascript-catalog"),
]

handler400 = "vtcontrol.tenancy.problems.bad_request"
handler403 = "vtcontrol.tenancy.problems.permission_denied"
handler404 = "vtcontrol.tenancy.problems.page_not_found"
handler500 = "vtcontrol.tenancy.problems.server_error"
