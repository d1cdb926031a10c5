"""Handing a mail to the mail server, and what is known of it afterwards."""

import logging
import smtplib
from enum import Enum

from django.core.mail import EmailMessage, get_connection

logger = logging.getLogger(__name__)


class Fate(Enum):
    SENT = "sent"
    NOT_SENT = "not sent"  # for sure, and waiting may cure it
    REFUSED = "refused"  # for good
    UNKNOWN = "unknown"  # it may have left: never sent again


def post(message: EmailMessage) -> Fate:
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("The mail server cannot be reached: %s", error)
        return Fate.NOT_SENT
    try:
        connection.send_messages([message])
    except smtplib.SMTPException as error:
        return _fate(error)
    except OSError:
        logger.exception("The mail server broke off")
        return Fate.UNKNOWN
    finally:
        _close(connection)
    return Fate.SENT


def _fate(error: smtplib.SMTPException) -> Fate:
    """An answer of the server, 4xx or 5xx, says that it did not take the mail."""
    logger.warning("The mail server did not take a mail: %s", error)
    codes = _codes(error)
    if not codes:
        return Fate.UNKNOWN
    return Fate.NOT_SENT if all(400 <= code < 500 for code in codes) else Fate.REFUSED


def _codes(error: smtplib.SMTPException) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _answer in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _close(connection: object) -> None:
    try:
        connection.close()  # type: ignore[attr-defined]
    except (OSError, smtplib.SMTPException):
        logger.info("The mail server did not say good-bye")
