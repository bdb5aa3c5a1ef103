"""What strangers type into addresses, made harmless for both databases before anybody looks at it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

NUL = "%00"
# Not nothing: what stood around it may join to another one.
SPACE = "%20"


class PlainAddresses:
    """A space stands for each NUL of a query, which PostgreSQL refuses: every list of the console failed by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Before it is read; a value that is left is looked for as any other.
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace(NUL, SPACE)
        return self.get_response(request)
