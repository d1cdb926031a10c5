"""The records of telling people: what they watch, what they were told, and where else it goes."""

from inbox.models.feed import FeedKey
from inbox.models.mail import MailChoice
from inbox.models.notice import Notice, What
from inbox.models.watch import Watch
from inbox.models.webhook import Delivery, Webhook

__all__ = ["Delivery", "FeedKey", "MailChoice", "Notice", "Watch", "Webhook", "What"]
