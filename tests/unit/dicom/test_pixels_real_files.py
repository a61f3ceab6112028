"""Every file of the real data set: our frames against pydicom's, through each codec library that is not ours."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archive.dicom.decode_pool import DecodePool
from archive.dicom.frame_array import frame_array
from archive.dicom.pixels import decode_frame, decoded_description
from archive.dicom.render_parameters import RenderParameters
from archive.dicom.transfer_syntax import TRANSFER_SYNTAXES
from archive.errors import ArchiveError
from tests.unit.dicom.pixels_oracle import Image, images, one, stored_values

FOLDERS = (
    *("cardiology", "charsets", "dental-photographic", "endoscopy", "malformed", "nuclear", "ophthalmology"),
    *("pathology", "radiology", "radiotherapy", "sr-seg-pr", "transfer-syntaxes", "ultrasound"),
)
PLUGINS = ("pillow", "pyjpegls", "pydicom", "pylibjpeg")

REFUSED = {
    "malformed/3gb-bulk-data-truncated": "Bits Stored is 16",  # Bits Allocated 8\0
    "malformed/GH340.dcm": "Bits Allocated is 12",  # ACR-NEMA packing
    "malformed/JPEG2000-embedded-sequence-delimiter.dcm": "the codestream is",
    "malformed/MR_truncated.dcm": "8130 bytes of 8192",
    "malformed/dwv-test_no-number-rows.dcm": "Rows is missing",
    "malformed/genFile.dcm": "not a JPEG codestream",
    "malformed/meta_missing_tsyntax.dcm": "Bits Allocated is missing",
    "malformed/nested_priv_SQ.dcm": "Bits Allocated is missing",
}
ONE_STEP_APART = frozenset(
    {
        # Lossy decoders may differ in the last bit: 12-bit DCT here has only libjpeg to compare with, and the two
        # JPEG 2000 pictures differ from other builds of OpenJPEG in 4 of 12 million samples.
        "ophthalmology/VL4_J2KI",
        "pathology/microscopy-stills/VL5_J2KI.dcm",
        "ophthalmology/sample-op.dcm",  # a baseline JPEG that calls itself lossless
        "radiology/ct-enhanced-multiframe/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm",
        "transfer-syntaxes/ct-one-image-16-syntaxes/CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm",
        "transfer-syntaxes/j2k-jpeg-odd-encoders/RG2_JPLY_fixed.dcm",
        "transfer-syntaxes/sc-rgb-variants/JPGExtended.dcm",
    }
)
BEYOND_PYDICOM = frozenset(
    {
        "cardiology/us-cine/will-jxl.dcm",
        "malformed/CR-MONO1-10-chest",
        "malformed/JPEG-lossy.dcm",
        "malformed/OT-PAL-8-face",
        "malformed/RG2_JPLY.dcm",
        "malformed/badVR.dcm",
        "malformed/liver_nonbyte_aligned_deflate.dcm",
        "malformed/liver_nonbyte_aligned_rle.dcm",
        "sr-seg-pr/seg/liver_deflate.dcm",
        "sr-seg-pr/seg/liver_rle.dcm",
        "transfer-syntaxes/ct-one-image-16-syntaxes/CTImage.dcm_JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm",
        "transfer-syntaxes/ct-one-image-16-syntaxes/CTImage.dcm_JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm",
        "transfer-syntaxes/wg04/MR4_JPLY",
        "transfer-syntaxes/wg04/RG3_JPLY",
        "transfer-syntaxes/wg04/XA1_JPLY",
    }
)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """pydicom comments on every odd file."""
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with closing(DecodePool(1)) as made:
        yield made


def judged(image: Image, index: int) -> dict[str, NDArray[Any]]:
    """What each library makes of a frame."""
    native = not TRANSFER_SYNTAXES[image.transfer_syntax_uid].encapsulated
    found = {}
    # Pillow knows no sign in JPEG 2000 (pydicom shifts what it gives), and is asked for JPEG alone.
    codec = TRANSFER_SYNTAXES[image.transfer_syntax_uid].codec
    for plugin in ("",) if native else PLUGINS if codec == "jpeg" else PLUGINS[1:]:
        try:
            found[plugin] = image.expected(index, plugin)
        except Exception:  # this library can't
            continue
    return found


def differences(image: Image) -> list[str]:
    """In words, where our first frames are not what every library says; empty when all agree."""
    uid = image.transfer_syntax_uid
    syntax = TRANSFER_SYNTAXES[uid]
    words = []
    for index, encoded in enumerate(image.encoded_frames()):
        decoded = decode_frame(encoded, image.description, uid)
        description = decoded_description(image.description, uid, encoded)
        plain = stored_values(decoded, description) if not description.subsampled else frame_array(decoded, description)
        verdicts = judged(image, index)
        if not verdicts and image.name not in BEYOND_PYDICOM:
            words.append(f"{image.name}: nobody else decodes it")
        # Lossy codestreams are decoded bit for bit only by the same library; the first one that takes them judges.
        for plugin, expected in list(verdicts.items())[: 1 if syntax.lossy or image.name in ONE_STEP_APART else None]:
            if plain.shape != expected.shape:
                words.append(f"{image.name}: {plain.shape}, {plugin} says {expected.shape}")
                continue
            allowed = 1 if image.name in ONE_STEP_APART else 0
            if syntax.encapsulated:
                apart = np.abs(plain.astype(np.int64) - expected.astype(np.int64)).max()
            else:
                read = frame_array(decoded, description)
                apart = 0 if np.array_equal(read, expected, equal_nan=read.dtype.kind == "f") else 2
            if apart > allowed:
                words.append(f"{image.name}: frame {index + 1} is {apart} away from {plugin}")
    return words


@pytest.mark.parametrize("folder", FOLDERS)
def test_decoded_frames_are_pydicoms(test_data: Path, folder: str) -> None:
    words, seen = [], 0
    for image in images(test_data, folder + "/"):
        if image.name in REFUSED:
            continue
        seen += 1
        try:
            words += differences(image)
        except ArchiveError as error:
            words.append(f"{image.name}: refused, {error}")
    assert seen
    assert not words, "\n".join(words)


def test_unreadable_frames_are_refused_with_their_reason(test_data: Path) -> None:
    for name, reason in REFUSED.items():
        image = one(test_data, name)
        with pytest.raises(ArchiveError, match=reason):
            decode_frame(image.encoded_frames(1)[0], image.description, image.transfer_syntax_uid)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_frame_that_decodes_can_be_shown_by_a_confined_child(
    test_data: Path, pool: DecodePool, folder: str
) -> None:
    thumbnail = RenderParameters.parse(viewport="96,96")
    for image in images(test_data, folder + "/"):
        if image.name not in REFUSED:
            encoded = image.encoded_frames(1)[0]
            picture = pool.render(encoded, image.header, thumbnail, transfer_syntax_uid=image.transfer_syntax_uid)
            assert picture.startswith(b"\xff\xd8\xff"), image.name


@pytest.mark.parametrize(
    ("name", "twin", "most"),
    [
        ("sr-seg-pr/seg/liver_rle.dcm", "radiology/ct-abdomen-3slice-with-seg/liver.dcm", 0),
        ("malformed/liver_nonbyte_aligned_deflate.dcm", "malformed/liver_nonbyte_aligned.dcm", 0),
        ("malformed/RG2_JPLY.dcm", "transfer-syntaxes/j2k-jpeg-odd-encoders/RG2_JPLY_fixed.dcm", 0),
        ("transfer-syntaxes/wg04/MR4_JPLY", "transfer-syntaxes/wg04/MR4_UNC", 64),
    ],
)
def test_what_pydicom_cannot_read_equals_its_twin(test_data: Path, name: str, twin: str, most: int) -> None:
    """Files beyond pydicom, against the same picture in an encoding it reads; `most` grey levels for lossy ones."""
    values = []
    for each in (one(test_data, name), one(test_data, twin)):
        frames = [decode_frame(f, each.description, each.transfer_syntax_uid) for f in each.encoded_frames()]
        values.append(np.stack([stored_values(frame, each.description) for frame in frames]).astype(np.int64))
    assert np.abs(values[0] - values[1]).max() <= most
