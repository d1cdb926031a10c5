from django.urls import URLPattern, URLResolver, path

from notebooks.views import history, moving, spaces

urlpatterns: list[URLPattern | URLResolver] = [
    path("spaces/", spaces.spaces, name="spaces"),
    path("spaces/new/", spaces.space_new, name="space-new"),
    path("spaces/<slug:slug>/", spaces.space, name="space"),
    path("spaces/<slug:slug>/bin/", spaces.space_bin, name="bin"),
    path("n/<int:pk>/history/", history.history, name="history"),
    path("n/<int:pk>/v/<int:number>/current/", history.make_current, name="make-current"),
    path("n/<int:pk>/move/", moving.move, name="move"),
    path("n/<int:pk>/delete/", moving.delete, name="delete"),
    path("n/<int:pk>/restore/", moving.restore, name="restore"),
]
