"""Refusals as HTTP says them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, PermissionDenied, Throttled, ValidationError

from notebooks.api.errors import Gone
from stickies import refusals


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


def gone() -> Gone:
    return Gone(_("This note was deleted."))


def as_http(refusal: refusals.Refused) -> APIException:
    if isinstance(refusal, refusals.TooFast):
        throttled = Throttled(wait=refusal.seconds)
        throttled.detail = ErrorDetail(str(refusal), code="throttled")
        return throttled
    if isinstance(refusal, refusals.Changed):
        return PreconditionFailed()
    if isinstance(refusal, refusals.Gone):
        return gone()
    if isinstance(refusal, refusals.NotAllowed):
        return PermissionDenied(str(refusal))
    return ValidationError({"body": [str(refusal)]})
