"""What an identity provider says when it is asked: one JSON object, of bounded size, from where it was asked alone."""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from hub.errors import ProviderTrouble

PATIENCE_S = 10.0
LARGEST = 256 * 1024


def asked(
    method: str, address: str, *, form: Mapping[str, str] | None = None, user: tuple[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object that the provider answers with; ``ProviderTrouble`` otherwise. Redirections are not followed.

    ``user`` is a client's id and secret (RFC 6749, 2.3.1).
    """
    proof = None if user is None else httpx.BasicAuth(*user)
    try:
        with (
            httpx.Client(timeout=PATIENCE_S, follow_redirects=False) as client,
            client.stream(method, address, data=form, auth=proof, headers={"Accept": "application/json"}) as answer,
        ):
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise ProviderTrouble("its answer is too long", where=address)
        if answer.status_code != 200:
            raise ProviderTrouble(f"it answers with {answer.status_code}", where=address, advice="ask who runs it")
        said = msgspec.json.decode(body)
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError) as error:
        raise ProviderTrouble(
            f"the identity provider can't be asked: {error}", where=address, advice="sign in by name and password"
        ) from None
    if not isinstance(said, dict):
        raise ProviderTrouble("its answer is no JSON object", where=address)
    return said
