from django.urls import path

from search.saved import views

urlpatterns = [
    path("search/saved/", views.saved_searches, name="saved-searches"),
    path("search/saved/new/", views.new, name="saved-search-new"),
    path("search/saved/<int:pk>/", views.open_search, name="saved-search"),
    path("search/saved/<int:pk>/edit/", views.edit, name="saved-search-edit"),
    path("search/saved/<int:pk>/delete/", views.delete, name="saved-search-delete"),
    path("search/saved/<int:pk>/tell/", views.tell, name="saved-search-tell"),
    path("search/history/clear/", views.clear_history, name="search-history-clear"),
    path("feeds/<str:key>/search/<int:pk>.atom", views.feed, name="feed-search"),
]
