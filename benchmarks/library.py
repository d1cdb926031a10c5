"""Where a library of generated runbooks lies, for what is measured on many of them. Made once a size and kept."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


def start(parser: argparse.ArgumentParser, apart: str = "") -> argparse.Namespace:
    """Reads the command line and sets Django up on the data of that library: the models can be imported then. What
    brings more into it keeps its data apart."""
    parser.add_argument("--notebooks", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=["tantivy", "whoosh"], default="tantivy")
    # A script that another one imports for its parts reads that one's command line.
    asked = parser.parse_known_args()[0] if "DJANGO_SETTINGS_MODULE" in os.environ else parser.parse_args()
    os.environ["OPSNOTES_DATA"] = str(folder(asked.notebooks, asked.seed) / f"data{apart}")
    os.environ["OPSNOTES_SEARCH_ENGINE"] = asked.engine
    os.environ["DJANGO_SETTINGS_MODULE"] = "opsnotes.settings"
    sys.path.insert(0, str(ROOT))  # before this folder, whose search.py is no app
    django.setup()
    return asked


def folder(notebooks: int, seed: int) -> Path:
    return Path(tempfile.gettempdir()) / f"opsnotes-bench-{notebooks}-{seed}"
