"""{% watch_button notebook=notebook %}, or space=space folder=folder, or family=uuid: for who is logged in."""

from typing import Any

from django import template

from inbox.watchbutton import WatchButton

register = template.Library()


@register.inclusion_tag("inbox/_watch.html", takes_context=True)
def watch_button(context: template.Context, **of: Any) -> dict[str, Any]:
    request = context["request"]
    if not request.user.is_authenticated:
        return {}
    return {
        "button": WatchButton.of(request.user, **of),
        "here": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }
