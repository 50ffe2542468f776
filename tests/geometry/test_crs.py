"""Coordinate systems: what is accepted, and to WGS 84 and back against PROJ itself."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.errors import CrsError
from gisgrid.geometry.crs import (
    WGS84,
    Crs,
    from_wgs84,
    geometries_from_wgs84,
    geometries_to_wgs84,
    to_wgs84,
    valid_lonlat,
)

DISTRICT = st.tuples(st.floats(121.10, 121.36), st.floats(31.23, 31.50))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("wgs84", "wgs84"), ("WGS84", "wgs84"), (" epsg:4326 ", "wgs84"), ("CGCS2000", "cgcs2000"),
        ("EPSG:4490", "cgcs2000"), ("Gcj02", "gcj02"), ("BD09", "bd09"),
        ("epsg:27700", "EPSG:27700"), ("EPSG:4549", "EPSG:4549"),
    ],
)  # fmt: skip
def test_accepted(text: str, name: str) -> None:
    assert Crs.parse(text).name == name


@pytest.mark.parametrize(
    "text", ["", "wgs", "4326", "EPSG:", "EPSG:99999", "+proj=longlat", "火星"]
)
def test_unknown_lists_what_is_accepted(text: str) -> None:
    with pytest.raises(CrsError, match="give EPSG:n, wgs84, cgcs2000, gcj02 or bd09"):
        Crs.parse(text)


@pytest.mark.parametrize("text", ["EPSG:5773", "EPSG:4978"])
def test_heights_and_geocentric_have_no_map_coordinates(text: str) -> None:
    with pytest.raises(CrsError, match="no map coordinates"):
        Crs.parse(text)


@pytest.mark.parametrize(
    ("code", "name"), [(4326, "wgs84"), (4490, "cgcs2000"), (4549, "EPSG:4549")]
)
@pytest.mark.parametrize("version", ["WKT1_ESRI", "WKT2_2019"])
def test_a_file_s_own_words(code: int, name: str, version: str) -> None:
    assert Crs.of_file(pyproj.CRS.from_epsg(code).to_wkt(version)).name == name
    assert Crs.of_file(pyproj.CRS.from_epsg(code).to_json()).name == name


def test_a_file_s_own_system_without_a_code_works() -> None:
    text = pyproj.CRS.from_proj4("+proj=tmerc +lon_0=121.4667 +lat_0=31.2333 +ellps=GRS80").to_wkt()
    crs = Crs.of_file(text)
    x, y = from_wgs84([121.4667], [31.2333], crs)
    np.testing.assert_allclose((x[0], y[0]), (0, 0), atol=1.0)
    lon, lat = to_wgs84(x, y, crs)
    np.testing.assert_allclose((lon[0], lat[0]), (121.4667, 31.2333), atol=1e-9)


@pytest.mark.parametrize("version", ["WKT1_GDAL", "WKT1_ESRI", "WKT2_2019"])
def test_a_file_s_own_words_are_eastings_first(version: str) -> None:
    crs = Crs.of_file(pyproj.CRS.from_epsg(4549).to_wkt(version))
    given = from_wgs84([121.2], [31.3], crs)
    np.testing.assert_allclose(given, from_wgs84([121.2], [31.3], Crs.parse("EPSG:4549")))
    assert given[0][0] < given[1][0]


def test_a_file_s_broken_words() -> None:
    with pytest.raises(CrsError, match="--crs"):
        Crs.of_file("no such thing")


@given(DISTRICT)
def test_offsets_in_the_district(point: tuple[float, float]) -> None:
    metres = pyproj.Geod(ellps="WGS84")
    for name, least, most in (("gcj02", 456, 500), ("bd09", 1074, 1171)):
        x, y = from_wgs84(*point, Crs.parse(name))
        assert least <= metres.inv(*point, float(x), float(y))[2] <= most


@lru_cache
def proj(code: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(f"EPSG:{code}", "EPSG:4326", always_xy=True)


@given(DISTRICT)
@pytest.mark.parametrize("code", [4549, 32651, 4528, 3857, 2415])
def test_epsg_against_proj(code: int, point: tuple[float, float]) -> None:
    crs = Crs.parse(f"EPSG:{code}")
    oracle = proj(code)
    x, y = from_wgs84(*point, crs)
    lon, lat = to_wgs84(x, y, crs)
    np.testing.assert_allclose((lon, lat), oracle.transform(float(x), float(y)), rtol=0, atol=0)
    np.testing.assert_allclose((lon, lat), point, rtol=0, atol=1e-8)


def test_latitude_first_authorities_still_give_longitude_first() -> None:
    for name in ("wgs84", "cgcs2000", "EPSG:4326", "EPSG:4490", "EPSG:4214"):
        lon, lat = to_wgs84([121.2], [31.3], Crs.parse(name))
        np.testing.assert_allclose((lon[0], lat[0]), (121.2, 31.3), atol=0.01)


def test_cgcs2000_is_wgs84() -> None:
    lon, lat = to_wgs84([121.2], [31.3], Crs.parse("cgcs2000"))
    assert (lon[0], lat[0]) == (121.2, 31.3)


def test_what_cannot_be_transformed_is_nan() -> None:
    lon, lat = to_wgs84([400000.0, np.nan, np.inf, 1e30], [8e5, 1, 2, 3], Crs.parse("EPSG:27700"))
    assert np.isfinite(lon).tolist() == [True, False, False, False]
    assert np.isfinite(lat).tolist() == [True, False, False, False]


def test_scalars_and_empty_arrays() -> None:
    lon, lat = to_wgs84(121.2, 31.3, Crs.parse("gcj02"))
    assert lon.shape == lat.shape == ()
    assert to_wgs84([], [], Crs.parse("EPSG:4549"))[0].shape == (0,)
    assert to_wgs84([], [], Crs.parse("gcj02"))[0].shape == (0,)


@pytest.mark.parametrize("name", ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4549"])
def test_geometries_go_by_their_corners(name: str) -> None:
    crs = Crs.parse(name)
    shape = shapely.Polygon(
        [(121.2, 31.3), (121.3, 31.3), (121.3, 31.4)],
        [[(121.27, 31.31), (121.28, 31.31), (121.28, 31.32)]],
    )  # fmt: skip
    shapes = np.array([shape, None, shapely.Point(121.2, 31.3, 7.0)], dtype=object)
    away = geometries_from_wgs84(shapes, crs)
    assert away[1] is None
    assert not shapely.has_z(away[2])
    corners = shapely.get_coordinates(shape)
    expected = np.column_stack(from_wgs84(corners[:, 0], corners[:, 1], crs))
    np.testing.assert_array_equal(shapely.get_coordinates(away[0]), expected)
    assert shapely.get_num_interior_rings(away[0]) == 1
    back = geometries_to_wgs84(away, crs)
    assert shapely.equals_exact(back[0], shape, tolerance=1e-8)


def test_valid_lonlat() -> None:
    lon = [0, 180, -180, 180.0001, 0, 0, np.nan, np.inf, 31.3]
    lat = [0, 90, -90, 0, 90.0001, -91, 0, 0, 121.2]
    expected = [True, True, True, False, False, False, False, False, False]
    assert valid_lonlat(lon, lat).tolist() == expected


def test_names_of_offsets() -> None:
    assert Crs.parse("gcj02").is_offset
    assert not WGS84.is_offset
    assert Crs.parse("bd09").is_degrees
    assert not Crs.parse("EPSG:4549").is_degrees
