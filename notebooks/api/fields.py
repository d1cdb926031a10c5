"""Fields that serializers of several apps have."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from notebooks import memes


class MemeField(serializers.CharField):
    """A MEME: with a branch it means exactly that one, without it the whole family."""

    def to_internal_value(self, data: Any) -> Any:
        meme = memes.parse(super().to_internal_value(data))
        if meme is None:
            raise serializers.ValidationError(_("This is no MEME."))
        return meme
