from django.urls import path

from players import views

app_name = "players"
urlpatterns = [
    path("guest/", views.guest_enter, name="guest-enter"),
    path("settings/", views.settings_edit, name="settings"),
    path("settings/theme/", views.theme_set, name="theme"),
    path("players/<slug:username>/", views.player_detail, name="detail"),
]
