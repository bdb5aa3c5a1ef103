"""The addresses of the bank, and what stands on its pages."""

from django.urls import reverse

from learning.models import Lifecycle
from tests.factories.learning import StatementFactory


def at(name, *arguments):
    return reverse(f"learning:{name}", args=arguments)


def waiting(**columns):
    return StatementFactory(lifecycle=Lifecycle.PENDING, **columns)


def page(client, address, status=200, **query):
    answer = client.get(address, query)
    assert answer.status_code == status
    return answer.content.decode()
