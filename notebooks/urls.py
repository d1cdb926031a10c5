from django.urls import URLPattern, URLResolver, path, register_converter

from notebooks.converters import Sha256Converter
from notebooks.views import files, history, links, moving, spaces, uploads

register_converter(Sha256Converter, "sha256")

urlpatterns: list[URLPattern | URLResolver] = [
    path("upload/", uploads.upload, name="upload"),
    path("batches/", uploads.batches, name="batches"),
    path("batches/<int:pk>/", uploads.batch, name="batch"),
    path("batches/<int:pk>/retry/", uploads.retry, name="batch-retry"),
    path("spaces/", spaces.spaces, name="spaces"),
    path("spaces/new/", spaces.space_new, name="space-new"),
    path("spaces/<slug:slug>/", spaces.space, name="space"),
    path("spaces/<slug:slug>/bin/", spaces.space_bin, name="bin"),
    path("n/<int:pk>/file", files.file, name="file"),
    path("n/<int:pk>/assets/<sha256:sha256>", files.asset, name="asset"),
    path("n/<int:pk>/cells/<int:index>/outputs", files.cell_outputs, name="cell-outputs"),
    path("n/<int:pk>/outputs/<sha256:sha256>", files.output, name="output"),
    path("n/<int:pk>/frame/<sha256:sha256>", files.frame, name="frame"),
    path("files/<slug:slug>/<path:path>", files.side_file, name="side-file"),
    path("n/<int:pk>/history/", history.history, name="history"),
    path("n/<int:pk>/linked-from/", links.linked_from, name="linked-from"),
    path("n/<int:pk>/v/<int:number>/current/", history.make_current, name="make-current"),
    path("n/<int:pk>/move/", moving.move, name="move"),
    path("n/<int:pk>/delete/", moving.delete, name="delete"),
    path("n/<int:pk>/restore/", moving.restore, name="restore"),
]
