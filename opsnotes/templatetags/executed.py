"""What executions tell, on pages of runbooks."""

from django import template

from notebooks.rendering import SafeHtml
from notebooks.showing import ShownCell
from opsnotes.executed import Executed

register = template.Library()


@register.filter
def ran_at(executed: Executed, cell: ShownCell) -> SafeHtml:
    """Truth marks and history, beside a cell."""
    return executed.at(cell)


@register.filter
def is_cleared(executed: Executed | str, cell: ShownCell) -> bool:
    """It ran here, whatever its empty output says."""
    return isinstance(executed, Executed) and executed.is_cleared(cell)
