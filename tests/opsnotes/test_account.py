from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone

from notebooks.callers import address_of
from opsnotes import loginlink, logins
from opsnotes.models import ApiToken, FailedLogin, Preferences
from tests.builders import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def log_in(client, name, password=PASSWORD, **extra):
    return client.post(reverse("login"), {"username": name, "password": password}, **extra)


def is_logged_in(client):
    return "_auth_user_id" in client.session


# Coming in


def test_the_right_password_leads_where_one_wanted_to_go(client):
    make_user("kato")
    response = client.post(f"{reverse('login')}?next=/spaces/", {"username": "kato", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/spaces/")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_login_leads_to_no_other_site(client, elsewhere):
    make_user("kato")
    data = {"username": "kato", "password": PASSWORD, "next": elsewhere}
    assert client.post(reverse("login"), data)["Location"] == "/"


def test_too_many_wrong_passwords_close_the_door_even_to_the_right_one(client):
    make_user("kato")
    for _ in range(logins.MOST_FOR_AN_ACCOUNT):
        log_in(client, "Kato ", "wrong")
    response = log_in(client, "kato")
    assert "Too many wrong passwords" in response.content.decode()
    assert not is_logged_in(client)


def test_a_closed_door_is_closed_for_that_account_from_that_address_alone(client):
    make_user("kato")
    make_user("sato")
    for _ in range(logins.MOST_FOR_AN_ACCOUNT):
        log_in(client, "kato", "wrong")
    assert log_in(client, "sato").status_code == 302
    client.logout()
    assert log_in(client, "kato", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_an_address_that_tries_many_accounts_is_closed_for_all(client, monkeypatch):
    monkeypatch.setattr(logins, "MOST_FROM_AN_ADDRESS", 3)
    make_user("kato")
    for number in range(3):
        log_in(client, f"nobody{number}", "wrong")
    assert log_in(client, "kato").status_code == 200


def test_the_door_opens_again_after_a_while_and_old_failures_are_dropped(client):
    make_user("kato")
    for _ in range(logins.MOST_FOR_AN_ACCOUNT):
        log_in(client, "kato", "wrong")
    FailedLogin.objects.update(at=timezone.now() - logins.WINDOW - timedelta(seconds=1))
    assert log_in(client, "kato").status_code == 302
    logins.note_failure("sato", "192.0.2.1")
    assert FailedLogin.objects.count() == 1


def test_a_right_password_forgets_the_wrong_ones_before(client):
    make_user("kato")
    log_in(client, "kato", "wrong")
    log_in(client, "kato")
    assert not FailedLogin.objects.exists()


def test_a_forged_forwarded_address_helps_nobody(client, settings):
    make_user("kato")
    settings.SECURE_PROXY_SSL_HEADER = None
    for number in range(logins.MOST_FOR_AN_ACCOUNT):
        log_in(client, "kato", "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
    assert log_in(client, "kato").status_code == 200


def test_behind_a_proxy_its_own_entry_is_the_address(rf, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = rf.get("/", HTTP_X_FORWARDED_FOR="6.6.6.6, 192.0.2.9", REMOTE_ADDR="127.0.0.1")
    assert address_of(request) == "192.0.2.9"


def test_the_admin_has_no_door_of_its_own(client):
    response = client.get("/admin/login/?next=/admin/")
    assert response["Location"] == "/login/?next=/admin/"
    client.force_login(make_user())
    assert client.get("/admin/login/?next=/admin/").status_code == 403
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 405


def test_logging_out_needs_a_post(client):
    client.force_login(make_user())
    assert client.get(reverse("logout")).status_code == 405
    client.post(reverse("logout"))
    assert not is_logged_in(client)


# The login link


def test_a_login_link_asks_first_and_then_logs_in_once(client):
    path = loginlink.path_for(make_user("demo"))
    assert client.get(path).status_code == 200
    assert not is_logged_in(client)
    assert client.post(path)["Location"] == "/"
    assert is_logged_in(client)
    client.logout()
    assert client.post(path).status_code == 410
    assert not is_logged_in(client)


def test_a_login_link_ends_with_a_new_password_or_when_it_is_old(client, monkeypatch):
    person = make_user("demo")
    path = loginlink.path_for(person)
    monkeypatch.setattr(loginlink, "MAX_AGE", timedelta(seconds=-1))
    assert client.get(path).status_code == 410
    monkeypatch.undo()
    person.set_password("another one entirely")
    person.save()
    assert client.get(path).status_code == 410


def test_a_login_link_of_a_closed_account_or_a_forged_one_opens_nothing(client):
    person = make_user("demo")
    path = loginlink.path_for(person)
    User.objects.update(is_active=False)
    assert client.get(path).status_code == 410
    assert client.get(reverse("login-link", args=["forged:token"])).status_code == 410


# The account page


@pytest.fixture
def person(client):
    person = make_user("kato")
    client.force_login(person)
    return person


def preferences(**changes):
    return {"language": "", "time_zone": "", "theme": "", "shortcuts": "on", **changes}


def test_language_time_zone_and_theme_hold_on_every_page(client, person):
    client.post(reverse("account"), preferences(language="ja", time_zone="Asia/Tokyo", theme="dark"))
    page = client.get(reverse("spaces"))
    assert page.headers["Content-Language"] == "ja"
    assert 'lang="ja"' in page.content.decode()
    assert 'data-theme="dark"' in page.content.decode()
    assert client.get(reverse("account")).context["preferences"].time_zone == "Asia/Tokyo"


def test_shortcuts_can_be_switched_off(client, person):
    assert b"data-shortcuts" in client.get(reverse("account")).content
    data = preferences()
    del data["shortcuts"]
    client.post(reverse("account"), data)
    assert b"data-shortcuts" not in client.get(reverse("account")).content


def test_a_time_zone_that_is_none_is_refused(client, person):
    response = client.post(reverse("account"), preferences(time_zone="Mars/Olympus"))
    assert response.status_code == 422
    assert not Preferences.objects.exists()


def test_the_password_is_changed_and_this_browser_stays_in(client, person):
    new = "staple battery horse correct"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("account-password"), data).status_code == 302
    person.refresh_from_db()
    assert (person.check_password(new), client.get(reverse("account")).status_code) == (True, 200)


def test_the_password_is_not_changed_without_the_old_one(client, person):
    data = {"old_password": "wrong", "new_password1": "long enough 1", "new_password2": "long enough 1"}
    assert client.post(reverse("account-password"), data).status_code == 422
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_who_came_by_a_link_sets_a_first_password(client, person):
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    assert b"old_password" not in client.get(reverse("account")).content
    data = {"new_password1": "long enough 1", "new_password2": "long enough 1"}
    client.post(reverse("account-password"), data)
    person.refresh_from_db()
    assert person.check_password("long enough 1")


def test_a_token_is_shown_once_and_opens_the_api(client, person):
    response = client.post(reverse("token-new"), {"name": "cron"})
    token = response.context["new_token"]
    assert token in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    page = client.get(reverse("account")).content.decode()
    assert (token in page, "cron" in page, "never used" in page) == (False, True, True)
    client.logout()
    call = client.get(reverse("api-spaces-list"), headers={"Authorization": f"Token {token}"})
    assert call.status_code == 200
    assert ApiToken.objects.get().used_at is not None


def test_a_revoked_token_opens_nothing(client, person):
    token = ApiToken.make(person, "cron")
    client.post(reverse("token-revoke", args=[ApiToken.objects.get().pk]))
    client.logout()
    call = client.get(reverse("api-spaces-list"), headers={"Authorization": f"Token {token}"})
    assert (call.status_code, call["WWW-Authenticate"]) == (401, "Token")


def test_nobody_revokes_the_token_of_another(client, person):
    ApiToken.make(make_user("sato"), "theirs")
    assert client.post(reverse("token-revoke", args=[ApiToken.objects.get().pk])).status_code == 404
    assert ApiToken.objects.exists()


def test_the_token_of_a_closed_account_opens_nothing(client):
    token = ApiToken.make(make_user(is_active=False), "cron")
    call = client.get(reverse("api-spaces-list"), headers={"Authorization": f"Token {token}"})
    assert call.status_code == 401


def test_a_token_is_kept_as_a_digest_alone():
    token = ApiToken.make(make_user(), "cron")
    assert token not in "".join(map(str, ApiToken.objects.values_list().get()))


def test_create_token_prints_one_that_works(client, capsys):
    make_user("kato")
    call_command("create_token", "kato")
    token = capsys.readouterr().out.strip()
    assert ApiToken.find(token).user.username == "kato"
    with pytest.raises(CommandError, match="No active account"):
        call_command("create_token", "nobody")


# The quick switch


def test_the_quick_switch_is_kept_with_the_account_and_leads_back(client, person):
    client.post(reverse("account"), preferences(language="ja"))
    response = client.post(reverse("appearance"), {"theme": "dark", "next": "/spaces/?page=2"})
    assert response["Location"] == "/spaces/?page=2"
    kept = Preferences.objects.get()
    assert (kept.theme, kept.language) == ("dark", "ja")
    client.post(reverse("appearance"), {"theme": ""})
    assert Preferences.objects.get().theme == ""


def test_the_quick_switch_works_without_an_account(client):
    client.post(reverse("appearance"), {"theme": "light"})
    client.post(reverse("appearance"), {"language": "ja"})
    page = client.get(reverse("login"))
    assert 'data-theme="light"' in page.content.decode()
    assert page.headers["Content-Language"] == "ja"


def test_what_was_chosen_before_logging_in_holds_after_it_until_the_account_says_otherwise(client):
    client.post(reverse("appearance"), {"theme": "dark"})
    client.force_login(make_user())
    assert client.get(reverse("account")).context["preferences"].theme == "dark"
    client.post(reverse("account"), preferences(theme="light"))
    assert client.get(reverse("account")).context["preferences"].theme == "light"


def test_the_quick_switch_takes_nothing_unknown_and_leads_to_no_other_site(client):
    response = client.post(reverse("appearance"), {"theme": "<script>", "next": "https://evil.example/"})
    assert (response["Location"], dict(response.cookies)) == ("/", {})


def test_a_forged_theme_cookie_is_nothing(client):
    client.cookies["theme"] = '"><script>'
    assert client.get(reverse("login")).context["preferences"].theme == ""
