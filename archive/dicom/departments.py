"""Which lane of the worklist a study belongs to: the department that says it made the study, else what it made."""

from __future__ import annotations

import re
from typing import Final

from archive.dicom.person_name import fold

LANES: Final = (
    "radiology",
    "cardiology",
    "nuclear",
    "mammography",
    "pathology",
    "ophthalmology",
    "dermatology",
    "endoscopy",
    "ultrasound",
    "documents",
    "other",
)

# Word beginnings in the folded Institutional Department Name (0008,1040). The first row that matches decides, so the
# more special come first: "Nuclear cardiology" is nuclear, "Radiology, breast imaging" is mammography.
_NAMES: Final = (
    ("nuclear", r"nuclear|nukl|pet\b|spect\b|medicin[ae] nucle|medecine nucle"),
    ("mammography", r"mammo|mamogr|breast|brust|senolog"),
    ("cardiology", r"cardi|kardi|cath\b|cathlab|echocard|angiocard|e[ck]g\b|heart"),
    ("pathology", r"patholog|patolog|histol|cytol|zytol"),
    ("ophthalmology", r"ophthal|oftalm|augen|eye\b|retina|optometr"),
    ("dermatology", r"dermat|haut|skin"),
    ("endoscopy", r"endosc|endosk|gastroent|bronchos|colonos|kolosk"),
    ("ultrasound", r"ultras|sonogr|ecograf|echogr"),
    ("radiology", r"radiol|rontgen|roentgen|imaging|x-?ray|bildgeb|imagerie|ct\b|mri?\b"),
)
_BY_NAME: Final = tuple((lane, re.compile(rf"(?<!\w)(?:{words})")) for lane, words in _NAMES)

# Defined terms of Modality (0008,0060), PS3.3 §C.7.3.1.1.1, retired ones included. Terms that say how but not where
# (OT, PR, KO, SEG, REG and the like) are left out: the SOP Class decides then.
_BY_MODALITY: Final = {
    modality: lane
    for lane, modalities in (
        ("radiology", "CT MR MA MS CR DX RF RG PX IO PA BMD DG TG LS BI"),
        ("radiology", "RTIMAGE RTDOSE RTSTRUCT RTPLAN RTRECORD RTSEGANN RTINTENT RTRAD CTPROTOCOL XAPROTOCOL"),
        ("cardiology", "XA ECG HD EPS IVUS IVOCT CF DS EC RESP"),
        ("nuclear", "NM PT ST"),
        ("mammography", "MG"),
        ("pathology", "SM GM CP STAIN"),
        ("ophthalmology", "OP OPT OCT OPM OPV OPR OPTBSV OPTENF OAM OSS AR IOL KER LEN SRF VA FA FS"),
        ("dermatology", "DMS DM XC CFM"),
        ("endoscopy", "ES LP CS"),
        ("ultrasound", "US BDUS CD DD"),
        ("documents", "DOC SR HC PLAN"),
    )
    for modality in modalities.split()
}

# Beginnings of SOP Class UIDs (PS3.4 §B.5) for objects whose Modality is missing or says nothing; longest first.
_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
_BY_SOP_CLASS: Final = (
    ("77.1.1", "endoscopy"),
    ("77.1.2", "pathology"),
    ("77.1.3", "pathology"),
    ("77.1.4", "dermatology"),
    ("77.1.5", "ophthalmology"),
    ("77.1.6", "pathology"),
    ("77.1.7", "dermatology"),
    ("104.1", "documents"),
    ("104.2", "documents"),
    ("12.1", "cardiology"),
    ("12.2", "radiology"),
    ("13.1.3", "mammography"),
    ("3.1", "ultrasound"),
    ("6.1", "ultrasound"),
    ("6.2", "ultrasound"),
    ("1.2", "mammography"),
    ("1.1", "radiology"),
    ("1.3", "radiology"),
    ("128", "nuclear"),
    ("130", "nuclear"),
    ("481", "radiology"),
    ("20", "nuclear"),
    ("78", "ophthalmology"),
    ("79", "ophthalmology"),
    ("80", "ophthalmology"),
    ("81", "ophthalmology"),
    ("82", "ophthalmology"),
    ("88", "documents"),
    ("1", "radiology"),
    ("2", "radiology"),
    ("4", "radiology"),
    ("9", "cardiology"),
)


def department_of(institutional_department_name: str, modality: str, sop_class_uid: str) -> str:
    """The lane, one of `LANES`: by the department's own name, else by Modality, else by SOP Class."""
    name = fold(institutional_department_name)
    for lane, words in _BY_NAME:
        if words.search(name):
            return lane
    if made_by := _BY_MODALITY.get(modality.strip().upper()):
        return made_by
    # The dot keeps "1.2" (mammography) from claiming "1.20"; "1.2.1" (its for-processing sibling) belongs to it.
    leaf = sop_class_uid.removeprefix(_STORAGE) + "."
    if leaf != sop_class_uid + ".":
        for beginning, lane in _BY_SOP_CLASS:
            if leaf.startswith(beginning + "."):
                return lane
    return "other"
