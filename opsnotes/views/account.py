"""Coming in, and what a person decides about their own account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notebooks.access import signed_in
from opsnotes import loginlink
from opsnotes.forms import AppearanceForm, LoginForm, PreferencesForm, TokenForm, password_form
from opsnotes.middleware import THEME_COOKIE, preferences_of
from opsnotes.models import ApiToken

A_YEAR = 365 * 24 * 3600


class LoginView(auth_views.LoginView):
    authentication_form = LoginForm
    redirect_authenticated_user = True
    http_method_names = ("get", "head", "post")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login_link(request: HttpRequest, token: str) -> HttpResponse:
    """Asks first: a mail scanner or a preview that opens the link must not use it up."""
    person = loginlink.person_of(token)
    if person is None:
        return render(request, "registration/login_link.html", {"person": None}, status=410)
    if request.method != "POST":
        return render(request, "registration/login_link.html", {"person": person})
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_safe
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin's way in is everybody's: one door, one limit on wrong passwords."""
    if request.user.is_authenticated:
        raise PermissionDenied(_("Only staff may use the administration."))
    return auth_views.redirect_to_login(_next(request))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    form = PreferencesForm(request.POST, instance=preferences_of(request))
    if not form.is_valid():
        return _page(request, preferences_form=form)
    form.save()
    messages.success(request, _("Saved."))
    return redirect("account")


@sensitive_post_parameters()
@login_required
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    form = password_form(signed_in(request), request.POST)
    if not form.is_valid():
        return _page(request, password_form=form)
    update_session_auth_hash(request, form.save())
    messages.success(request, _("Your password is changed. You are logged out everywhere else."))
    return redirect("account")


@never_cache
@login_required
@require_POST
def token_new(request: HttpRequest) -> HttpResponse:
    """The answer itself shows the token: nothing that could be read again later holds it."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, token_form=form)
    return _page(request, new_token=ApiToken.make(signed_in(request), form.cleaned_data["name"]))


@login_required
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=signed_in(request))
    token.delete()
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("account")


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Theme and language, from any page; kept with the account, or in a cookie for who has none."""
    form = AppearanceForm(request.POST)
    response = redirect(_next(request))
    if not form.is_valid():
        return response
    # What the form did not send stays as it is: an empty theme means "as the system".
    chosen = {name: value for name, value in form.cleaned_data.items() if name in request.POST}
    if request.user.is_authenticated:
        preferences = preferences_of(request)
        for name, value in chosen.items():
            setattr(preferences, name, value)
        preferences.save()
    else:
        _keep_in_cookies(response, chosen)
    return response


def _keep_in_cookies(response: HttpResponse, chosen: dict[str, str]) -> None:
    names = {"theme": THEME_COOKIE, "language": settings.LANGUAGE_COOKIE_NAME}
    for name, value in chosen.items():
        response.set_cookie(
            names[name],
            value,
            max_age=A_YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )


def _next(request: HttpRequest) -> str:
    """Where to go on, never to another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url("home")


def _page(request: HttpRequest, **context: Any) -> HttpResponse:
    """The account page with whichever of its forms was sent."""
    person = signed_in(request)
    was_refused = any(getattr(each, "errors", None) for each in context.values())
    defaults = {
        "preferences_form": PreferencesForm(instance=preferences_of(request)),
        "password_form": password_form(person),
        "token_form": TokenForm(),
        "tokens": ApiToken.objects.filter(user=person),
    }
    return render(
        request, "opsnotes/account/account.html", defaults | context, status=422 if was_refused else 200
    )
