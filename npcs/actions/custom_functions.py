"""Tools that staff adds without code: an HTTP call to an address that an administrator has named."""

import json
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode, urlsplit

from npcs.actions import tools
from npcs.actions.tools import Doing, Done, Tool, ToolRefused
from npcs.llm.addresses import AddressRefused, check_ip, check_url
from npcs.models import CustomFunction, Npc
from padawanforge.kit.fetch import FetchRefused, Request, call


def functions_of(npc: Npc) -> Sequence[Tool]:
    """Those that an administrator has allowed and given to this character."""
    return [_tool(row) for row in npc.custom_functions.filter(is_allowed=True).order_by("name")]


def _tool(function: CustomFunction) -> Tool:
    parameters = function.parameters or {"type": "object", "properties": {}}
    shown = ", ".join(f"{name}: {{{name}}}" for name in parameters.get("properties", {}))
    return Tool(
        name=function.name,
        description=function.description,
        parameters=parameters,
        run=partial(_run, function),
        is_slow=True,
        ask=f"Call {function.name.replace('_', ' ')} ({shown})?" if function.is_mutating else "",
    )


def _run(function: CustomFunction, doing: Doing) -> Done:
    return Done(_answer(function, dict(doing.arguments)))


def _answer(function: CustomFunction, arguments: dict) -> str:
    url, content = function.url, b""
    headers = {"Accept": "application/json, text/plain"}
    if function.method == CustomFunction.Method.GET:
        joint = "&" if urlsplit(url).query else "?"
        url = f"{url}{joint}{urlencode(arguments)}" if arguments else url
    else:
        content, headers["Content-Type"] = json.dumps(arguments).encode(), "application/json"
    if function.secret and function.secret_header:
        headers[function.secret_header] = function.secret
    parts = urlsplit(function.url)
    try:
        check_url(function.url)
        request = Request(
            function.method,
            url,
            content=content,
            headers=headers,
            seconds=function.timeout_seconds,
            max_bytes=function.max_bytes,
        )
        trusted = [f"{parts.scheme}://{parts.netloc}"] if function.is_trusted else []
        # Also who is trusted never leads to where clouds hand out their credentials.
        told = call(request, trusted=trusted, judge=check_ip)
    except (FetchRefused, AddressRefused) as refusal:
        raise ToolRefused(f"{function.name} gave no answer: {refusal}") from refusal
    return told.decode(errors="replace")


tools.register_source(functions_of)
