"""/api/v1/: every app's routes under one roof."""

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from execlogs.api.executions import ExecutionViewSet
from lineage.api.activity import ActivityView, JourneysView
from lineage.api.basket import BasketViewSet
from lineage.api.compare import CompareView
from lineage.api.related import RelatedView
from lineage.api.runs import PinView, RunsView
from notebooks.api.spaces import SpaceViewSet
from notebooks.api.uploads import UploadViewSet
from opsnotes.api.docs import docs
from opsnotes.api.memes import MemeViewSet
from opsnotes.api.notebooks import NotebookViewSet
from opsnotes.api.status import StatusView
from search.api import SearchView
from search.completionapi import CompletionView
from search.saved.api import SavedSearchViewSet
from stickies.api.notes import NoteViewSet
from sync.api.sources import SourceViewSet

router = SimpleRouter(use_regex_path=False)
router.register("spaces", SpaceViewSet, basename="api-spaces")
router.register("uploads", UploadViewSet, basename="api-uploads")
router.register("notebooks", NotebookViewSet, basename="api-notebooks")
router.register("memes", MemeViewSet, basename="api-memes")
router.register("executions", ExecutionViewSet, basename="api-executions")
router.register("notes", NoteViewSet, basename="api-notes")
router.register("saved-searches", SavedSearchViewSet, basename="api-saved-searches")
router.register("sources", SourceViewSet, basename="api-sources")

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path(
        "basket/",
        BasketViewSet.as_view({"get": "list", "post": "create", "patch": "arrange", "delete": "clear"}),
        name="api-basket-list",
    ),
    path("basket/<int:pk>/", BasketViewSet.as_view({"delete": "destroy"}), name="api-basket-detail"),
    path("basket/notebook/", BasketViewSet.as_view({"get": "notebook"}), name="api-basket-notebook"),
    path("notebooks/<int:pk>/runs/", RunsView.as_view(), name="api-notebooks-runs"),
    path("notebooks/<int:pk>/pin/", PinView.as_view(), name="api-notebooks-pin"),
    path("notebooks/<int:pk>/related/", RelatedView.as_view(), name="api-notebooks-related"),
    path("activity/", ActivityView.as_view(), name="api-activity"),
    path("activity/journeys/", JourneysView.as_view(), name="api-activity-journeys"),
    path("compare/", CompareView.as_view(), name="api-compare"),
    path("search/", SearchView.as_view(), name="api-search"),
    path("search/complete/", CompletionView.as_view(), name="api-search-complete"),
    path("status/", StatusView.as_view(), name="api-status"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs, name="api-docs"),
]
