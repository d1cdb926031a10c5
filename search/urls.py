from django.urls import path

from search import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/error/", views.error, name="search-error"),
    path("e/<slug:kind>/<path:name>/", views.entity, name="entity"),
]
