from django.urls import path

from padawanforge.site import api_docs, tutorial, views

app_name = "site"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("home/", views.home, name="home"),
    path("tutorial/", tutorial.tutorial, name="tutorial"),
    path("tutorial/statement/", tutorial.tutorial_question, name="tutorial-statement"),
    path("tutorial/result/", tutorial.tutorial_result, name="tutorial-result"),
    path("api/v1/docs", api_docs.api_docs, name="api-docs"),
]
