"""Exports that are there, and the password that stands before them."""

from players.tasks import export as export_job
from tests.factories.privacy import DataExportFactory

PAGE = "/settings/data/"
PASSWORD = "correct horse battery"


def made(player):
    """An export that the job has built."""
    export = DataExportFactory(player=player)
    export_job(pk=export.pk)
    export.refresh_from_db()
    return export


def confirm_password(client, way):
    """Answer the question for the password that stands before the page; where it leads."""
    return client.post(f"/accounts/reauthenticate/?next={way}", {"password": PASSWORD}).url
