from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException


class Gone(APIException):
    status_code = status.HTTP_410_GONE
    default_detail = _("This runbook is in the bin. POST to restore/ brings it back.")
    default_code = "gone"


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = _(
        "Another runbook stands at this path. Choose another, or move or delete that one first."
    )
    default_code = "conflict"
