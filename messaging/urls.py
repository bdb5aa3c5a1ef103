from django.urls import path

from messaging.views import appeals, direct, messages, notifications, reports

app_name = "messaging"
urlpatterns = [
    path("messages/", direct.inbox, name="inbox"),
    path("messages/to/<str:username>/", direct.begin, name="direct-begin"),
    path("messages/<uuid:uuid>/", direct.conversation, name="direct"),
    path("messages/<uuid:uuid>/older/", direct.older, name="direct-older"),
    path("messages/<uuid:uuid>/say/", direct.say, name="direct-say"),
    path("messages/<uuid:uuid>/<str:verb>/", direct.change, name="direct-change"),
    path("said/<uuid:uuid>/", messages.message_detail, name="message"),
    path("said/<uuid:uuid>/edit/", messages.message_edit, name="message-edit"),
    path("said/<uuid:uuid>/reply/", messages.message_reply, name="message-reply"),
    path("said/<uuid:uuid>/react/", messages.message_react, name="message-react"),
    path("said/<uuid:uuid>/delete/", messages.message_delete, name="message-delete"),
    path("said/<uuid:uuid>/report/", reports.report_message, name="report-message"),
    path("report/player/<str:username>/", reports.report_player, name="report-player"),
    path("report/room/<uuid:uuid>/", reports.report_room, name="report-room"),
    path("settings/measures/", appeals.measures, name="measures"),
    path("settings/measures/<uuid:uuid>/appeal/", appeals.appeal, name="appeal"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read/", notifications.notifications_read, name="notifications-read"),
    path("notifications/<int:pk>/open/", notifications.notification_open, name="notification-open"),
    path("notifications/<int:pk>/dismiss/", notifications.notification_dismiss, name="notification-dismiss"),
]
