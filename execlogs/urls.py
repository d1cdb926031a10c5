from django.urls import URLPattern, URLResolver, path

from execlogs.views import execution, timeline

urlpatterns: list[URLPattern | URLResolver] = [
    path("executions/", timeline.executions, name="executions"),
    path("executions/<int:pk>/", execution.execution, name="execution"),
    path("executions/<int:pk>/output", execution.output, name="execution-output"),
    path("executions/<int:pk>/whole/", execution.whole, name="execution-whole"),
    path("executions/<int:pk>/sitting/", timeline.sitting, name="execution-sitting"),
]
