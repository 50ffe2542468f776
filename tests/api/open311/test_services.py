"""Open311's services and discovery, in the shapes of the standard's own examples."""

from __future__ import annotations

import pytest
from defusedxml import ElementTree
from starlette.testclient import TestClient

from api.open311.writing import written
from gisgrid.cases.categories import categories

from .shapes import both

# The fields of the standard's example of a list of services, and of a definition.
SERVICE = {
    "service_code",
    "service_name",
    "description",
    "metadata",
    "type",
    "keywords",
    "group",
}
ATTRIBUTE = {
    "variable",
    "code",
    "datatype",
    "required",
    "datatype_description",
    "order",
    "description",
    "values",
}


def test_the_services_are_the_categories(client: TestClient) -> None:
    found = both(client, "/open311/v2/services", "services")
    assert [one["service_code"] for one in found] == list(categories())
    for one in found:
        assert set(one) == SERVICE
        assert (one["metadata"], one["type"]) == (True, "realtime")


def test_a_definition_lists_what_may_be_said(client: TestClient) -> None:
    found = both(client, "/open311/v2/services/gaming-room", "service_definition")
    assert set(found) == {"service_code", "attributes"}
    assert found["service_code"] == "gaming-room"
    (attribute,) = found["attributes"]
    assert set(attribute) == ATTRIBUTE
    assert attribute["datatype"] == "singlevaluelist"
    assert [set(one) for one in attribute["values"]] == [{"key", "name"}] * 3


def test_discovery_names_the_endpoint_and_both_forms(client: TestClient) -> None:
    found = both(client, "/open311/discovery", "discovery")
    assert set(found) == {"changeset", "contact", "key_service", "endpoints"}
    (endpoint,) = found["endpoints"]
    assert endpoint["url"] == "http://127.0.0.1/open311/v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]


def test_discovery_names_the_address_that_the_public_knows(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = client.app.state.service.settings
    monkeypatch.setattr(settings, "public_url", "https://grid.example.gov/")
    found = client.get("/open311/discovery.json", headers={"Host": "evil.net"}).json()
    assert found["endpoints"][0]["url"] == "https://grid.example.gov/open311/v2"


@pytest.mark.parametrize("extension", ["json", "xml"])
@pytest.mark.parametrize(
    ("path", "status"),
    [("services/unheard-of", 404), ("services/%00", 404), ("requests/unheard-of", 404)],
)
def test_what_there_is_not_is_an_error_of_the_standard(
    client: TestClient, path: str, status: int, extension: str
) -> None:
    answer = client.get(f"/open311/v2/{path}.{extension}")
    assert answer.status_code == status
    if extension == "json":
        (error,) = answer.json()
        assert error["code"] == status
        assert error["description"]
    else:
        root = ElementTree.fromstring(answer.content)
        assert (root.tag, root[0].tag) == ("errors", "error")
        assert root[0].findtext("code") == str(status)


def test_another_extension_is_another_resource(client: TestClient) -> None:
    assert client.get("/open311/v2/services.csv").status_code == 404
    assert client.get("/open311/v2/services.JSON").status_code == 404


def test_another_jurisdiction_is_refused_where_one_is_set(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/open311/v2/services.json"
    assert client.get(path, params={"jurisdiction_id": "city.gov"}).status_code == 200
    settings = client.app.state.service.settings
    monkeypatch.setattr(settings, "jurisdiction", "jiading.gov.cn")
    assert client.get(path).status_code == 200
    assert client.get(path, params={"jurisdiction_id": ""}).status_code == 200
    assert client.get(path, params={"jurisdiction_id": "jiading.gov.cn"}).status_code == 200
    refused = client.get(path, params={"jurisdiction_id": "city.gov"})
    assert refused.status_code == 404
    assert "jurisdiction_id" in refused.json()[0]["description"]


def test_hostile_text_stays_text_in_xml() -> None:
    evil = "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;]]>\x00\x0b\ufffe\x85" + "🚲"
    answer = written([{"description": evil}], "service_requests", "xml")
    root = ElementTree.fromstring(answer.body, forbid_dtd=True, forbid_entities=True)
    assert root[0].findtext("description") == evil.translate({0: None, 11: None, 0xFFFE: None})
