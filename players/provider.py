"""Sign-in by any OpenID Connect server, with the checks that allauth leaves out. allauth looks for this module.

The nonce is made from the state, which is in the player's session: an answer that was meant for another
sign-in doesn't fit. The userinfo must be about the one whom the id token names. The id token comes straight
from the server over TLS, so its signature needn't be looked at (OpenID Connect Core, 3.1.3.7).
"""

from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac


def nonce_of(state: str) -> str:
    return salted_hmac("players.provider.nonce", state, algorithm="sha256").hexdigest()


class ClientWithNonce(OAuth2Client):
    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict) -> str:
        nonce = nonce_of(self.state)
        return super().get_redirect_url(authorization_url, scope, {**extra_params, "nonce": nonce})


class AdapterWithNonce(OpenIDConnectOAuth2Adapter):
    client_class = ClientWithNonce


class CheckedOpenIDConnect(OpenIDConnectProvider):
    # Where allauth finds the addresses.
    package = "allauth.socialaccount.providers.openid_connect"
    oauth2_adapter_class = AdapterWithNonce
    pkce_enabled_default = True

    def sociallogin_from_response(self, request: HttpRequest, response: dict) -> SocialLogin:
        told = response.get("id_token")
        if not told:
            raise OAuth2Error("There is no id token.")
        if not constant_time_compare(str(told.get("nonce")), nonce_of(request.GET.get("state", ""))):
            raise OAuth2Error("The id token was made for another sign-in.")
        if "userinfo" in response and response["userinfo"].get("sub") != told.get("sub"):
            raise OAuth2Error("The userinfo is about somebody else.")
        return super().sociallogin_from_response(request, response)


provider_classes = [CheckedOpenIDConnect]
