"""From an exception to a message and an exit code: the one place."""

from __future__ import annotations

from typing import Final

from gisgrid import errors

__all__ = ["EXIT_CODES", "TITLES", "exit_code", "message"]

# The first class that fits counts, so the special ones come first. 1 is left to findings.
EXIT_CODES: Final[tuple[tuple[type[errors.GisgridError], int], ...]] = (
    (errors.InputError, 2),
    (errors.NotFound, 3),
    (errors.Busy, 7),
    (errors.Conflict, 4),
    (errors.DatabaseError, 5),
    (errors.GisgridError, 6),
)

TITLES: Final[tuple[tuple[type[errors.GisgridError], str], ...]] = (
    (errors.FileError, "文件有误"),
    (errors.ColumnError, "列名有误"),
    (errors.EncodingError, "编码有误"),
    (errors.CrsError, "坐标系有误"),
    (errors.CoordinateError, "坐标有误"),
    (errors.CoverageError, "多边形有误"),
    (errors.RejectedError, "有行被拒收"),
    (errors.LimitExceeded, "超出限制"),
    (errors.MediaTypeError, "内容类型有误"),
    (errors.VersionRequired, "缺少版本号"),
    (errors.InputError, "输入有误"),
    (errors.NotFound, "未找到"),
    (errors.Busy, "正被占用"),
    (errors.PublishBlocked, "不能发布"),
    (errors.StaleVersion, "已被他人修改"),
    (errors.Conflict, "有冲突"),
    (errors.Forbidden, "没有权限"),
    (errors.Unauthenticated, "身份未明"),
    (errors.TooManyRequests, "请求过于频繁"),
    (errors.WorkerError, "工作进程有误"),
    (errors.ServerError, "数据库服务有误"),
    (errors.UnsupportedVersion, "版本过旧"),
    (errors.SchemaOutdated, "数据库结构版本不符"),
    (errors.DatabaseError, "数据库有误"),
    (errors.GisgridError, "错误"),
)


def exit_code(error: errors.GisgridError) -> int:
    """The exit code that a program may tell errors apart by."""
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))


def message(error: errors.GisgridError) -> str:
    """One line: what, where and how to fix it."""
    title = next(title for kind, title in TITLES if isinstance(error, kind))
    return f"{title} error: {error}".replace("\n", " ")
