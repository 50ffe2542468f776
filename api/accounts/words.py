"""What roles and rights are called on pages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gisgrid.access import Right

__all__ = ["RIGHT_NAMES", "ROLE_NAMES"]

ROLE_NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "resident": ("居民", "resident"),
        "client": ("接口用户", "client"),
        "member": ("网格员", "member"),
        "officer": ("民警", "officer"),
        "planner": ("规划员", "planner"),
        "reviewer": ("审核员", "reviewer"),
        "chief": ("网格长", "chief"),
        "admin": ("管理员", "admin"),
    }
)

RIGHT_NAMES: Final[Mapping[Right, tuple[str, str]]] = MappingProxyType(
    {
        Right.RESOLVE: ("查网格", "resolve"),
        Right.SEE_PLACES: ("看地址与隐患", "see places"),
        Right.SEE_PEOPLE: ("看网格人员", "see people"),
        Right.DECIDE_ADDRESSES: ("认定地址", "decide addresses"),
        Right.PLAN: ("画网格", "plan"),
        Right.PUBLISH: ("发布方案", "publish"),
        Right.PATROL: ("排巡逻", "patrol"),
        Right.REPORT: ("上报案件", "report"),
        Right.WORK_CASES: ("办理案件", "work on cases"),
        Right.WHISTLE: ("吹哨", "whistle"),
        Right.SEE_CONFIDENTIAL: ("看保密事项", "see confidential"),
        Right.SEE_PERSONAL: ("看姓名电话", "see personal data"),
        Right.MEASURE: ("看指标", "measure"),
        Right.MANAGE_PEOPLE: ("管理人员", "manage people"),
        Right.AUDIT: ("审计", "audit"),
        Right.ADMINISTER: ("管理账号", "administer"),
    }
)
