"""How a notebook is read: bytes in, a ParsedNotebook out, or InvalidNotebook with the reason. Pure."""

from notebooks.parsing.model import InvalidNotebook, ParsedCell, ParsedNotebook
from notebooks.parsing.notebook import parse

__all__ = ["InvalidNotebook", "ParsedCell", "ParsedNotebook", "parse"]
