"""What people write beside an address: brackets, telephones, labels, how the place lies to it."""

from __future__ import annotations

import re

from gisgrid.address.masking import hide
from gisgrid.address.numerals import BANKERS, EVERYDAY

__all__ = ["split_near", "without_brackets", "without_labels"]

_WHO = "收货人|收件人|联系人|姓名"
_HAN = "㐀-鿿"

_BRACKETED = re.compile(r"\(([^()]*)\)")
_OF_A_NAME = re.compile(
    rf"(?<=[{_HAN}])(?<![弄号幢栋座楼层室])\([{_HAN}]{{2,4}}\)(?=[\d{EVERYDAY}{BANKERS}])"
)
_COUNTED = re.compile(rf"(?:[A-Z\d{EVERYDAY}甲乙丙丁]+(?:弄|支弄|号楼?|[幢栋座室层楼]|单元))+")
_REMARK = re.compile(r"[近靠原曾旧在临]|.*[旁边面近内站]$")
_PLACE = re.compile(r".+(?:[路街道巷弄村镇区乡坊苑园]|花园|小区|公寓|广场)")
_TELEPHONE = re.compile(
    r"(?<![\dA-Z])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
    r"|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"
    r"|(?<!\d)\d{7,12}(?!\d)(?![弄支号幢栋座室])"
    r"|(?:邮编|邮政编码)[: ]?\d{6}"
    rf"|(?:^|(?<=[ ,]))\d{{6}}(?=$|[ ,{_HAN}])(?![弄支号幢栋座室])"
)
_LABEL = re.compile(
    r"(?:收货|收件|寄件|送货|联系|详细|家庭|公司|现住|居住|户籍|通讯|注册|我的)?地址[:是为在]*"
    rf"|(?:{_WHO})[: ]*[{_HAN}]{{2,3}}(?=[ ,\d]|$)|(?:{_WHO})[: ]*"
    r"|(?:联系电话|手机号码?|手机|电话|TEL)[: ]*"
    r"|(?:^|(?<=[ ,]))(?:[我你他她]们?家?)?"
    r"(?:居?住在?|家[住在]|位于|坐落于?|(?:快递)?(?:请|麻烦)?(?:[寄送][到往至]?|到)|在|去)"
    r"|(?<=[号室弄幢栋层楼座\d ,])(?:请|麻烦|谢谢|务必|切勿|放|留)(?![^,]*[路街村镇弄])[^,]*"
    rf"|(?:(?<=[ ,号室弄])|^)[{_HAN}](?:先生|女士|小姐|阿姨|师傅|老师)代?收?(?=$|[ ,])"
    r"|(?:门口|门前|楼下)(?=$|[ ,])|(?<=[弄号])内"
)
_NUMBER_SIGN = re.compile(r"(?:NO\.? ?|第)(?=\d)")
_DIRECTION = "[东南西北]{1,2}"
_METRES = r"约?\d{1,4}(?:米|M)"
_NEAR = re.compile(
    rf"斜?对[面过门]|旁边?|隔壁|附近|(?<=弄)弄?口|周边|边上|[后前]面|后门|背后"
    rf"|左右(?=$|[ ,])|一带(?!一路)|(?<=[\d号弄])上下|(?<=\d)[多几]号|[以之][东西南北外]"
    rf"|[往向]{_DIRECTION}(?:{_METRES})?|{_DIRECTION}(?:{_METRES}|[侧首面])"
)
_AREA = re.compile(r".*(?:[镇乡区]|街道)")
_A_NUMBER = re.compile(rf"\d|[{EVERYDAY}]+[弄号]")


def without_labels(text: str) -> str:
    """Leave out telephone numbers, postcodes, labels and requests to a courier."""
    return _LABEL.sub(",", _TELEPHONE.sub(",", _NUMBER_SIGN.sub("", text)))


def without_brackets(text: str) -> tuple[str, bool]:
    """Unwrap what belongs to the address, and leave out other remarks in brackets.

    Those of a name (水产村(方泰)104号) stay as they are, hidden.

    Returns
    -------
    text : str
    dropped : bool
        Whether a remark was left out.
    """
    dropped = False

    def name(found: re.Match[str]) -> str:
        return found[0] if _REMARK.match(found[0][1:-1]) else hide(found[0])

    def content(found: re.Match[str]) -> str:
        nonlocal dropped
        inner = found[1]
        if _COUNTED.fullmatch(inner):
            return inner
        if len(inner) <= 12 and not _REMARK.match(inner) and _PLACE.fullmatch(inner):
            return inner
        dropped = True
        return ","

    text = _BRACKETED.sub(content, _OF_A_NAME.sub(name, text))
    return re.sub(r"[()]", ",", text), dropped


def split_near(text: str) -> tuple[str, str, bool]:
    """Tell an address from the words that say how the place lies to it.

    Parameters
    ----------
    text : str

    Returns
    -------
    text : str
        The address. Of a landmark with an address after it (惠民家园旁白银路288号) only the
        divisions stay.
    near : str
        The words, ``""`` for none: 旁, 对面, 往东50米.
    landmark : bool
        Whether a landmark was left out.
    """
    landmark = False
    while found := _NEAR.search(text):
        before, after = text[: found.start()], text[found.end() :]
        if not before.strip(" ,-"):
            text = after
        elif _A_NUMBER.search(after) and not _A_NUMBER.search(before):
            area = _AREA.match(before)
            text, landmark = (area[0] if area else "") + after, True
        else:
            return before, found[0], landmark
    return text, "", landmark
