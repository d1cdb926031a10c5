"""Login and account. Included before the admin's addresses, whose own login page gives way to ours."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from opsnotes.views import account

urlpatterns = [
    path("login/", account.LoginView.as_view(), name="login"),
    path("login/link/<str:token>/", account.login_link, name="login-link"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/login/", account.admin_login),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="account-password"),
    path("account/tokens/", account.token_new, name="token-new"),
    path("account/tokens/<int:pk>/revoke/", account.token_revoke, name="token-revoke"),
    path("appearance/", account.appearance, name="appearance"),
]
