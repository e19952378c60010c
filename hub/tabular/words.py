"""A text in both languages."""

import msgspec


class Words(msgspec.Struct, frozen=True):
    """The same said in English and in Chinese."""

    en: str
    zh: str

    def told(self, language: str) -> str:
        """In ``zh`` (or a variant of it), else in English."""
        return self.zh if language.lower().startswith("zh") else self.en


NOTHING = Words("", "")
