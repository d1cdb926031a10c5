from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException


class Conflict(APIException):
    """What is asked for cannot be done as things are now. Who raises it says why."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Gone(APIException):
    status_code = status.HTTP_410_GONE
    default_detail = _("This runbook is in the bin. POST to restore/ brings it back.")
    default_code = "gone"
