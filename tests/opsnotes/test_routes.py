"""Who gets what, for every address. A route without its row fails, and so does a row without its route."""

import json
from dataclasses import dataclass

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from inbox.keys import feed_key_of, stop_token
from inbox.models import Delivery, Notice, Watch, Webhook
from inbox.watching import watch
from lineage import refresh as lineage_refresh
from lineage.models import BasketItem
from notebooks import blobs, moving, sidefiles
from notebooks.ingest import ingest
from notebooks.models import Batch, BatchItem, NotebookAsset
from notebooks.rendering import FRAME
from opsnotes import loginlink, status
from opsnotes.models import ApiToken
from search import refresh
from search.models import SavedSearch
from stickies import writing
from stickies.digests import digest_of
from stickies.door.keys import make_key
from stickies.drafts import At, Draft
from stickies.models import DoorKey
from sync import keeping
from sync.models import Probe, Source, SourceFile
from tests.builders import PASSWORD, display, make_notebook, make_space, make_user, stream
from tests.execlogs.making import make_execution
from tests.search.conftest import use

pytestmark = pytest.mark.django_db

# Everything here is about one private space and what is in it. The reader and the writer are in it; the stranger
# and the staff (a superuser) are not. 302 is the way to login for anonymous, and "done, go on" after a POST.
#
# route                    method anonymous stranger reader writer staff
TABLE = """
home                       GET    302 200 200 200 200
search                     GET    200 200 200 200 200
search-complete            GET    200 200 200 200 200
search-suggestions         GET    200 200 200 200 200
search-operators           GET    200 200 200 200 200
opensearch                 GET    200 200 200 200 200
entity                     GET    200 200 200 200 200
search-error               GET    200 200 200 200 200
search-error               POST   200 200 200 200 200
saved-searches             GET    302 200 200 200 200
saved-search-new           GET    302 200 200 200 200
saved-search-new           POST   302 302 302 302 302
saved-search               GET    404 404 302 302 404
saved-search-edit          GET    302 404 403 200 404
saved-search-edit          POST   302 404 403 302 404
saved-search-delete        POST   302 404 403 302 404
saved-search-tell          POST   302 404 302 302 404
search-history-clear       POST   302 302 302 302 302
browse                     GET    404 404 200 200 404
family                     GET    404 404 200 200 404
runbook-short              GET    404 404 301 301 404
runbook                    GET    404 404 200 200 404
revision                   GET    404 404 200 200 404
report                     GET    404 404 200 200 404
download                   GET    404 404 200 200 404
file                       GET    404 404 200 200 404
asset                      GET    404 404 200 200 404
cell-outputs               GET    404 404 200 200 404
output                     GET    404 404 200 200 404
frame                      GET    404 404 200 200 404
side-file                  GET    404 404 200 200 404

linked-from                GET    404 404 200 200 404
history                    GET    404 404 200 200 404
runs                       GET    404 404 200 200 404
runs-cells                 GET    404 404 200 200 404
pin                        POST   302 404 403 302 404
make-current               POST   302 404 403 302 404
move                       GET    302 404 403 200 404
move                       POST   302 404 403 302 404
delete                     GET    302 404 403 200 404
delete                     POST   302 404 403 302 404
restore                    POST   302 404 403 302 404

upload                     GET    302 200 200 200 200
upload                     POST   302 422 422 302 422
batches                    GET    302 200 200 200 200
batch                      GET    302 404 200 200 404
batch-retry                POST   302 404 403 302 404

spaces                     GET    200 200 200 200 200
space-new                  GET    302 200 200 200 200
space-new                  POST   302 302 302 302 302
space                      GET    404 404 200 200 404
space                      POST   404 404 403 302 404
bin                        GET    302 404 403 200 404

activity                   GET    200 200 200 200 200
executions                 GET    200 200 200 200 200
execution                  GET    404 404 200 200 404
execution-output           GET    404 404 200 200 404
execution-whole            GET    404 404 200 200 404
execution-sitting          GET    404 404 200 200 404
cell-history               GET    404 404 200 200 404
execution-compare          GET    404 404 200 200 404
execution-compare-choice   GET    302 302 302 302 302
incident                   GET    200 200 200 200 200
related                    GET    404 404 200 200 404
compare                    GET    404 404 200 200 404
diff                       GET    404 404 200 200 404

basket                     GET    302 200 200 200 200
basket                     POST   302 302 302 302 302
basket-add                 POST   302 404 302 302 404
basket-order               POST   302 302 302 302 302
basket-drop                POST   302 302 302 302 302
basket-clear               POST   302 302 302 302 302
basket-undo                POST   302 302 302 302 302
basket-download            GET    302 302 200 200 302
basket-download            POST   302 302 200 200 302
basket-push                GET    302 302 200 200 302
basket-push                POST   302 302 302 302 302

notes                      GET    200 200 200 200 200
notes-resolve              POST   302 302 302 302 302
note-new                   GET    302 404 200 200 404
note-new                   POST   302 404 302 302 404
note                       GET    404 404 200 200 404
note-reply                 GET    302 404 200 200 404
note-reply                 POST   302 404 302 302 404
note-edit                  GET    302 404 403 200 404
note-edit                  POST   302 404 403 302 404
note-resolve               POST   302 404 302 302 404
note-delete                GET    302 404 403 200 404
note-delete                POST   302 404 403 302 404
note-history               GET    404 404 200 200 404
note-difference            GET    404 404 200 200 404
titled                     GET    302 200 200 200 200
titled                     POST   302 403 302 302 403
pad                        GET    302 404 302 302 404
ep-weave-search            GET    403 403 403 403 403
door-keys                  GET    302 404 403 200 404
door-keys                  POST   302 404 403 200 404
door-key-revoke            POST   302 404 403 302 404

inbox                      GET    302 200 200 200 200
inbox-open                 GET    302 404 302 302 404
inbox-read                 POST   302 302 302 302 302
inbox-settings             GET    302 200 200 200 200
inbox-settings             POST   302 302 302 302 302
feeds-renew                POST   302 302 302 302 302
mail-stop                  GET    200 200 200 200 200
mail-stop                  POST   200 200 200 200 200
watches                    GET    302 200 200 200 200
watch                      POST   302 404 302 302 404
watch-change               POST   302 302 302 302 302
feed-inbox                 GET    404 200 200 200 200
feed-runbook               GET    404 404 200 200 404
feed-space                 GET    404 404 200 200 404
feed-search                GET    404 404 200 200 404
webhooks                   GET    302 404 403 200 404
webhooks                   POST   302 404 403 302 404
webhook                    GET    302 404 403 200 404
webhook                    POST   302 404 403 302 404
webhook-delete             POST   302 404 403 302 404
webhook-secret             POST   302 404 403 302 404
delivery-again             POST   302 404 403 302 404

sources                    GET    302 200 200 200 200
source-new                 GET    302 200 200 200 200
source-new                 POST   302 403 403 302 403
source                     GET    302 404 200 200 404
source-edit                GET    302 404 403 200 404
source-edit                POST   302 404 403 302 404
source-delete              GET    302 404 403 200 404
source-delete              POST   302 404 403 302 404
source-gone                GET    302 404 200 200 404
source-run                 POST   302 404 403 302 404
source-test                POST   302 404 403 302 404
source-pause               POST   302 404 403 302 404
source-open                GET    302 404 403 404 404
push                       GET    302 404 200 200 404
push                       POST   302 404 422 422 404
open-in-jupyter            GET    302 404 404 404 404

login                      GET    200 302 302 302 302
login                      POST   302 302 302 302 302
login-link                 GET    200 200 200 200 200
login-link                 POST   302 302 302 302 302
logout                     POST   302 302 302 302 302
account                    GET    302 200 200 200 200
account                    POST   302 302 302 302 302
account-password           POST   302 302 302 302 302
token-new                  POST   302 200 200 200 200
token-revoke               POST   302 404 404 302 404
appearance                 POST   302 302 302 302 302
admin/login/               GET    302 403 403 403 403
healthz                    GET    200 200 200 200 200
readyz                     GET    200 200 200 200 200

api-spaces-list            GET    401 200 200 200 200
api-spaces-list            POST   401 201 201 201 201
api-spaces-detail          GET    401 404 200 200 404
api-spaces-detail          PATCH  401 404 403 200 404
api-uploads-list           POST   401 404 403 202 404
api-uploads-detail         GET    401 404 200 200 404
api-uploads-files          POST   401 404 403 202 404
api-uploads-items          GET    401 404 200 200 404
api-uploads-retry          POST   401 404 403 202 404
api-notebooks-list         GET    401 200 200 200 200
api-notebooks-detail       GET    401 404 200 200 404
api-notebooks-detail       PATCH  401 404 403 200 404
api-notebooks-detail       DELETE 401 404 403 204 404
api-notebooks-restore      POST   401 404 403 200 404
api-notebooks-file         GET    401 404 200 200 404
api-notebooks-revisions    GET    401 404 200 200 404
api-basket-list            GET    401 200 200 200 200
api-basket-list            POST   401 404 201 201 404
api-basket-list            PATCH  401 200 200 200 200
api-basket-list            DELETE 401 204 204 204 204
api-basket-detail          DELETE 401 204 204 204 204
api-basket-notebook        GET    401 404 200 200 404
api-notebooks-runs         GET    401 404 200 200 404
api-notebooks-pin          GET    401 404 200 200 404
api-notebooks-pin          PUT    401 404 403 200 404
api-notes-list             GET    401 200 200 200 200
api-notes-list             POST   401 404 201 201 404
api-notes-detail           GET    401 404 200 200 404
api-notes-detail           PATCH  401 404 403 200 404
api-notes-detail           DELETE 401 404 403 204 404
api-executions-list        GET    401 200 200 200 200
api-executions-list        POST   401 404 403 201 404
api-executions-detail      GET    401 404 200 200 404
api-compare                GET    401 404 200 200 404
api-memes-detail           GET    401 404 200 200 404
api-memes-cells            GET    401 404 200 200 404
api-notebooks-related      GET    401 404 200 200 404
api-activity               GET    401 200 200 200 200
api-activity-journeys      GET    401 200 200 200 200
api-sources-list           GET    401 200 200 200 200
api-sources-list           POST   401 404 403 201 404
api-sources-detail         GET    401 404 200 200 404
api-sources-detail         PATCH  401 404 403 200 404
api-sources-detail         DELETE 401 404 403 204 404
api-sources-sync           POST   401 404 403 202 404
api-sources-test           GET    401 404 403 200 404
api-sources-test           POST   401 404 403 202 404
api-search                 GET    401 200 200 200 200
api-search-complete        GET    401 200 200 200 200
api-saved-searches-list    GET    401 200 200 200 200
api-saved-searches-list    POST   401 404 403 201 404
api-saved-searches-detail  GET    401 404 200 200 404
api-saved-searches-detail  PATCH  401 404 403 200 404
api-saved-searches-detail  DELETE 401 404 403 204 404
api-status                 GET    401 200 200 200 200
api-schema                 GET    200 200 200 200 200
api-docs                   GET    200 200 200 200 200
"""
PEOPLE = ("anonymous", "stranger", "reader", "writer", "staff")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Lists of what one may see: nothing of the space in them for who is not in it.
LISTS = (
    "home",
    "activity",
    "search",
    "search-complete",
    "search-suggestions",
    "spaces",
    "batches",
    "upload",
    "basket",
    "basket-download",
    "basket-push",
    "executions",
    "incident",
    "notes",
    "titled",
    "inbox",
    "watches",
    "feed-inbox",
    "inbox-settings",
    "api-spaces-list",
    "api-notebooks-list",
    "api-basket-list",
    "api-notes-list",
    "api-executions-list",
    "api-basket-notebook",
    "api-search",
    "api-search-complete",
    "sources",
    "api-sources-list",
    "saved-searches",
    "saved-search-new",
    "api-saved-searches-list",
)
# What notebooks brought along, under policies of their own.
BYTES = ("asset", "frame", "side-file")
# In every name, path and cell of the space, and in no address: a leak anywhere is found by looking for it.
SECRET = "zanzibar"
# Searched for; it stands in the same cells.
NEEDLE = "needle"
HEADING = ("markdown", "# How it is done")  # the title, which addresses end with
AS_JSON = ("api-executions-list",)  # which takes no files
OF_AN_EXECUTION = (
    "execution",
    "execution-output",
    "execution-whole",
    "execution-sitting",
    "api-executions-detail",
)
# What they are asked for.
ASKED = {
    "source-new": "kind=jupyter",
    "incident": "since=2020-01-01",
    "execution-compare-choice": "a=1&b=2",
    "search-complete": "q=space:",
    "api-search-complete": "q=space:",
    "search-suggestions": "q=space:",
}
LOG = (
    "ls\n----\npath: /home/kato/.log/1.log\nstart time: 2026-05-02 12:00:00(UTC)\n----\n\n----\n"
    "end time: 2026-05-02 12:00:01(UTC)\n0 chunks with matched keywords or errors\n----\nexecute_reply_status: ok\n"
)
# Who has the address may use it, whoever they are: the page is for mail programs, which press its button themselves.
BY_ADDRESS_ALONE = ("mail-stop",)
OF_A_SOURCE = (
    "source", "source-edit", "source-delete", "source-gone", "source-run", "source-test", "source-pause",
    "source-open",
    "api-sources-detail", "api-sources-sync", "api-sources-test",
)  # fmt: skip
OF_A_SAVED_SEARCH = (
    "saved-search", "saved-search-edit", "saved-search-delete", "saved-search-tell",
    "api-saved-searches-detail",
)  # fmt: skip
SEARCHES = ("search", "api-search", "api-notebooks-list")
COMPARISONS = ("compare", "api-compare")


