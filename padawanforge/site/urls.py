from django.urls import path

from padawanforge.site import views

app_name = "site"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("home/", views.home, name="home"),
]
