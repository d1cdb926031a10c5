from django.urls import URLPattern, URLResolver, path

from lineage.views import activity, basket, compare, related, runs

urlpatterns: list[URLPattern | URLResolver] = [
    path("activity/", activity.activity, name="activity"),
    path("basket/", basket.basket, name="basket"),
    path("basket/add/", basket.add, name="basket-add"),
    path("basket/order/", basket.order, name="basket-order"),
    path("basket/drop/", basket.drop, name="basket-drop"),
    path("basket/clear/", basket.clear, name="basket-clear"),
    path("basket/undo/", basket.undo, name="basket-undo"),
    path("basket/download/", basket.download, name="basket-download"),
    path("compare/", compare.compare, name="compare"),
    path("n/<int:pk>/related/", related.related, name="related"),
    path("n/<int:pk>/diff/<int:a>..<int:b>/", compare.diff, name="diff"),
    path("n/<int:pk>/runs/", runs.runs, name="runs"),
    path("n/<int:pk>/runs/cells/", runs.runs_cells, name="runs-cells"),
    path("n/<int:pk>/pin/", runs.pin, name="pin"),
]
