from django.urls import path

from rooms.views import rooms, sessions, talks

app_name = "rooms"
urlpatterns = [
    path("rooms/", rooms.room_list, name="list"),
    path("rooms/new/", rooms.room_create, name="create"),
    path("rooms/<slug:slug>/", rooms.room_detail, name="detail"),
    path("rooms/<slug:slug>/enter/", rooms.room_enter, name="enter"),
    path("rooms/<slug:slug>/leave/", rooms.room_leave, name="leave"),
    path("rooms/<slug:slug>/people/", rooms.room_people, name="people"),
    path("rooms/<slug:slug>/messages/", rooms.message_post, name="message-post"),
    path("rooms/<slug:slug>/messages/older/", rooms.message_list, name="message-list"),
    path("rooms/<slug:slug>/session/", sessions.session_panel, name="session"),
    path("rooms/<slug:slug>/session/new/", sessions.session_create, name="session-create"),
    path("rooms/<slug:slug>/session/join/", sessions.session_join, name="session-join"),
    path("rooms/<slug:slug>/session/ready/", sessions.session_ready, name="session-ready"),
    path("rooms/<slug:slug>/session/start/", sessions.session_start, name="session-start"),
    path("rooms/<slug:slug>/session/answer/", sessions.session_answer, name="session-answer"),
    path("rooms/<slug:slug>/session/cancel/", sessions.session_cancel, name="session-cancel"),
    path("characters/<slug:slug>/talk/", talks.talk_detail, name="talk"),
    path("characters/<slug:slug>/talk/messages/", talks.message_post, name="talk-message-post"),
    path("characters/<slug:slug>/talk/messages/older/", talks.message_list, name="talk-message-list"),
]
