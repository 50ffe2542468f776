"""Open311's service requests, by the examples that the standard itself publishes.

The forms, fields and statuses are the standard's; services, numbers and places are those of the
small district, as the standard leaves them to each city.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from defusedxml import ElementTree
from starlette.testclient import TestClient

from tests.api.district import SOUTH, STEP, WEST

from .shapes import both, spark

# The fields of the standard's example of a listing.
REQUEST = {
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
}
LAT, LONG = SOUTH + 0.25 * STEP, WEST + 0.25 * STEP
# The standard's example of a POST, field by field.
EXAMPLE = {
    "jurisdiction_id": "city.gov",
    "service_code": "occupied-greenery",
    "lat": str(LAT),
    "long": str(LONG),
    "address_string": "1234 5th street",
    "email": "smit333@sfgov.edu",
    "device_id": "tt222111",
    "account_id": "123456",
    "first_name": "john",
    "last_name": "smith",
    "phone": "111111111",
    "description": "A large sinkhole is destroying the street",
    "media_url": "http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg",
    "attribute[severity]": "3",
    "attribute[WHISDORN]": "COISL001",
}


def make(client: TestClient, extension: str = "json", **more: str) -> Any:
    answer = client.post(f"/open311/v2/requests.{extension}", data={**EXAMPLE, **more})
    assert answer.status_code == 200, answer.text
    return answer


def test_the_standards_example_of_a_post_works_in_both_forms(client: TestClient) -> None:
    (told,) = make(client).json()
    assert set(told) == {"service_request_id", "service_notice", "account_id"}
    assert told["account_id"] is None
    answer = make(client, "xml")
    root = ElementTree.fromstring(answer.content, forbid_dtd=True)
    assert root.tag == "service_requests"
    (said,) = spark(root)
    assert set(said) == set(told)
    assert said["service_request_id"] != told["service_request_id"]


def test_a_request_is_a_case_and_its_reporter_is_masked(client: TestClient) -> None:
    number = make(client).json()[0]["service_request_id"]
    case = client.get(f"/v1/cases/{number}").json()
    assert (case["category"], case["severity"], case["channel"]) == (
        "occupied-greenery",
        3,
        "resident",
    )
    assert case["description"].startswith(EXAMPLE["description"])
    assert EXAMPLE["media_url"] in case["description"]
    assert "smith" not in str(case["reporter"])
    assert "tt222111" not in str(case)


def test_requests_are_listed_and_read_in_the_standards_shape(client: TestClient) -> None:
    made = [make(client, service_code="littering").json() for _ in range(2)]
    numbers = [one[0]["service_request_id"] for one in made]
    path = "/open311/v2/requests"
    listed = both(client, path, "service_requests", params={"service_code": "littering"})
    assert [one["service_request_id"] for one in listed] == numbers[::-1]
    (one,) = both(client, f"{path}/{numbers[0]}", "service_requests")
    assert one == listed[1]
    assert set(one) == REQUEST
    assert (one["lat"], one["long"]) == pytest.approx((LAT, LONG))
    assert (one["status"], one["description"]) == ("open", None)
    assert datetime.fromisoformat(one["requested_datetime"]).utcoffset() == timedelta(hours=8)
    (token,) = both(client, f"/open311/v2/tokens/{numbers[0]}", "service_requests")
    assert token == {"service_request_id": numbers[0], "token": numbers[0]}


def test_a_listing_is_narrowed_as_the_standard_says(client: TestClient) -> None:
    made = [make(client, service_code="goods-outside").json() for _ in range(2)]
    numbers = [one[0]["service_request_id"] for one in made]
    make(client, service_code="gaming-room")
    refused = client.post(
        f"/v1/cases/{numbers[0]}/refuse", json={"version": 1, "reason": "不在辖区"}
    )
    assert refused.status_code == 200

    def listed(**query: str) -> set[str]:
        found = client.get("/open311/v2/requests.json", params=query).json()
        return {one["service_request_id"] for one in found}

    assert listed(status="closed") == {numbers[0]}
    assert listed(status="open", service_code="goods-outside") == {numbers[1]}
    assert listed(service_code="goods-outside,gaming-room") > set(numbers)
    assert listed(service_request_id=",".join(numbers), status="closed") == set(numbers)
    assert listed(start_date="2010-05-24T00:00:00Z", end_date="2010-06-24T00:00:00Z") == set()
    assert listed(start_date="", status="", end_date="") > set(numbers)
    # A range that spans more than 90 days ends after 90.
    assert listed(start_date="2010-05-24T00:00:00Z") == set()


def test_what_is_confidential_is_never_shown(client: TestClient) -> None:
    number = make(client, service_code="security-tip").json()[0]["service_request_id"]
    listed = client.get("/open311/v2/requests.json", params={"service_code": "security-tip"})
    assert listed.json() == []
    hidden = client.get(f"/open311/v2/requests/{number}.json")
    nothing = client.get("/open311/v2/requests/JD20200101-0000.json")
    assert (hidden.status_code, hidden.json()) == (nothing.status_code, nothing.json())
    token = client.get(f"/open311/v2/tokens/{number}.json")
    assert token.status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"service_code": ""}, 400),
        ({"service_code": "unheard-of"}, 404),
        ({"lat": ""}, 400),
        ({"lat": "", "long": "", "address_string": ""}, 400),
        ({"lat": "", "long": "", "address_string": "nowhere at all"}, 400),
        ({"lat": "37.76524078", "long": "-122.4212043"}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "nan"}, 400),
        ({"description": "x" * 4001}, 400),
        ({"attribute[severity]": "7"}, 400),
        ({"first_name": "a\x00b"}, 400),
    ],
)
def test_what_does_not_fit_is_said_in_the_standards_form(
    client: TestClient, changes: dict[str, str], status: int
) -> None:
    for extension in ("json", "xml"):
        answer = client.post(f"/open311/v2/requests.{extension}", data={**EXAMPLE, **changes})
        assert answer.status_code == status
        errors = (
            answer.json()
            if extension == "json"
            else spark(ElementTree.fromstring(answer.content, forbid_dtd=True))
        )
        assert {str(one["code"]) for one in errors} == {str(status)}
        assert all(one["description"] for one in errors)


@pytest.mark.parametrize(
    "query", [{"status": "lost"}, {"start_date": "yesterday"}, {"service_code": "unheard-of"}]
)
def test_a_listing_that_cannot_be_made_is_refused(
    client: TestClient, query: dict[str, str]
) -> None:
    answer = client.get("/open311/v2/requests.json", params=query)
    assert answer.status_code in (400, 404)
    assert set(answer.json()[0]) == {"code", "description"}
