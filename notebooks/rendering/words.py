"""The interface's words inside fragments, which are kept for all languages: put in at page time."""

from django.utils.formats import number_format
from django.utils.translation import gettext


def _(text: str) -> str:
    """Marks a text for makemessages. Django's own asks for settings, which rendering does without."""
    return text


WORDS = {
    "collapsed_section": _("section collapsed in Jupyter"),
    "external_image": _("image on another host, not loaded"),
    "failed_output": _("This output could not be shown; its plain text:"),
    "frame_title": _("Output in a sandbox"),
    "frozen": _("frozen"),
    "hidden": _("hidden in Jupyter"),
    "injected": _("injected parameters"),
    "missing_image": _("image not found"),
    "needs_script": _("This output needs JavaScript, which runs only in a sandbox."),
    "no_output": _("Nothing here can be shown as text."),
    "output": _("Output"),
    "output_hidden": _("Output, collapsed in Jupyter"),
    "parameters": _("parameters"),
    "permalink": _("Link to this heading"),
    "pinned": _("Pinned output"),
    "pinned_count": _("Pinned output [%(number)s]"),
    "plain_only": _("Shown as text: this kind of output needs its own program."),
    "raw_text": _("Plain text file"),
    "read_only": _("read-only"),
    "run_frame": _("Run in a sandboxed frame"),
    "show_all": _("Show all %(number)s lines"),
    "show_outputs": _("Show the output"),
    "show_whole": _("Show the whole output"),
    "source_hidden": _("Source, collapsed in Jupyter"),
    "stderr": _("standard error"),
    "table": _("Table"),
    "too_long": _("The rest is only in the plain text file: it is too long for a page."),
    "unknown_output": _("Output of an unknown kind"),
}


def say(key: str, number: int | None = None) -> str:
    """The word in the active language, plain text; '' for a key that is none."""
    if key not in WORDS:
        return ""
    said = gettext(WORDS[key])
    return said if number is None else said % {"number": number_format(number, force_grouping=True)}
