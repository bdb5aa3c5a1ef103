"""No list of the console fails by what somebody writes into its address."""

from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db.models import CharField, TextField
from django.urls import reverse

from padawanforge.kit.addresses import PlainAddresses
from tests.factories.players import SystemAdminFactory

pytestmark = pytest.mark.django_db
LISTS = sorted(
    (model for model in admin.site._registry),
    key=lambda model: (model._meta.app_label, model._meta.model_name),
)


@pytest.fixture
def console(client):
    client.force_login(SystemAdminFactory(is_staff=True, is_superuser=True))
    return client


def names(model):
    """What a text of the model may be filtered by, and what its list offers."""
    texts = [f.name for f in model._meta.concrete_fields if isinstance(f, CharField | TextField)]
    offered = [name for name in admin.site._registry[model].list_filter if isinstance(name, str)]
    return [*texts, *(f"{name}__contains" for name in texts), *offered, "q"]


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label_lower)
def test_a_nul_in_a_filter_is_no_fault_of_ours(console, model):
    listing = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    answers = {
        name: console.get(f"{listing}?{urlencode({name: chr(0) + 'x'})}").status_code for name in names(model)
    }

    # A filter that isn't allowed is refused, one that means nothing is left out.
    assert {name: status for name, status in answers.items() if status not in {200, 302, 400}} == {}


@pytest.mark.parametrize("query", ["q=%00", "q=%0%000", "q=%%0000", "q=a%00%00b", "%00=a", "q=%0%0%00000"])
def test_no_nul_comes_about_when_one_is_taken_out(rf, query):
    seen = PlainAddresses(lambda request: request.GET.urlencode())(rf.get(f"/?{query}"))

    assert "%00" not in seen
