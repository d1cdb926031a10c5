from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from opsnotes.views import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("opsnotes.account_urls")),
    path("", include("notebooks.urls")),
    *[
        path(prefix, include(module))
        for prefix, module in (("", "search.urls"), ("api/v1/", "opsnotes.api.urls"))
        if find_spec(module)
    ],
    path("admin/", admin.site.urls),
]
