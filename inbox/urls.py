from django.urls import URLPattern, URLResolver, path

from inbox.views import feeds, inbox, settings, watches, webhooks

urlpatterns: list[URLPattern | URLResolver] = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read, name="inbox-read"),
    path("inbox/settings/", settings.inbox_settings, name="inbox-settings"),
    path("inbox/settings/feeds/", settings.feeds_renew, name="feeds-renew"),
    path("inbox/stop/<str:token>/", settings.mail_stop, name="mail-stop"),
    path("inbox/watches/", watches.watches, name="watches"),
    path("inbox/watches/<int:pk>/", watches.change, name="watch-change"),
    path("inbox/<int:pk>/", inbox.open_notice, name="inbox-open"),
    path("watch/", watches.watch, name="watch"),
    path("feeds/<str:key>/inbox.atom", feeds.inbox, name="feed-inbox"),
    path("feeds/<str:key>/runbook/<int:pk>.atom", feeds.runbook, name="feed-runbook"),
    path("feeds/<str:key>/space/<slug:slug>.atom", feeds.space, name="feed-space"),
    path("spaces/<slug:slug>/webhooks/", webhooks.webhooks, name="webhooks"),
    path("spaces/<slug:slug>/webhooks/<int:pk>/", webhooks.webhook, name="webhook"),
    path("spaces/<slug:slug>/webhooks/<int:pk>/delete/", webhooks.delete, name="webhook-delete"),
    path("spaces/<slug:slug>/webhooks/<int:pk>/secret/", webhooks.secret_new, name="webhook-secret"),
    path(
        "spaces/<slug:slug>/webhooks/<int:pk>/deliveries/<int:delivery>/again/",
        webhooks.send_again,
        name="delivery-again",
    ),
]
