"""Pictures over HTTP: what comes back is pixels and nothing else."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.cases.test_pictures import SECRET, SVG, bomb, drawn, located, saved

from .conftest import Headers


def send(
    client: TestClient, headers: Headers, number: str, data: bytes, name: str = "x.jpg", **form: Any
) -> Any:
    return client.post(
        f"/v1/cases/{number}/evidence",
        files={"picture": (name, data, "text/html")},
        data={"stage": "before"} | form,
        headers=headers,
    )


def test_a_picture_goes_in_with_its_place_and_comes_out_without(
    served: TestClient, member: Headers, chief: Headers, number: str
) -> None:
    name = "../../<script>alert(1)</script>.html"
    data = saved(drawn(), exif=located(6)) + SECRET
    answer = send(served, member, number, data, name, stage="after", taken_on="2026-11-01")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["width"], made["height"], made["stage"]) == (40, 60, "after")
    assert made["taken_on"] == "2026-11-01"
    got = served.get(f"/v1/cases/{number}/evidence/{made['sha256']}", headers=chief)
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in got.headers["content-security-policy"]
    assert got.headers["cache-control"].startswith("private")
    assert SECRET not in got.content and b"script" not in got.content
    assert not Image.open(BytesIO(got.content)).getexif()
    (listed,) = served.get(f"/v1/cases/{number}/evidence", headers=chief).json()["evidence"]
    assert listed == {key: value for key, value in made.items() if key != "revision"}
    path = f"/v1/cases/{number}/evidence/{made['sha256']}"
    assert served.delete(path, headers=member).status_code == 204
    for again in (served.get(path, headers=member), served.delete(path, headers=member)):
        assert again.status_code == 404


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (SVG, 422),
        (b"", 422),
        (saved(drawn(), "GIF"), 422),
        (saved(drawn())[:-400], 422),
        (bomb(12_000), 413),
        (bytes(300_001), 413),
        (bytes(330_000), 413),
    ],
)
def test_what_is_no_picture_or_too_much_is_refused(
    served: TestClient, member: Headers, number: str, data: bytes, wanted: int
) -> None:
    answer = send(served, member, number, data)
    assert answer.status_code == wanted
    assert answer.headers["content-type"] == "application/problem+json"
    assert served.get(f"/v1/cases/{number}/evidence", headers=member).json()["evidence"] == []


def test_a_form_that_does_not_fit_is_refused(
    served: TestClient, member: Headers, number: str
) -> None:
    path = f"/v1/cases/{number}/evidence"
    for more in ({"stage": "later"}, {"taken_on": "yesterday"}, {"taken_on": "2126-01-01"}):
        assert send(served, member, number, saved(drawn()), **more).status_code == 422
    words = {"stage": "before", "picture": "a text"}
    for form in ({"stage": "before"}, words):
        assert served.post(path, data=form, headers=member).status_code == 422
    assert served.post(path, json={"stage": "before"}, headers=member).status_code == 422
    broken = {"Content-Type": "multipart/form-data"} | member
    assert served.post(path, content=b"x", headers=broken).status_code == 400


def test_eleven_are_too_many(served: TestClient, member: Headers, number: str) -> None:
    for k in range(11):
        answer = send(served, member, number, saved(drawn(20 + 8 * k, 20)))
        assert answer.status_code == (201 if k < 10 else 409)
