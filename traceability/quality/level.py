"""The five levels of quality management capability (制造业企业质量管理能力等级)."""

from enum import IntEnum

_ZH = ("经验级", "检验级", "保证级", "预防级", "卓越级")
_EN = ("experience", "inspection", "assurance", "prevention", "excellence")


class Level(IntEnum):
    """L0 to L4; a higher level includes the conditions of every lower one."""

    L0 = 0
    L1 = 1
    L2 = 2
    L3 = 3
    L4 = 4

    @property
    def zh(self) -> str:
        """The name in Chinese, as the notice prints it."""
        return _ZH[self]

    @property
    def en(self) -> str:
        """The name in English."""
        return _EN[self]
