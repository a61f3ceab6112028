"""What a hospital orders: one line per kind of examination, with who it is for and how often it happens."""

from dataclasses import dataclass, field

RADIOLOGY, CARDIOLOGY, NUCLEAR = "Radiology", "Cardiology", "Nuclear Medicine"
BREAST, PATHOLOGY, EYE, SKIN = "Breast Imaging", "Pathology", "Ophthalmology", "Dermatology"
ENDOSCOPY, ULTRASOUND, RECORDS = "Endoscopy", "Ultrasound", "Medical Records"


@dataclass(frozen=True)
class Template:
    """An examination: which builder, what it is called, where it is done, and for whom (sex '' means anyone)."""

    kind: str
    description: str
    department: str
    options: dict[str, str] = field(default_factory=dict)
    how_many: int = 0
    sex: str = ""
    youngest: int = 0


TEMPLATES: dict[str, Template] = {
    "chest pa": Template("xray", "Chest PA", RADIOLOGY, {"views": "PA", "device": "CR", "size": "1760"}, 22, "", 1),
    "chest 2": Template("xray", "Chest PA and lateral", RADIOLOGY, {"views": "PA,LL"}, 13, "", 14),
    "chest pneumonia": Template("xray", "Chest PA", RADIOLOGY, {"views": "PA", "finding": "pneumonia"}, 3, "", 14),
    "chest effusion": Template("xray", "Chest PA", RADIOLOGY, {"views": "PA", "finding": "effusion"}, 2, "", 30),
    "chest nodule": Template("xray", "Chest PA", RADIOLOGY, {"views": "PA", "finding": "nodule"}, 2, "", 40),
    "chest inverted": Template("xray", "Chest PA", RADIOLOGY, {"views": "PA", "inverted": "1"}, 3, "", 14),
    "pneumothorax": Template("xray", "Chest PA and lateral", RADIOLOGY, {"views": "PA,LL", "finding": "pneumothorax"}),
    "hand": Template("xray", "Hand, one view", RADIOLOGY, {"part": "hand", "views": "AP", "device": "CR"}, 10, "", 10),
    "knee": Template("xray", "Knee AP", RADIOLOGY, {"part": "knee", "views": "AP", "side": "L"}, 11, "", 12),
    "head ct": Template("head_ct", "CT head without contrast", RADIOLOGY, {}, 4, "", 18),
    "bleeding": Template("head_ct", "CT head without contrast", RADIOLOGY, {"finding": "blood"}),
    "head mr": Template("head_mr", "MR brain", RADIOLOGY, {"weightings": "T1,T2"}, 3, "", 10),
    "plaques": Template("head_mr", "MR brain", RADIOLOGY, {"finding": "plaques", "weightings": "T1,T2,FLAIR"}),
    "tumour": Template(
        "head_mr", "MR brain with contrast", RADIOLOGY, {"finding": "tumour", "weightings": "T1,T2,FLAIR,T1 Gd"}
    ),
    "abdomen": Template(
        "body_ct", "CT abdomen, portal venous", RADIOLOGY, {"body": "man", "region": "abdomen"}, 3, "M", 30
    ),
    "thorax": Template("body_ct", "CT thorax", RADIOLOGY, {"body": "woman", "region": "thorax"}, 3, "F", 30),
    "both": Template("body_ct", "CT thorax and abdomen", RADIOLOGY, {"body": "man", "region": "both"}, 0, "M", 30),
    "embolism": Template(
        "body_ct", "CT pulmonary angiogram", RADIOLOGY, {"body": "embolism", "region": "angiogram"}, 1, "M", 30
    ),
    "ecg": Template("ecg", "12-lead ECG", CARDIOLOGY, {"rhythm": "sinus"}, 26, "", 5),
    "ecg slow": Template("ecg", "12-lead ECG", CARDIOLOGY, {"rhythm": "brady"}, 5, "", 20),
    "ecg fast": Template("ecg", "12-lead ECG", CARDIOLOGY, {"rhythm": "tachy"}, 4, "", 1),
    "ecg af": Template("ecg", "12-lead ECG", CARDIOLOGY, {"rhythm": "fibrillation"}, 5, "", 55),
    "ecg block": Template("ecg", "12-lead ECG", CARDIOLOGY, {"rhythm": "block", "implicit": "1"}, 2, "", 50),
    "ecg st": Template("ecg", "12-lead ECG", CARDIOLOGY, {"rhythm": "anterior"}),
    "echo": Template("ultrasound", "Echocardiography", CARDIOLOGY, {"view": "heart", "clips": "2"}, 5, "", 18),
    "echo full": Template("ultrasound", "Echocardiography", CARDIOLOGY, {"view": "heart", "clips": "3"}),
    "echo weak": Template(
        "ultrasound", "Echocardiography", CARDIOLOGY, {"view": "heart", "clips": "2", "heart": "weak"}, 1, "", 60
    ),
    "coronary": Template("angiography", "Coronary angiography", CARDIOLOGY, {"stenosis": "0.7"}, 1, "", 55),
    "coronary normal": Template("angiography", "Coronary angiography", CARDIOLOGY, {"runs": "1"}, 1, "", 50),
    "pet": Template("pet_ct", "PET/CT FDG whole body", NUCLEAR, {"point": "current"}),
    "pet prior": Template("pet_ct", "PET/CT FDG whole body", NUCLEAR, {"point": "prior"}),
    "mammography": Template(
        "mammography", "Screening mammography", BREAST, {"breast": "2", "density": "0.35"}, 0, "F", 40
    ),
    "mass": Template("mammography", "Screening mammography", BREAST, {"breast": "1", "mass": "1"}),
    "mass prior": Template("mammography", "Screening mammography", BREAST, {"breast": "1", "syntax": "jpegls"}),
    "liver us": Template("ultrasound", "US abdomen", ULTRASOUND, {"view": "abdomen", "stills": "3"}, 14, "", 5),
    "thyroid us": Template(
        "ultrasound", "US thyroid", ULTRASOUND, {"view": "thyroid", "nodule": "9", "stills": "2"}, 8, "", 18
    ),
    "thyroid rle": Template(
        "ultrasound",
        "US thyroid",
        ULTRASOUND,
        {"view": "thyroid", "nodule": "12", "stills": "2", "rle": "1"},
        2,
        "",
        18,
    ),
    "fundus": Template("eye", "Fundus photography", EYE, {"oct": "0", "eye": "3"}, 6, "", 20),
    "oct": Template("eye", "OCT macula and fundus", EYE, {"eye": "4", "lines": "13"}, 2, "", 40),
    "mole": Template(
        "skin", "Skin lesion, follow-up", SKIN, {"lesion": "2", "diameter": "5.2", "site": "Right forearm"}, 11, "", 18
    ),
    "colonoscopy": Template("endoscopy", "Colonoscopy", ENDOSCOPY, {"stills": "4"}, 7, "", 45),
    "colonoscopy video": Template("endoscopy", "Colonoscopy", ENDOSCOPY, {"stills": "3", "video": "1"}),
    "slide": Template("slide", "Colon, biopsy", PATHOLOGY, {"columns": "4096", "specimen": "Colon, biopsy"}, 2, "", 45),
    "slide large": Template("slide", "Colon, polypectomy", PATHOLOGY, {"columns": "8192", "specimen": "Colon, polyp"}),
    "skin slide": Template(
        "slide", "Skin, punch biopsy", PATHOLOGY, {"columns": "4096", "blocks": "2", "specimen": "Skin, punch biopsy"}
    ),
    "referral": Template("documents", "Referral letter", RECORDS, {"title": "Referral letter"}, 13, "", 0),
    "discharge": Template("documents", "Discharge summary", RECORDS, {"title": "Discharge summary"}, 12, "", 18),
    "ct report": Template("documents", "CT report", RECORDS, {"title": "CT report"}),
    "pathology report": Template("documents", "Pathology report", RECORDS, {"title": "Pathology report"}, 3, "", 45),
}  # fmt: skip
