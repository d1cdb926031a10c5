"""Documents for the sandboxed frame: outputs that want to run script, each on an opaque origin. Pure."""

import re

from notebooks.rendering import marks
from notebooks.rendering.blocks import details
from notebooks.rendering.collected import Collected

FRAME = "text/x-frame"  # served by the frame address alone
# Each part stops at the next bracket: on hostile text a search must not begin again and again.
_SCRIPT = re.compile(
    r"<(?:script|iframe|object|embed)\b|<[^<>]*(?:\son[a-z]+\s*=|=\s*(?:[\"']\s*)?javascript:)", re.IGNORECASE
)
# Peer connections are the one way out that a content security policy does not close in every browser.
_PREAMBLE = (
    '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    "<script>delete window.RTCPeerConnection;delete window.webkitRTCPeerConnection</script>"
    "<style>body{font:15px/1.5 system-ui,sans-serif;margin:12px}</style>"
)


def wants_script(html: str) -> bool:
    return bool(_SCRIPT.search(html))


def html_frame(html: str, collected: Collected) -> str:
    return _frame(_PREAMBLE + html, collected)


def script_frame(script: str, collected: Collected) -> str:
    """A script as Jupyter runs it: `element` is where it may write."""
    script = re.sub(r"<(?=/script|!--)", r"\\x3c", script, flags=re.IGNORECASE)
    element = 'const element=document.getElementById("output");'
    document = f'{_PREAMBLE}<div id="output"></div><script>{element}\n{script}\n</script>'
    return _frame(document, collected)


def _frame(document: str, collected: Collected) -> str:
    """A line to open. The frame is loaded lazily, so a closed one asks for nothing."""
    digest = collected.add_asset(document.encode(), FRAME)
    frame = (
        f'<iframe sandbox="allow-scripts" loading="lazy" src="{marks.frame(digest)}" '
        f'title="{marks.word("frame_title")}"></iframe>'
    )
    return marks.sandboxed(digest, details("sandbox", marks.word("run_frame"), frame))
