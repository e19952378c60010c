"""Every error of vision.

::

    VisionError
    ├── PictureRefused      the bytes are no picture that may be read
    │   ├── NotAPicture         not one of the kinds known here (or empty)
    │   ├── PictureTooLarge     more bytes or pixels than the limits allow; refused before decoding
    │   ├── PictureTooSmall     a side of two pixels or fewer; native readers abort on such
    │   └── PictureDamaged      of a known kind, but truncated or corrupt
    ├── ProgramRefused      an inspection program that makes no sense, or is not what was taught
    ├── CalibrationRefused  a calibration that cannot be made, read, or used with this camera
    ├── TeachingRefused     pictures that nothing can be learnt from
    ├── TruthRefused        a labelled folder whose labels cannot be read
    ├── OptionRefused       an option that means nothing here (unknown format, charset …)
    └── SourceRefused       a file or folder that cannot be read

A picture without symbols is not an error: it is a `Reading` with a reason.
"""


class VisionError(Exception):
    """Root of all stated problems; anything else that escapes is a bug."""

    def __init__(self, what: str, *, where: str = "", advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.advice = advice

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        advice = f" ({self.advice})" if self.advice else ""
        return f"{where}{self.what}{advice}"


class PictureRefused(VisionError):
    """The bytes are no picture that may be read."""


class NotAPicture(PictureRefused):
    """Empty, or none of the kinds known here."""


class PictureTooLarge(PictureRefused):
    """More bytes or pixels than the limits allow."""


class PictureTooSmall(PictureRefused):
    """A side so short that no symbol fits and native readers abort."""


class PictureDamaged(PictureRefused):
    """Of a known kind, but truncated or corrupt."""


class OptionRefused(VisionError):
    """An option that means nothing here."""


class SourceRefused(VisionError):
    """A file or folder that cannot be read."""


class ProgramRefused(VisionError):
    """An inspection program that makes no sense, or whose taught files are not those it was taught with."""


class CalibrationRefused(VisionError):
    """A calibration that cannot be made, read, or used with this camera."""


class TeachingRefused(VisionError):
    """Pictures that nothing can be learnt from."""


class TruthRefused(VisionError):
    """A labelled folder whose labels cannot be read."""
