"""The project's settings on temporary data, with what only slows tests down left out."""

import os
import tempfile

os.environ.setdefault("OPSNOTES_DATA", tempfile.mkdtemp(prefix="opsnotes-test-"))

from opsnotes.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# Static files from where they are, without collecting them.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
