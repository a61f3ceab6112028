"""Write src/domain/dictionary.json: names of the standard attributes (PS3.6), from pydicom's own tables.

Run in the archive's Python environment: ``python scripts/make-dictionary.py``.
"""

import json
from pathlib import Path

from pydicom._dicom_dict import DicomDictionary

TARGET = Path(__file__).parent.parent / "src" / "domain" / "dictionary.json"


def main() -> None:
    """Write one ``"GGGGEEEE": "Name"`` line per attribute, sorted by tag."""
    names = {f"{tag:08X}": entry[2] for tag, entry in sorted(DicomDictionary.items()) if entry[2]}
    lines = ",\n".join(f"{json.dumps(tag)}:{json.dumps(name, ensure_ascii=False)}" for tag, name in names.items())
    TARGET.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
