from django.urls.converters import StringConverter


class Sha256Converter(StringConverter):
    """A digest in an address, as it is stored."""

    regex = "[0-9a-f]{64}"
