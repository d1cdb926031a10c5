"""Every address; those of one app stand in its own urls.py."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from opsnotes.views import (
    downloads,
    executed,
    family,
    folders,
    health,
    home,
    incident,
    report,
    runbook,
    titled,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("opsnotes.account_urls")),
    path("", include("notebooks.urls")),
    path("", include("lineage.urls")),
    path("", include("execlogs.urls")),
    path("", include("stickies.urls")),
    path("", include("stickies.door.urls")),
    path("", include("sync.urls")),
    path("", include("inbox.urls")),
    path("", include("search.saved.urls")),
    path("", include("search.urls")),
    path("api/v1/", include("opsnotes.api.urls")),
    # A path may hold anything but a line break, which paths.clean() refuses.
    re_path(r"^browse/(?P<slug>[-\w]+)/(?P<path>.*)\Z", folders.browse, name="browse"),
    path("t/<path:title>", titled.titled, name="titled"),  # headings have slashes
    path("m/<str:meme>/", family.family, name="family"),
    path("m/<str:meme>/executions/", executed.cell_history, name="cell-history"),
    path("executions/export/", incident.incident, name="incident"),
    path("executions/compare/", executed.compare_choice, name="execution-compare-choice"),
    path("executions/<int:a>..<int:b>/", executed.compare, name="execution-compare"),
    path("n/<int:pk>/", runbook.runbook_short, name="runbook-short"),
    path("n/<int:pk>/v/<int:number>/", runbook.revision, name="revision"),
    path("n/<int:pk>/report/", report.report, name="report"),
    path("n/<int:pk>/download/<str:kind>/", downloads.download, name="download"),
    # Last: a slug is any word that is none of the above.
    path("n/<int:pk>/<str:slug>/", runbook.runbook, name="runbook"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
