"""Which builder makes which kind of study."""

from archive.demo import (
    angiography,
    body_ct,
    chest_ct,
    documents,
    ecg,
    endoscopy,
    eye,
    head_ct,
    head_mr,
    mammography,
    pet_ct,
    skin,
    slide,
    ultrasound,
    xray,
)
from archive.demo.orders import Builder

BUILDERS: dict[str, Builder] = {
    "angiography": angiography.BUILDER,
    "body_ct": body_ct.BUILDER,
    "chest_ct": chest_ct.BUILDER,
    "documents": documents.BUILDER,
    "ecg": ecg.BUILDER,
    "endoscopy": endoscopy.BUILDER,
    "eye": eye.BUILDER,
    "head_ct": head_ct.BUILDER,
    "head_mr": head_mr.BUILDER,
    "mammography": mammography.BUILDER,
    "pet_ct": pet_ct.BUILDER,
    "skin": skin.BUILDER,
    "slide": slide.BUILDER,
    "ultrasound": ultrasound.BUILDER,
    "xray": xray.BUILDER,
}
