"""Cell metadata of Jupyter, run_through, collapsible headings, multi_outputs and papermill (formats.md, 5). Pure."""

from datetime import UTC, datetime, timedelta

from notebooks.parsing.model import Json, Marks, PinnedOutputs
from notebooks.parsing.outputs import mapping, outputs_of

# Clocks of the kernel and of the browser are compared.
SAME_RUN = timedelta(minutes=1)


def marks_of(metadata: dict[str, Json]) -> Marks:
    if not metadata:
        return Marks()
    run_through = mapping(metadata.get("run_through_control"))
    legacy = mapping(metadata.get("run_control"))  # the older Freeze extension
    jupyter = mapping(metadata.get("jupyter"))
    tags = tags_of(metadata)
    return Marks(
        is_frozen=run_through.get("frozen") is True or legacy.get("frozen") is True,
        is_read_only=run_through.get("read_only") is True or legacy.get("read_only") is True,
        is_source_hidden=jupyter.get("source_hidden") is True,
        is_output_collapsed=metadata.get("collapsed") is True or jupyter.get("outputs_hidden") is True,
        is_output_scrolled=metadata.get("scrolled") is True,
        is_heading_collapsed=metadata.get("heading_collapsed") is True
        or metadata.get("jp-MarkdownHeadingCollapsed") is True,
        is_hidden=metadata.get("hidden") is True,
        is_parameters="parameters" in tags,
        is_injected="injected-parameters" in tags,
        tags=tags,
        pinned=_pinned(metadata.get("pinned_outputs")),
    )


def tags_of(metadata: dict[str, Json]) -> tuple[str, ...]:
    """`tags`, of a cell or a notebook."""
    tags = metadata.get("tags")
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


def _pinned(value: Json) -> tuple[PinnedOutputs, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        PinnedOutputs(count_of(each.get("execution_count")), outputs_of(each.get("outputs")))
        for each in value
        if isinstance(each, dict)
    )


def count_of(value: Json) -> int | None:
    """An execution count that a database can hold, or None."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
        return value
    return None


def executed_at(metadata: dict[str, Json]) -> datetime | None:
    """When the cell last ran, by whichever extension says so: nblineage, ExecuteTime, JupyterLab, papermill."""
    execution = mapping(metadata.get("execution"))
    witnesses = (
        mapping(metadata.get("lc_cell_meme")).get("execution_end_time"),
        mapping(metadata.get("ExecuteTime")).get("end_time"),
        execution.get("shell.execute_reply"),
        execution.get("iopub.status.idle"),
        mapping(metadata.get("papermill")).get("end_time"),
    )
    return next((time for time in map(_time, witnesses) if time), None)


def started_at(metadata: dict[str, Json]) -> datetime | None:
    """When that run began; nblineage does not say, so whoever tells of the same end is asked."""
    ended = executed_at(metadata)
    runs = ((_time(begin), _time(end)) for begin, end in _begun_and_ended(metadata))
    return next((begin for begin, end in runs if begin and end and ended and _is_same(end, ended)), None)


def _begun_and_ended(metadata: dict[str, Json]) -> tuple[tuple[Json, Json], ...]:
    timed, papermill = mapping(metadata.get("ExecuteTime")), mapping(metadata.get("papermill"))
    execution = mapping(metadata.get("execution"))
    begun = execution.get("shell.execute_reply.started") or execution.get("iopub.status.busy")
    return (
        (timed.get("start_time"), timed.get("end_time")),
        (begun, execution.get("shell.execute_reply") or execution.get("iopub.status.idle")),
        (papermill.get("start_time"), papermill.get("end_time")),
    )


def _is_same(one: datetime, other: datetime) -> bool:
    return abs(one - other) < SAME_RUN


def _time(value: Json) -> datetime | None:
    """ISO 8601; a time without a zone is UTC, as nblineage and papermill write it."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
