"""What Open311's requests and answers hold; the names of the fields are the standard's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gisgrid.store.drafts.fields import Text, printable, storable

__all__ = [
    "CreatedDocument",
    "DefinitionDocument",
    "DiscoveryDocument",
    "JurisdictionQuery",
    "NewRequest",
    "RequestDocument",
    "RequestsQuery",
    "ServiceDocument",
    "TokenDocument",
    "answers",
]


_Line = Annotated[str, AfterValidator(printable)]


class ErrorDocument(BaseModel):
    """Why a request is refused."""

    code: int
    description: str


def answers(model: Any, *more: int) -> dict[int | str, dict[str, Any]]:
    """What a route answers, in both forms: its content, and Open311's refusals."""
    refused = list[ErrorDocument]
    models = {200: model, **dict.fromkeys((400, 403, 404, *more, 429, 503), refused)}
    return {status: {"model": one, "content": {"text/xml": {}}} for status, one in models.items()}


class ServiceDocument(BaseModel):
    """A kind of matter that can be reported."""

    service_code: str
    service_name: str
    description: str
    metadata: bool
    type: Literal["realtime"]
    keywords: str
    group: str


class ValueDocument(BaseModel):
    """One of the values of an attribute."""

    key: int
    name: str


class AttributeDocument(BaseModel):
    """What a service asks for."""

    variable: bool
    code: str
    datatype: Literal["singlevaluelist"]
    required: bool
    datatype_description: str | None
    order: int
    description: str
    values: list[ValueDocument]


class DefinitionDocument(BaseModel):
    """The attributes of a service."""

    service_code: str
    attributes: list[AttributeDocument]


class EndpointDocument(BaseModel):
    """Where a service answers."""

    specification: str
    url: str
    changeset: str
    type: Literal["production", "test"]
    formats: list[str]


class DiscoveryDocument(BaseModel):
    """Where the services are."""

    changeset: str
    contact: str
    key_service: str
    endpoints: list[EndpointDocument]


class JurisdictionQuery(BaseModel):
    """What every request may name; other parameters are passed over, as the standard has it."""

    model_config = ConfigDict(extra="ignore")

    jurisdiction_id: Text = ""
    api_key: Annotated[
        _Line, Field(max_length=300, description="An API key, where no header has it.")
    ] = ""


class RequestsQuery(JurisdictionQuery):
    """The parameters of a listing of requests."""

    service_request_id: Annotated[
        _Line,
        Field(max_length=10_000, description="Numbers with commas between; all else is moot."),
    ] = ""
    service_code: Annotated[_Line, Field(max_length=5_000)] = ""
    start_date: Annotated[Text, Field(description="With an offset; at most 90 days.")] = ""
    end_date: Text = ""
    status: Annotated[_Line, Field(max_length=100, description="open, closed or both.")] = ""


class NewRequest(BaseModel):
    """A request as the form of Open311 has it."""

    model_config = ConfigDict(extra="ignore")

    api_key: Annotated[_Line, Field(max_length=300)] = ""
    jurisdiction_id: Text = ""
    service_code: Text = ""
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    long: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    address_string: Text = ""
    address_id: Text = ""
    email: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    phone: Text = ""
    description: Annotated[str, AfterValidator(storable), Field(max_length=4000)] = ""
    media_url: Annotated[Text, Field(max_length=2000)] = ""
    severity: int | None = Field(default=None, ge=1, le=3, alias="attribute[severity]")


class CreatedDocument(BaseModel):
    """The number of a request that was made."""

    service_request_id: str
    service_notice: str
    account_id: str | None


class TokenDocument(BaseModel):
    """The number that belongs to a token."""

    service_request_id: str
    token: str


class RequestDocument(BaseModel):
    """A request: what may be read by anybody with a key."""

    service_request_id: str
    status: Literal["open", "closed"]
    status_notes: str | None
    service_name: str
    service_code: str
    description: str | None
    agency_responsible: str | None
    service_notice: str | None
    requested_datetime: str
    updated_datetime: str
    expected_datetime: str | None
    address: str | None
    address_id: str | None
    zipcode: str | None
    lat: float
    long: float
    media_url: str | None
