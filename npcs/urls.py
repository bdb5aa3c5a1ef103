from django.urls import path

from npcs import views

app_name = "npcs"
urlpatterns = [
    path("", views.npc_list, name="list"),
    path("sources/<uuid:uuid>/", views.source_detail, name="source"),
    path("<slug:slug>/", views.npc_detail, name="detail"),
    path("<slug:slug>/knowledge/", views.knowledge_panel, name="knowledge"),
    path("<slug:slug>/knowledge/upload/", views.knowledge_upload, name="knowledge-upload"),
    path("<slug:slug>/knowledge/<uuid:uuid>/retry/", views.knowledge_retry, name="knowledge-retry"),
    path("<slug:slug>/knowledge/<uuid:uuid>/delete/", views.knowledge_delete, name="knowledge-delete"),
]
