"""Rows by COPY: points as PostGIS reads them, numbers as it writes them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Float,
    MetaData,
    Table,
    Text,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from gisgrid.store.copying import (
    copy_in,
    copy_numbers,
    copy_out,
    ewkb,
    ewkb_points,
    number_blocks,
)


def test_points_are_written_bit_for_bit_as_shapes_are() -> None:
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(-180, 180, 1_000), rng.uniform(-90, 90, 1_000)
    lon[:4], lat[:4] = [0.0, -0.0, np.nextafter(121.2, 122), 180.0], [-90.0, 5e-324, 31.3, -0.0]
    shapes = np.asarray(shapely.points(lon, lat), dtype=object)
    assert ewkb_points(lon, lat).to_pylist() == ewkb(shapes).tolist()
    assert len(ewkb_points(lon[:0], lat[:0])) == 0


def test_numbers_come_back_as_they_went(engine: Engine) -> None:
    columns = Column("id", BigInteger), Column("x", Float(53)), Column("yes", Boolean)
    table = Table("numbers", MetaData(), *columns, prefixes=["TEMPORARY"])
    rng = np.random.default_rng(2)
    sent = {
        "id": rng.integers(-(2**63), 2**63 - 1, 500),
        "x": np.concatenate([rng.normal(size=498) * 1e200, [np.inf, -0.0]]),
        "yes": rng.random(500) < 0.5,
    }
    with engine.connect() as connection:
        table.create(connection)
        nothing = copy_numbers(connection, select(table))
        copy_in(connection, table, sent)
        rows = copy_numbers(connection, select(table))
        some = copy_numbers(connection, select(table.c.x).where(table.c.id > 0))
    assert len(nothing) == 0
    for name, values in sent.items():
        assert rows[name].astype(values.dtype).tobytes() == values.tobytes()
    assert some["x"].tolist() == sent["x"][sent["id"] > 0].tolist()


def test_a_copy_fails_as_other_statements_do(engine: Engine) -> None:
    table = Table("numbers", MetaData(), Column("id", BigInteger), prefixes=["TEMPORARY"])
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(text("ALTER TABLE numbers ADD CHECK (id > 0)"))
        with pytest.raises(DBAPIError, match="violates check") as caught, connection.begin_nested():
            copy_in(connection, table, {"id": np.array([1, -1])})
        assert not caught.value.connection_invalidated
        copy_in(connection, table, {"id": np.array([1, 2])})
        assert connection.scalars(select(table.c.id)).all() == [1, 2]
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        with engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(DBAPIError) as lost:
            copy_in(connection, table, {"id": np.array([3])})
        assert lost.value.connection_invalidated
        connection.invalidate()


def test_blocks_are_the_rows_in_their_order(engine: Engine) -> None:
    table = Table("numbers", MetaData(), Column("id", BigInteger), prefixes=["TEMPORARY"])
    query = select(table).order_by(table.c.id)
    with engine.connect() as connection:
        table.create(connection)
        assert list(number_blocks(connection, query, 100)) == []
        copy_in(connection, table, {"id": np.arange(250)})
        blocks = list(number_blocks(connection, query, 100))
    assert [len(block) for block in blocks] == [100, 100, 50]
    assert np.concatenate(blocks)["id"].tolist() == list(range(250))


def test_a_text_with_a_per_cent_sign_is_found(engine: Engine) -> None:
    texts = ["50%", "%s", "a%%b", "it's", "\\"]
    table = Table("words", MetaData(), Column("word", Text), prefixes=["TEMPORARY"])
    with engine.connect() as connection:
        table.create(connection)
        copy_in(connection, table, {"word": texts})
        for word in texts:
            query = select(table.c.word).where(table.c.word == word)
            found = copy_out(connection, query, {"word": pa.string()})
            assert found["word"].to_pylist() == [word]