@dataclass(frozen=True)
class Row:
    route: str
    method: str
    expected: dict[str, int]

    def __str__(self):
        return f"{self.method} {self.route}"


def rows():
    for line in TABLE.strip().splitlines():
        if line:
            route, method, *statuses = line.split()
            yield Row(route, method, dict(zip(PEOPLE, map(int, statuses), strict=True)))


ROWS = list(rows())


def routes(resolver=None, prefix="", namespace=""):
    """Every address: its name, or the address itself where it has none; the admin's apart."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, prefix + str(pattern.pattern), pattern.namespace or namespace)
        else:
            name = pattern.name or prefix + str(pattern.pattern)
            yield f"{namespace}:{name}" if namespace else name


class World:
    """A private space with one of everything in it."""

    def __init__(self):
        self.people = {name: make_user(name) for name in PEOPLE if name not in ("anonymous", "staff")}
        self.people["staff"] = make_user("staff", is_staff=True, is_superuser=True)
        self.people["anonymous"] = None
        self.space = make_space(
            "ops", name=SECRET, readers=[self.people["reader"]], writers=[self.people["writer"]]
        )
        self.notebook = self._notebook(f"{SECRET}.ipynb")
        self.deleted = ingest(self.space, f"{SECRET}/deleted.ipynb", make_notebook("df")).notebook
        moving.delete(self.deleted, self.people["writer"])
        side = ContentFile(SECRET.encode())
        sidefiles.store(self.space, "README.md", *blobs.put_file(side))
        self.batch = Batch.objects.create(
            kind=Batch.Kind.UPLOAD, space=self.space, by=self.people["writer"], folder=SECRET, is_open=True
        )
        BatchItem.objects.create(
            batch=self.batch,
            kind=BatchItem.Kind.NOTEBOOK,
            path=f"{SECRET}/b.ipynb",
            sha256="0" * 64,
            state="failed",
        )
        ApiToken.make(self.people["writer"], "cron")
        self.note = self._note()
        self.execution = self._execution()
        make_key(self.space, SECRET, self.people["writer"])
        self.told, self.watched = self._told()
        self.webhook = Webhook.objects.create(
            space=self.space, name=SECRET, url="https://hooks.example.org/x"
        )
        self.delivery = Delivery.objects.create(
            webhook=self.webhook, key="note:1", what="note", told={"title": SECRET}
        )
        self.source = self._source()
        self.saved = SavedSearch.objects.create(
            name=SECRET, text=NEEDLE, space=self.space, author_name=SECRET
        )
        lineage_refresh.catch_up()
        # The stranger and the staff collected it while they were in the space.
        self.held = {
            name: BasketItem.objects.create(
                user=person, revision=self.notebook.revision, index=1, position=0
            ).pk
            for name, person in self.people.items()
            if person
        }
        refresh.rebuild()

    def _source(self):
        address = "https://lab.example.org/"
        source = Source(kind="jupyter", name=SECRET, space=self.space, folder="lab", address=address)
        keeping.keep(source)
        Probe.objects.create(source=source, state="done")
        gone = {"kind": "notebook", "path": f"{SECRET}.ipynb", "gone_since": timezone.now()}
        SourceFile.objects.create(source=source, notebook=self.notebook, **gone)
        return source

    def _notebook(self, path):
        pixel = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
        )
        lively = "<script>document.title = 1</script><p>hello</p>"
        outputs = [
            display({"image/png": pixel}),
            stream("\n".join(f"line {number}" for number in range(3000))),
            display({"text/html": lively}),
        ]
        ingest(self.space, path, make_notebook(HEADING, f"echo {SECRET} {NEEDLE}"))
        return ingest(
            self.space, path, make_notebook(HEADING, ("code", f"echo {SECRET} {NEEDLE}", outputs))
        ).notebook

    def _told(self):
        """The stranger and the staff were told and watched while they were in the space; each a notice and a watch."""
        told, watched = {}, {}
        for name, person in self.people.items():
            if person:
                for of in (
                    {"notebook": self.notebook},
                    {"space": self.space},
                    {"space": self.space, "folder": SECRET},
                ):
                    watch(person, **of)
                watched[name] = Watch.objects.filter(user=person).first().pk
                told[name] = Notice.objects.create(
                    user=person, key="note:1", what="note", space=self.space, title=SECRET, excerpt=SECRET,
                    actor_name=SECRET, notebook=self.notebook, url=self.notebook.get_absolute_url(),
                ).pk  # fmt: skip
        return told, watched

    def asset(self, kind):
        granted = NotebookAsset.objects.filter(notebook=self.notebook).select_related("asset")
        types = {each.asset.media_type: each.asset_id for each in granted}
        if kind == "asset":
            return types["image/png"]
        if kind == "frame":
            return types[FRAME]
        return next(sha256 for media_type, sha256 in types.items() if media_type not in ("image/png", FRAME))

    def _execution(self):
        cell = self.notebook.cells.get(index=1)
        lines = "\n".join(f"{SECRET} {number}" for number in range(200))
        return make_execution(
            self.space,
            f"echo {SECRET}",
            output=lines,
            notebook=self.notebook,
            meme=cell.meme,
            who=SECRET,
            host=SECRET,
        )

    def _note(self):
        """Written, and changed once, by the writer."""
        place = At.cell(self.notebook, self.notebook.cells.get(index=1))
        writer = self.people["writer"]
        note = writing.write(Draft(self.space, place, f"{SECRET} at first"), writer)
        return writing.edit(note, writer, seen=digest_of(note.body), body=f"{SECRET} #{SECRET}")

    def url(self, route, person="writer"):
        arguments = self._own(route, person) or self._arguments(route)
        path = f"/{route}" if "/" in route else reverse(route, args=arguments)
        if route in ASKED:
            return f"{path}?{ASKED[route]}"
        if route == "note-new":
            return f"{path}?notebook={self.notebook.pk}&index=1"
        if route == "ep-weave-search":  # only a key opens it, whoever is signed in
            return f"{path}?q={NEEDLE}&apikey=wrong"
        if route == "note-difference":
            return f"{path}?at={self.notebook.pk}:1"
        if route in COMPARISONS:
            return f"{path}?a={self.notebook.pk}@1&b={self.notebook.pk}"
        return f"{path}?q={NEEDLE}" if route in SEARCHES else path

    def _own(self, route, person):
        """Of routes that lead to something of each person's own."""
        key = feed_key_of(self.people[person]) if self.people[person] else "0-0"
        return {
            "api-basket-detail": [self.held.get(person, 0)],
            "inbox-open": [self.told.get(person, self.told["reader"])],
            "watch-change": [self.watched.get(person, self.watched["reader"])],
            "entity": ["host", "web-02.example.org"],
            "feed-inbox": [key],
            "feed-runbook": [key, self.notebook.pk],
            "feed-space": [key, "ops"],
            "feed-search": [key, self.saved.pk],
        }.get(route)

    def _arguments(self, route):
        pk = self.notebook.pk
        meme = str(self.notebook.cells.get(index=1).meme)
        arguments = {
            "family": [meme],
            "api-memes-detail": [meme],
            "api-memes-cells": [meme],
            "browse": ["ops", ""],
            "runbook": [pk, self.notebook.slug],
            "revision": [pk, 1],
            "diff": [pk, 1, 2],
            "make-current": [pk, 1],
            "download": [pk, "script"],
            "cell-outputs": [pk, 1],
            "restore": [self.deleted.pk],
            "api-notebooks-restore": [self.deleted.pk],
            "side-file": ["ops", "README.md"],
            "token-revoke": [ApiToken.objects.values_list("pk", flat=True).first()],
            "mail-stop": [stop_token(self.people["reader"].pk, self.watched["reader"])],
            "webhooks": ["ops"],
            "webhook": ["ops", self.webhook.pk],
            "webhook-delete": ["ops", self.webhook.pk],
            "webhook-secret": ["ops", self.webhook.pk],
            "delivery-again": ["ops", self.webhook.pk, self.delivery.pk],
            "space": ["ops"],
            "bin": ["ops"],
            "titled": [meme],
            "pad": [self.note.pk],
            "door-keys": ["ops"],
            "door-key-revoke": ["ops", DoorKey.objects.values_list("pk", flat=True).first()],
            "api-spaces-detail": ["ops"],
            **{name: [self.saved.pk] for name in OF_A_SAVED_SEARCH},
            **{name: [self.source.pk] for name in OF_A_SOURCE},
            **{name: [self.execution.pk] for name in OF_AN_EXECUTION},
            "execution-compare": [self.execution.pk, self.execution.pk],
            "cell-history": [meme],
        }
        if route in ("asset", "output", "frame"):
            return [pk, self.asset(route)]
        if route == "login-link":
            return loginlink.path_for(self.people["reader"]).split("/")[3:4]
        if route in arguments:
            return arguments[route]
        if route in ("note", "api-notes-detail") or (route.startswith("note-") and route != "note-new"):
            return [self.note.pk]
        if route.startswith(("batch", "api-uploads-")) and route not in ("batches", "api-uploads-list"):
            return [self.batch.pk]
        takes_a_notebook = route in (
            "runbook-short", "report", "file", "linked-from", "history", "move", "delete", "runs", "runs-cells", "pin",
            "push", "open-in-jupyter",
            "related",
        )  # fmt: skip
        return (
            [pk]
            if takes_a_notebook
            or route.startswith(("api-notebooks-d", "api-notebooks-f", "api-notebooks-r", "api-notebooks-p"))
            else []
        )

    def _source_form(self, **fields):
        address = "https://lab.example.org/"
        numbers = {"most_requests": 4, "patience": 30, "every_minutes": 10}
        return {"name": SECRET, "space": "ops", "address": address, "time_zone": "UTC", **numbers, **fields}

    def data(self, route, person):
        """What makes the request a good one, so that only the person decides."""
        new = "another battery staple"
        file = SimpleUploadedFile("c.ipynb", make_notebook("ls"))
        return {
            "pin": {"says": "template"},
            "note-new": {"body": SECRET, "kind": "tip", "space": "ops"},
            "note-reply": {"body": SECRET},
            "api-notes-list": {"notebook": self.notebook.pk, "index": 1, "body": SECRET},
            "api-notes-detail": {"body": "other words"},
            "api-executions-list": {"log": LOG, "space": "ops"},
            "note-edit": {"body": "other words", "kind": "hazard", "seen": digest_of(self.note.body)},
            "api-notebooks-pin": {"says": "template"},
            "move": {"space": "ops", "path": "moved.ipynb"},
            "upload": {"space": "ops", "files": file, "paths": "c.ipynb"},
            "space": {"name": "Ops", "writers": "writer", "readers": "reader"},
            "space-new": {"name": "New", "writers": person},
            "login": {"username": "reader", "password": PASSWORD},
            "account": {"language": "", "time_zone": "", "theme": "", "shortcuts": "on"},
            "account-password": {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
            "token-new": {"name": "new"},
            "titled": {"body": "new", "kind": "tip", "space": "ops"},
            "door-keys": {"name": "new"},
            "appearance": {"theme": "dark"},
            "basket": {"name": "New"},
            "inbox-read": {"until": 10**9},
            "inbox-settings": {"when": "off", "hour": 8},
            "watch": {"notebook": self.notebook.pk},
            "watch-change": {"do": "mute"},
            "source-new": self._source_form(folder="new"),
            "source-edit": self._source_form(folder="lab"),
            "api-sources-list": self._source_form(folder="new") | {"kind": "jupyter"},
            "api-sources-detail": {"name": "Other"},
            "webhooks": {"name": "New", "url": "https://hooks.example.org/y", "form": "json"},
            "webhook": {"name": "New", "url": "https://hooks.example.org/y", "form": "json"},
            "basket-add": {"cell": f"{self.notebook.revision_id}:0"},
            "basket-order": {"item": self.held.get(person, 0), "to": 0},
            "basket-drop": {"item": self.held.get(person, 0)},
            "api-basket-list": {
                "notebook": self.notebook.pk,
                "index": 0,
                "order": [self.held.get(person, 0)],
            },
            "saved-search-new": {"name": "New", "q": NEEDLE, "sort": "best"},
            "saved-search-edit": {"name": "New", "q": NEEDLE, "sort": "best", "shared": "ops"},
            "api-saved-searches-list": {"name": "New", "q": NEEDLE, "space": "ops"},
            "api-saved-searches-detail": {"name": "New"},
            "api-spaces-list": {"name": "New"},
            "api-spaces-detail": {"name": "Renamed"},
            "api-uploads-list": {"space": "ops", "files": file, "paths": "c.ipynb"},
            "api-uploads-files": {"files": file, "paths": "c.ipynb"},
            "api-notebooks-detail": {"path": "moved.ipynb"},
        }.get(route, {})


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    use(settings, tmp_path, "tantivy")
    monkeypatch.setattr(status.app.control, "ping", lambda **_: [{"worker": "pong"}])
    return World()


def ask(world, route, method, person, **client_options):
    """One request, undone afterwards."""
    client = Client(raise_request_exception=True, **client_options)
    if world.people[person]:
        client.force_login(world.people[person])
    data = world.data(route, person) if method != "GET" else {}
    with transaction.atomic():
        if method in ("PATCH", "PUT", "DELETE"):
            response = client.generic(
                method, world.url(route, person), json.dumps(data, default=str), "application/json",
                headers={"If-Match": "*"},
            )  # fmt: skip
        else:
            form = {"content_type": "application/json"} if route in AS_JSON else {}
            response = getattr(client, method.lower())(world.url(route, person), data, **form)
        transaction.set_rollback(True)
    return response


def text_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_every_route_has_its_row_and_every_row_its_route():
    found = {route for route in routes() if not route.startswith("admin:")}
    assert {row.route for row in ROWS} == found
    assert len({(row.route, row.method) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_person_gets_what_the_table_says(world, row):
    got = {person: ask(world, row.route, row.method, person).status_code for person in PEOPLE}
    assert got == row.expected


def test_a_method_without_a_row_is_not_allowed(world):
    listed = {(row.route, row.method) for row in ROWS}
    for route in {row.route for row in ROWS}:
        # Who is logged in is led on from the login page, whatever the method.
        person = "anonymous" if route == "login" else "writer"
        for method in METHODS:
            if (route, method) not in listed:
                assert ask(world, route, method, person).status_code == 405, (method, route)


def test_nothing_is_written_on_the_word_of_another_site(world):
    for row in ROWS:
        if row.method != "GET":
            response = ask(world, row.route, row.method, "writer", enforce_csrf_checks=True)
            assert response.status_code == (200 if row.route in BY_ADDRESS_ALONE else 403), str(row)


def test_nothing_of_a_private_space_shows_to_who_is_not_in_it(world):
    for row in ROWS:
        for person in ("anonymous", "stranger", "staff"):
            assert SECRET.encode() not in text_of(ask(world, row.route, row.method, person)), (
                person,
                str(row),
            )


@pytest.mark.parametrize("route", LISTS)
def test_lists_show_it_to_who_is_in_it(world, route):
    assert SECRET.encode() in text_of(ask(world, route, "GET", "writer"))


def test_every_page_forbids_what_is_not_ours(world):
    for row in ROWS:
        policy = ask(world, row.route, row.method, "writer").headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, str(row)
        if row.route in BYTES:  # sandboxed: what a notebook brought never runs as ours
            assert policy.startswith("sandbox"), str(row)
        else:
            assert "unsafe" not in policy, str(row)


def test_a_space_that_is_public_is_read_by_everybody_and_changed_by_nobody_else(world):
    world.space.is_public = True
    world.space.save()
    got = {}
    for row in ROWS:
        if row.expected["stranger"] == 404 and row.route != "token-revoke":
            person = "stranger" if row.route.startswith(("api-", "feed-")) else "anonymous"
            got[str(row)] = (ask(world, row.route, row.method, person).status_code, row.expected["reader"])
    wrong = {key: seen for key, seen in got.items() if seen[0] != seen[1] and seen[0] not in (302, 403)}
    assert wrong == {}


@pytest.mark.parametrize("person", ["anonymous", "stranger", "reader", "writer"])
def test_the_administration_is_for_staff(world, person):
    names = {route for route in routes() if route.startswith("admin:") and "/" not in route}
    assert "admin:index" in names
    for name in sorted(names - {"admin:login", "admin:logout"}):
        response = ask_admin(world, name, person)
        assert response.status_code in (302, 404), name
        if response.status_code == 302:
            assert response["Location"].startswith("/admin/login/"), name


def ask_admin(world, name, person):
    client = Client()
    if world.people[person]:
        client.force_login(world.people[person])
    return client.get(admin_url(name))


def admin_url(name):
    for arguments in ([], ["1"], ["1", "1"], ["auth"], ["anything"]):
        try:
            return reverse(name, args=arguments)
        except Exception:  # noqa: BLE001  the next one fits
            continue
    raise AssertionError(name)


@pytest.mark.parametrize("kind", ["space", "notebook", "revision", "batch", "batchitem"])
def test_staff_look_things_up_in_the_administration_and_change_no_content(world, kind):
    client = Client()
    client.force_login(world.people["staff"])
    listing = client.get(reverse(f"admin:notebooks_{kind}_changelist"), {"q": "a"})
    assert listing.status_code == 200
    if kind != "space":
        assert client.get(reverse(f"admin:notebooks_{kind}_add")).status_code == 403
        pk = {"notebook": world.notebook.pk, "revision": world.notebook.revision_id, "batch": world.batch.pk}
        page = reverse(f"admin:notebooks_{kind}_change", args=[pk.get(kind, BatchItem.objects.first().pk)])
        assert client.get(page).status_code == 200
        assert client.post(page, {"title": "forged"}).status_code == 403
