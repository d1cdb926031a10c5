import re
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class DeepJSONParser(JSONParser):
    """DRF's own takes a body that is nested a hundred thousand times for an error of ours.

    Half a character ("\\ud800") comes in as U+FFFD: no answer could repeat what was wrong with it.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return _whole(super().parse(stream, media_type, parser_context))
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(each) for key, each in value.items()}
    return value
