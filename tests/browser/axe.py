"""axe-core on a page as it stands."""

from axe_playwright_python.sync_playwright import Axe

_SCRIPT = Axe().axe_script
_RUN = "() => axe.run({ resultTypes: ['violations'] }).then((told) => told.violations)"
_IS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"


def serious(page):
    """Its serious and critical faults, in light and in dark: it is loaded once, and its colours change in place,
    at once for who wants no motion."""
    page.evaluate(_SCRIPT)
    before = "dark" if page.evaluate(_IS_DARK) else "light"
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [(scheme, *fault) for fault in _faults(page)]
    page.emulate_media(color_scheme=before, reduced_motion="no-preference")
    return found


def _faults(page):
    return [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]])
        for fault in page.evaluate(_RUN)
        if fault["impact"] in {"serious", "critical"}
    ]
