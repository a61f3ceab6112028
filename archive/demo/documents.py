"""Documents: PDF letters and reports, encapsulated (PS3.3 §A.45.1)."""

from collections.abc import Iterator

from pydicom.uid import EncapsulatedPDFStorage

from archive.demo import part10
from archive.demo.header import Series, code, header, items
from archive.demo.orders import Builder, StudyOrder
from archive.demo.pdf import letter

# Title: LOINC code and meaning of the title, and the text; a blank line ends a paragraph.
_TEXTS: dict[str, tuple[tuple[str, str], str]] = {
    "CT report": (
        ("18748-4", "Diagnostic imaging study"),
        """
        Technique:

        Helical CT of the thorax after intravenous contrast, 2.5 mm slices, lung and soft-tissue kernels.

        Findings:

        Solid nodule in the right lower lobe, long axis 6.8 mm. Calcified nodule of 5.9 mm in the left upper lobe.
        Short calcification of the left anterior descending artery. Heart of normal size, no effusion, no enlarged
        nodes.

        Impression:

        6.8 mm solid nodule, right lower lobe. Follow-up CT in 12 months.
        """,
    ),
    "Pathology report": (
        ("11526-1", "Pathology study"),
        """
        Macroscopy:

        Two fragments of pale tissue, up to 4 mm, embedded in one block.

        Microscopy:

        Glandular mucosa with a crowded focus: enlarged, stratified nuclei, loss of goblet cells. No invasion seen.

        Conclusion:

        Tubular adenoma with low-grade dysplasia, completely sampled.
        """,
    ),
    "Referral letter": (
        ("57133-1", "Referral note"),
        """
        Dear colleague,

        thank you for seeing this patient with a changing pigmented lesion and a lung nodule under follow-up.
        No weight loss, no fever. Former smoker, 15 pack-years. Medication: none.

        We would be glad of your opinion on the interval of further imaging.
        """,
    ),
    "Discharge summary": (
        ("18842-5", "Discharge summary"),
        """
        Course:

        Admitted for observation after an episode of chest pain. Serial ECGs without change, troponin negative
        twice. Echocardiography: ejection fraction 58 %, no wall motion abnormality.

        Plan:

        Discharged in good condition. Review in the cardiology clinic in six weeks.
        """,
    ),
}


def _paragraphs(text: str) -> list[str]:
    return [" ".join(block.split()) for block in text.strip().split("\n\n")]


def _latin_name(name: str) -> str:
    """The alphabetic group if the PDF's standard fonts can write it; the other scripts are in the header."""
    plain = " ".join(part for part in name.split("=")[0].split("^") if part)
    return plain if plain.encode("cp1252", "ignore").decode("cp1252") == plain else "see the record"


def count(order: StudyOrder) -> int:
    return 1


def build(order: StudyOrder) -> Iterator[bytes]:
    """One page of PDF in one object."""
    title = order.options.get("title", "CT report")
    concept, text = _TEXTS[title]
    series = Series(1, "DOC", title, "Atrium Documents", "DOC1")
    ds = header(order, series, 1, EncapsulatedPDFStorage)
    born = order.patient.birth_date(order.anchor).isoformat()
    facts = [
        ("Patient", _latin_name(order.patient.name)),
        ("Patient ID", f"{order.patient.patient_id}   ({order.patient.issuer})"),
        ("Born", f"{born}   Sex {order.patient.sex}"),
        ("Date", order.moment.strftime("%Y-%m-%d %H:%M")),
        ("Referred by", order.referring.replace("^", " ").strip()),
        ("Accession", order.accession),
    ]
    document = letter(order.institution, order.department, title, facts, _paragraphs(text))
    ds.ConversionType = "WSD"
    ds.AcquisitionDateTime = ds.ContentDate + ds.ContentTime
    ds.BurnedInAnnotation = "YES"
    ds.RecognizableVisualFeatures = "NO"
    ds.DocumentTitle = title
    ds.ConceptNameCodeSequence = items(code(concept[0], "LN", concept[1]))
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    ds.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
    ds.EncapsulatedDocumentLength = len(document)
    yield part10.part10(ds)


BUILDER = Builder(count, build)
