from django.urls import URLPattern, URLResolver, path

from stickies.views import board, threads, writing

urlpatterns: list[URLPattern | URLResolver] = [
    path("notes/", board.notes, name="notes"),
    path("notes/resolve/", board.resolve_many, name="notes-resolve"),
    path("notes/new/", writing.new, name="note-new"),
    path("notes/<int:pk>/", threads.note, name="note"),
    path("notes/<int:pk>/reply/", writing.reply, name="note-reply"),
    path("notes/<int:pk>/edit/", writing.edit, name="note-edit"),
    path("notes/<int:pk>/resolve/", writing.settle, name="note-resolve"),
    path("notes/<int:pk>/delete/", writing.delete, name="note-delete"),
    path("notes/<int:pk>/history/", threads.history, name="note-history"),
    path("notes/<int:pk>/difference/", threads.difference, name="note-difference"),
]
