"""Refusals as HTTP says them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, PermissionDenied, Throttled, ValidationError

from stickies import refusals


class Gone(APIException):
    status_code = status.HTTP_410_GONE
    default_detail = _("This note was deleted.")
    default_code = "gone"


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = _(
        "Somebody changed this note meanwhile. Read it again; its ETag is what If-Match wants."
    )
    default_code = "precondition_failed"


class PreconditionRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = _("Send If-Match with the ETag of the note that you read.")
    default_code = "precondition_required"


def as_http(refusal: refusals.Refused) -> APIException:
    if isinstance(refusal, refusals.TooFast):
        throttled = Throttled(wait=refusal.seconds)
        throttled.detail = ErrorDetail(str(refusal), code="throttled")
        return throttled
    if isinstance(refusal, refusals.Changed):
        return PreconditionFailed()
    if isinstance(refusal, refusals.Gone):
        return Gone()
    if isinstance(refusal, refusals.NotAllowed):
        return PermissionDenied(str(refusal))
    return ValidationError({"body": [str(refusal)]})
