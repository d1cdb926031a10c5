"""What an address that leads nowhere says, for a search."""

import re
from urllib.parse import unquote

from django import template

register = template.Library()

_NOT_A_WORD = re.compile(r"[/_\W]+")
MOST = 6
OUR_OWN = {"n", "browse", "files", "v", "ipynb", "html", "spaces", "api", "v1"}


@register.simple_tag
def words_of(path: object) -> str:
    """The words of a path: /browse/hub/disk-full.ipynb is "hub disk full"."""
    words = _NOT_A_WORD.split(unquote(str(path or "")))
    return " ".join([word for word in words if word and word not in OUR_OWN and not word.isdecimal()][:MOST])
