"""What was run and what came out, as a page shows it, as text, and whole."""

from __future__ import annotations

from django.urls import reverse

from execlogs.models import Execution, Transcript
from execlogs.parsing import InvalidLog, parse_log
from notebooks import blobs
from notebooks.parsing.model import CellType, Output, OutputKind, ParsedCell
from notebooks.rendering import Place, Rendered, SafeHtml, place, raw_text, render, whole_output


def transcript_of(execution: Execution) -> Transcript:
    """An empty one where nothing tells what was run."""
    found = Transcript.objects.filter(execution=execution).first()
    return found or Transcript(execution=execution)


def shown(execution: Execution, transcript: Transcript, language: str) -> SafeHtml:
    """Code and output, as on a runbook's page; a long output's rest is asked for."""
    return place(_rendered(transcript, language).html, _place(execution))


def whole_shown(execution: Execution, transcript: Transcript) -> SafeHtml | None:
    """All of an output that is shown folded; None where it is none."""
    asset = next(iter(_rendered(transcript, "").assets), None)
    html = whole_output(asset.raw, asset.media_type) if asset else None
    return place(html, _place(execution)) if html is not None else None


def plain_output(transcript: Transcript) -> str:
    """The output as a terminal would show it, without its colours; '' of one that is not shown folded."""
    asset = next(iter(_rendered(transcript, "").assets), None)
    return raw_text(asset.raw) if asset else ""


def full_output(transcript: Transcript) -> str:
    """As it was logged, with its escape codes; from the log's own bytes where the text here is not all of it.
    Raises BlobMissing."""
    if not transcript.log_sha256:
        return transcript.output
    try:
        return parse_log(blobs.get(transcript.log_sha256)).output
    except InvalidLog:
        return transcript.output


def _rendered(transcript: Transcript, language: str) -> Rendered:
    output = Output(OutputKind.STREAM, text=transcript.output, name="stdout")
    outputs = (output,) if transcript.output.strip() else ()
    return render(ParsedCell(0, CellType.CODE, transcript.code, outputs=outputs), language or "python")


def _place(execution: Execution) -> Place:
    whole = reverse("execution-whole", args=[execution.pk])
    return Place(
        index=0,
        asset_url=_nothing,
        more_url=lambda _sha256: whole,
        frame_url=_nothing,
        link_url=lambda _address: None,
    )


def _nothing(_sha256: str) -> str:
    return ""
