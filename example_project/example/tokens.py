"""The tokens of simplejwt, described with all that they answer."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

_REFUSED = {
    "type": "object",
    "additionalProperties": {},
    "description": "What is wrong, under the name of a field, or under `detail`.",
}
_REFUSALS = {
    400: OpenApiResponse(_REFUSED, description="A field is missing or wrong."),
    401: OpenApiResponse(_REFUSED, description="The credentials, or the token, are not valid."),
    406: OpenApiResponse(_REFUSED, description="`Accept` names nothing that can be made."),
    415: OpenApiResponse(_REFUSED, description="A body of a type that is not taken."),
}


@extend_schema(auth=[], responses={200: TokenObtainPairView().get_serializer_class(), **_REFUSALS})
class ObtainToken(TokenObtainPairView):
    """Takes a name and a password, and gives an access and a refresh token."""


@extend_schema(auth=[], responses={200: TokenRefreshView().get_serializer_class(), **_REFUSALS})
class RefreshToken(TokenRefreshView):
    """Takes a refresh token, and gives a new access token."""
