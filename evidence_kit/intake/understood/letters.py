"""The characters of Unicode by the part they play in a text: one small number for each."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPACE, DIGIT, LOWER, UPPER, ACCENTED, LETTER, MARK, SYMBOL, ALIEN, IDEOGRAPH, COMMON = range(11)
PARTS: Final = 11
"""Part of a character. `ACCENTED` is a Latin letter outside of ASCII, `LETTER` one of another alphabet, `MARK` ASCII
punctuation, `SYMBOL` any other sign, `COMMON` one of the ideographs that make half of any text, `ALIEN` what no text
holds: controls, halves of surrogates, private use."""

# The fifth of all characters that make half of a Chinese or Japanese text; random ones are hardly ever among them.
_COMMON_IDEOGRAPHS: Final = (
    "的一是不了人我在有他这这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事"
    "只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名"
    "定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住"
    "個們來時為國說會過對後學還沒開這發經長現樣應間動從實點種業話給見與問機無請題關電體認進當處書東車買賣萬義錢讓邊麼號愛媽門頭聽讀寫嗎於員區場將產兩條總議"
    "論設計證務單調謝訊錯誤輸據權限貼組網址站內回覆您郵件需求因此參加沈龍臺灣歡迎使戶帳密碼選擇確認聯絡收寄送達失敗傳檔案資料夾圖片影音語言終於變讚"
    "今昨時気何日本語人間会社出来思言見行食飲私僕彼女達方前後上下中外東京大学生先電話車家族友写真送待笑楽願明朝晚夜点半分请谢吗吧呢啊哦嗯哈爱妈爸"
)
_PLANES: Final = 0x110000
_RARE_BLANKS: Final = frozenset({0x1680, 0x205F, *range(0x2000, 0x2009), 0x200A})
# Scripts are told apart by blocks of 128 characters, alphabets that take several blocks by their first.
_JOINED: Final = (
    (0x0370, 0x0400, 1), (0x0400, 0x0530, 2), (0x0590, 0x0600, 3), (0x0600, 0x0900, 4), (0xFB50, 0xFE00, 4),
    (0xFE70, 0xFF00, 4), (0x3040, 0x3100, 5), (0x31F0, 0x3200, 5), (0x3400, 0xA000, 5), (0xF900, 0xFB00, 5),
    (0xAC00, 0xD7B0, 6), (0x2D30, 0x2D80, 7),
)  # fmt: skip


@cache
def character_parts() -> NDArray[np.uint8]:
    """Return the part of every character, indexed by code point; built once, in a tenth of a second."""
    import numpy as np

    found = np.full(_PLANES, ALIEN, np.uint8)
    for start, end in ((0, 0x3400), (0xA000, 0xAC00), (0xF900, 0x17000), (0x1B000, 0x20000)):
        found[start:end] = [_part(point) for point in range(start, end)]
    found[0x3400:0xA000] = found[0x17000:0x1B000] = found[0x20000:0x32000] = IDEOGRAPH
    found[0x4DC0:0x4E00] = SYMBOL
    found[0xAC00:0xD7B0] = LETTER
    found[[ord(each) for each in _COMMON_IDEOGRAPHS]] = COMMON
    # Tags behind a flag and selectors of a picture's form: parts of emoji.
    found[0xE0020:0xE0080] = SYMBOL
    found[0xE0100:0xE01F0] = SYMBOL
    return found


def _part(point: int) -> int:
    character = chr(point)
    if point < 0x80:
        return _plain(character)
    category = unicodedata.category(character)
    if category[0] == "Z" or point == 0x85:
        # Of the many widths of a blank texts use few; a row of the others says something else.
        return SYMBOL if point in _RARE_BLANKS else SPACE
    if category[0] in "LM":
        return _letter(point)
    if category in {"Nd", "Nl", "No"}:
        return DIGIT if category == "Nd" else SYMBOL
    # Braille is drawn with, and every one of its signs is a byte.
    return ALIEN if (category[0] == "C" and category != "Cf") or 0x2800 <= point < 0x2900 else SYMBOL


def _plain(character: str) -> int:
    if character in " \t\n\r\f":
        return SPACE
    if character.isdigit():
        return DIGIT
    if character.isalpha():
        return LOWER if character.islower() else UPPER
    return MARK if character.isprintable() else ALIEN


def _letter(point: int) -> int:
    if 0xF900 <= point < 0xFB00:
        return IDEOGRAPH
    # Selectors of a picture's form count as signs, for they stand in the middle of emoji.
    if 0xFE00 <= point < 0xFE10:
        return SYMBOL
    return ACCENTED if 0xC0 <= point < 0x250 or 0x300 <= point < 0x370 or 0x1E00 <= point < 0x1F00 else LETTER


@cache
def character_scripts() -> NDArray[np.uint16]:
    """Return the script of every character as a number: letters of one word share it."""
    import numpy as np

    found = (np.arange(_PLANES, dtype=np.uint32) >> 7).astype(np.uint16) + np.uint16(16)
    found[:0x250] = 0
    found[0x300:0x370] = 0
    found[0x1E00:0x1F00] = 0
    for start, end, number in _JOINED:
        found[start:end] = number
    return found
