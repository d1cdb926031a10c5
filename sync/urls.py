from django.urls import URLPattern, URLResolver, path

from sync.views import acting, editing, pushing, sources

urlpatterns: list[URLPattern | URLResolver] = [
    path("sources/", sources.sources, name="sources"),
    path("sources/new/", editing.source_new, name="source-new"),
    path("sources/<int:pk>/", sources.source, name="source"),
    path("sources/<int:pk>/edit/", editing.source_edit, name="source-edit"),
    path("sources/<int:pk>/delete/", editing.source_delete, name="source-delete"),
    path("sources/<int:pk>/gone/", sources.gone, name="source-gone"),
    path("sources/<int:pk>/run/", acting.source_run, name="source-run"),
    path("sources/<int:pk>/test/", acting.source_test, name="source-test"),
    path("sources/<int:pk>/pause/", acting.source_pause, name="source-pause"),
    path("sources/<int:pk>/open/", pushing.source_open, name="source-open"),
    path("n/<int:pk>/push/", pushing.push, name="push"),
    path("n/<int:pk>/jupyter/", pushing.open_in_jupyter, name="open-in-jupyter"),
    path("basket/push/", pushing.basket_push, name="basket-push"),
]
