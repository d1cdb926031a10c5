"""/executions/export/: what an incident export will hold, and the file itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from execlogs.export import FORMATS, MOST, Format, Incident, Report
from execlogs.form import ExecutionsForm
from execlogs.names import names_in
from execlogs.wishes import Reader
from opsnotes.incidentnotes import count_of, notes_of
from opsnotes.streaming import spoken


@require_safe
def incident(request: HttpRequest) -> HttpResponseBase:
    asked = Asked(request)
    form = FORMATS.get(request.GET.get("as", ""))
    if form is None or asked.incident is None:
        return _preview(request, asked)
    return _sent(asked.report(asked.incident), form)


@dataclass(frozen=True)
class Asked:
    """What an address of the export asks for."""

    request: HttpRequest

    @cached_property
    def reader(self) -> Reader:
        return Reader.of(self.request.user)

    @cached_property
    def form(self) -> ExecutionsForm:
        form = ExecutionsForm(self.request.GET)
        form.wish()
        spaces = [space.pk for space in self.reader.spaces]
        form.offer(self.reader.spaces, names_in(spaces, "who"), names_in(spaces, "host"))
        return form

    @cached_property
    def incident(self) -> Incident | None:
        """None as long as no window of time is asked for."""
        wish = self.form.wish()
        return Incident(self.reader, wish) if wish.since and not self.form.errors else None

    @property
    def note_count(self) -> int:
        return count_of(self.incident, self.request.user) if self.incident else 0

    @property
    def downloads(self) -> list[tuple[Format, str]]:
        """And their addresses."""
        asked = self.request.GET.copy()
        addresses = []
        for name, form in FORMATS.items():
            asked["as"] = name
            addresses.append((form, f"?{asked.urlencode()}"))
        return addresses

    @property
    def narrowed(self) -> list[tuple[str, str]]:
        """By what else than time, in words."""
        fields = self.form.fields
        shown = {name: value for name, value in self.form.cleaned_data.items() if value}
        return [
            (str(fields[name].label or name), str(value))
            for name, value in shown.items()
            if name not in {"since", "until", "when"}
        ]

    def report(self, incident: Incident) -> Report:
        address = self.request.build_absolute_uri
        user = self.request.user
        asked = self.request.GET.copy()
        asked.pop("as", None)
        return Report(
            made_at=timezone.now(),
            made_by=user.get_username() if user.is_authenticated else "",
            url=address(f"{reverse('executions')}?{asked.urlencode()}"),
            since=incident.wish.since,
            until=incident.wish.until,
            narrowed=self.narrowed,
            count=incident.count,
            is_cut=incident.is_cut,
            zone=timezone.get_current_timezone(),
            executions=incident.told(address),
            notes=partial(notes_of, incident, user, address),
        )


def _preview(request: HttpRequest, asked: Asked) -> HttpResponse:
    return render(
        request, "execlogs/incident.html", {"asked": asked, "incident": asked.incident, "most": MOST}
    )


def _sent(report: Report, form: Format) -> HttpResponseBase:
    """Sent while it is made, since it may be longer than the memory there is."""
    response = StreamingHttpResponse(_pieces(report, form), content_type=form.media_type)
    name = f"executions-{timezone.localtime(report.made_at):%Y%m%d-%H%M}{form.ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


def _pieces(report: Report, form: Format) -> Iterator[str]:
    return spoken(form.told(report), translation.get_language(), report.zone)
