"""Outputs as typed values, whatever shape a notebook gives them. Pure."""

from collections.abc import Iterator, Mapping

from notebooks.parsing.model import Json, Output, OutputKind

DEEPEST_JSON = 60


def text_of(value: Json) -> str:
    """nbformat's multi-line strings: a string or a list of strings; anything else is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return ""


def mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def outputs_of(value: Json) -> tuple[Output, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(_joined(_output(each) for each in value if isinstance(each, dict)))


def _joined(outputs: Iterator[Output]) -> Iterator[Output]:
    """Chunks of one stream become one output, as Jupyter shows them: a line may be split between chunks."""
    held: list[Output] = []
    for output in outputs:
        if held and (output.kind, output.name) != (held[0].kind, held[0].name):
            yield _merged(held)
            held = []
        if output.kind is OutputKind.STREAM:
            held.append(output)
        else:
            yield output
    if held:
        yield _merged(held)


def _merged(chunks: list[Output]) -> Output:
    if len(chunks) == 1:
        return chunks[0]
    return Output(OutputKind.STREAM, name=chunks[0].name, text="".join(chunk.text for chunk in chunks))


def _output(value: Mapping[str, Json]) -> Output:
    kind = value.get("output_type")  # may be anything, so not looked up in a set
    if kind == "stream":
        name = "stderr" if value.get("name") == "stderr" else "stdout"
        return Output(OutputKind.STREAM, name=name, text=text_of(value.get("text")))
    if kind in ("display_data", "execute_result", "update_display_data"):
        return _display(value, is_result=kind == "execute_result")
    if kind == "error":
        return _error(value)
    return Output(OutputKind.UNKNOWN, name=str(kind)[:100], data=_bundle(value.get("data")))


def _display(value: Mapping[str, Json], *, is_result: bool) -> Output:
    return Output(
        OutputKind.DISPLAY,
        data=_bundle(value.get("data")),
        metadata={key: bounded(each) for key, each in mapping(value.get("metadata")).items()},
        is_result=is_result,
    )


def _error(value: Mapping[str, Json]) -> Output:
    traceback = value.get("traceback")
    lines = traceback if isinstance(traceback, list) else [traceback]
    return Output(
        OutputKind.ERROR,
        error_name=text_of(value.get("ename")),
        error_message=text_of(value.get("evalue")),
        traceback=tuple(line for line in lines if isinstance(line, str)),
    )


def _bundle(value: Json) -> dict[str, Json]:
    """A mime bundle: text types joined to one string, JSON types as they are."""
    return {str(mime): _content(str(mime), content) for mime, content in mapping(value).items()}


def _content(mime: str, content: Json) -> Json:
    if isinstance(content, str):
        return content
    is_json = mime == "application/json" or mime.endswith("+json")
    if isinstance(content, list) and not is_json:
        return text_of(content)
    return bounded(content)


def bounded(value: Json, depth: int = DEEPEST_JSON) -> Json:
    """`value` with what nests deeper than `depth` cut off: renderers and encoders recurse."""
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        return {str(key): bounded(each, depth - 1) for key, each in value.items()}
    return [bounded(each, depth - 1) for each in value]
