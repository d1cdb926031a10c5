"""Static files under hashed names, so that a browser may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    # Our ES modules import each other: those addresses are hashed as well.
    support_js_module_import_aggregation = True
