"""Settings of gunicorn: `--config python:opsnotes.webserver`."""

from gunicorn.http import message  # type: ignore[import-untyped]

# sidestickies opens a note with the beginning of it in the address: 1024 characters, of Japanese nine bytes each. That
# and a title is more than gunicorn allows to be set.
LONGEST_ADDRESS = 16 * 1024
message.MAX_REQUEST_LINE = LONGEST_ADDRESS + 1

limit_request_line = LONGEST_ADDRESS
