from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inbox.models import MailChoice, Notice, Webhook
from inbox.reachable import NotAllowed, check, target_of
from inbox.refused import why_refused


class MailForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has it for the checker only
    class Meta:
        model = MailChoice
        fields = ("when", "hour")
        widgets = {"when": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = [(hour, f"{hour:02}:00") for hour in range(24)]
        self.fields["when"].label = _("How often")  # the page says of what
        self.fields["hour"].widget = forms.Select(choices=hours)
        self.fields["hour"].help_text = _("In your time zone. Only for the mail that comes once a day.")

    def save(self, commit: bool = True) -> MailChoice:  # noqa: FBT001, FBT002  Django's signature
        choice: MailChoice = self.instance
        with transaction.atomic():
            if "when" in self.changed_data:
                choice.digested_at = timezone.now()
            choice.save()
            if choice.when == MailChoice.When.OFF:
                forget_waiting(choice.user)
        return choice


def forget_waiting(user: User) -> None:
    """Who wants no mail is not sent what was on its way either."""
    Notice.objects.waiting_for_mail().filter(user=user).update(mail=Notice.Mail.SKIPPED)


class WebhookForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Webhook
        fields = ("name", "url", "form", "is_on")
        widgets = {"url": forms.URLInput}
        help_texts = {
            "name": _("Who or what listens there."),
            "url": _("It receives a POST for every note, reply and resolution in this space."),
        }

    def clean_url(self) -> str:
        """What a look at the address can tell; where its name leads is asked at each delivery."""
        url = str(self.cleaned_data["url"])
        try:
            check(target_of(url), settings.WEBHOOK_HOSTS)
        except NotAllowed as error:
            raise forms.ValidationError(why_refused(error)) from error
        return url
