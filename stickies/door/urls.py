from django.urls import URLPattern, URLResolver, path

from stickies.views import door, keys

urlpatterns: list[URLPattern | URLResolver] = [
    path("ep_weave/api/search", door.ep_weave_search, name="ep-weave-search"),
    path("p/<str:pk>", door.pad, name="pad"),
    path("spaces/<slug:slug>/keys/", keys.keys, name="door-keys"),
    path("spaces/<slug:slug>/keys/<int:pk>/revoke/", keys.key_revoke, name="door-key-revoke"),
]
