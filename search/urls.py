from django.urls import path

from search import completion, views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/complete/", completion.complete, name="search-complete"),
    path("search/suggestions/", completion.suggestions, name="search-suggestions"),
    path("search/operators/", completion.operators, name="search-operators"),
    path("opensearch.xml", completion.opensearch, name="opensearch"),
    path("search/error/", views.error, name="search-error"),
    path("e/<slug:kind>/<path:name>/", views.entity, name="entity"),
]
