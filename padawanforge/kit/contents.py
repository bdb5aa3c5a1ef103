"""What programs send in JSON instead of a file."""

import base64

from padawanforge.kit.errors import DomainError


class NotBase64(DomainError):
    code = "invalid"


def from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise NotBase64("The content is not base64.") from error
