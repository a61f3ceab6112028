"""Pathology: whole slide images, H&E, a pyramid of four levels and an overview (PS3.3 §A.32.8)."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import ImageCms
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import VLWholeSlideMicroscopyImageStorage

from archive.demo import part10
from archive.demo.header import Series, code, image_header, items
from archive.demo.orders import Builder, StudyOrder
from archive.demo.slide_texture import MICRONS, SIZE, tissue_tile
from archive.demo.texture import Array, resize, smooth_noise, smoothstep

TILE = 512
LEVELS = 4
Picture = NDArray[np.uint8]


@lru_cache(maxsize=1)
def icc_profile() -> bytes:
    """An sRGB profile with its creation date set to a constant, so that the bytes never change."""
    raw = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    raw[24:36] = bytes.fromhex("07ea00010001000000000000")
    raw[84:100] = bytes(16)  # profile ID: a digest that includes the date
    return bytes(raw)


class Slide:
    """One piece of glass: where tissue is, and which of two textures covers each place."""

    def __init__(self, order: StudyOrder, block: int) -> None:
        self.columns = int(order.options.get("columns", "4096"))
        self.rows = self.columns * 3 // 4
        random = order.random(block)
        shape = (self.rows // 32, self.columns // 32)
        y, x = np.mgrid[-0.75 : 0.75 : shape[0] * 1j, -1 : 1 : shape[1] * 1j].astype(np.float32)
        rough = smooth_noise(shape, (6, 8), random, 4)
        pieces = [(-0.42, 0.02, 0.43, 0.56), (0.50, -0.05, 0.31, 0.44)][: 2 if block % 2 else 1]
        if len(pieces) == 1:
            pieces = [(0.0, 0.0, 0.74, 0.56)]
        self.tissue = np.full(shape, 9.0, dtype=np.float32)
        for cx, cy, rx, ry in pieces:
            distance = np.hypot((x - cx) / rx, (y - cy) / ry) - 1 + 0.16 * rough
            self.tissue = np.minimum(self.tissue, distance)
        where = random.uniform(-0.3, 0.3, 2)
        self.tumour = np.hypot(x - where[0] + 0.2, y - where[1]) - 0.26 + 0.07 * smooth_noise(shape, (9, 12), random, 2)
        self.shade = 1 + 0.045 * smooth_noise(shape, (5, 7), random, 2)
        self.offset = random.integers(0, SIZE, 4)

    def strip(self, top: int, rows: int) -> Picture:
        """Rows ``top`` to ``top + rows`` at full resolution, (rows, columns, 3)."""
        benign = _cover(tissue_tile(2), top + int(self.offset[0]), int(self.offset[1]), rows, self.columns)
        crowded = _cover(tissue_tile(1), top + int(self.offset[2]), int(self.offset[3]), rows, self.columns)
        tissue, tumour, shade = (self._part(field, top, rows) for field in (self.tissue, self.tumour, self.shade))
        image = benign.astype(np.float32)
        mix = smoothstep(0.012, -0.012, tumour)[..., None]
        image += mix * (crowded - image)
        image *= shade[..., None]
        on_glass = smoothstep(0.012, -0.006, tissue)[..., None]
        glass = np.array([243, 242, 243], dtype=np.float32)
        return np.asarray(np.clip(glass + on_glass * (image - glass), 0, 255), dtype=np.uint8)

    def _part(self, field: Array, top: int, rows: int) -> Array:
        step = self.rows / field.shape[0]
        first = max(0, int(top / step) - 1)
        last = min(field.shape[0], int(np.ceil((top + rows) / step)) + 1)
        part = field[first:last]
        stretched = resize(part, (int((last - first) * step), self.columns))
        begin = int(top - first * step)
        return stretched[begin : begin + rows]


def _cover(tile: Picture, top: int, left: int, rows: int, columns: int) -> Picture:
    return tile.take(np.arange(top, top + rows), axis=0, mode="wrap").take(
        np.arange(left, left + columns), axis=1, mode="wrap"
    )


def _pyramid(slide: Slide) -> tuple[list[list[bytes]], list[tuple[int, int]], Picture]:
    """Encoded tiles and size of every level, the largest first, and the smallest level as a picture."""
    current: list[Picture] = []
    tiles: list[bytes] = []
    for top in range(0, slide.rows, TILE):
        strip = slide.strip(top, min(TILE, slide.rows - top))
        tiles.extend(_tiles(strip))
        current.append(_half(strip))
    encoded, sizes = [tiles], [(slide.rows, slide.columns)]
    picture = np.concatenate(current)
    for _ in range(LEVELS - 1):
        encoded.append([t for top in range(0, picture.shape[0], TILE) for t in _tiles(picture[top : top + TILE])])
        sizes.append((picture.shape[0], picture.shape[1]))
        smallest = picture
        picture = _half(picture)
    return encoded, sizes, smallest


def _half(picture: Picture) -> Picture:
    even = picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2].astype(np.uint16)
    return ((even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2] + 2) >> 2).astype(np.uint8)


def _tiles(strip: Picture) -> list[bytes]:
    """The strip cut into JPEG tiles from left to right; the last ones are padded with glass."""
    tiles = []
    for left in range(0, strip.shape[1], TILE):
        part = strip[:, left : left + TILE]
        if part.shape[:2] != (TILE, TILE):
            whole = np.full((TILE, TILE, 3), 243, dtype=np.uint8)
            whole[: part.shape[0], : part.shape[1]] = part
            part = whole
        tiles.append(part10.jpeg(part, 82))
    return tiles


def count(order: StudyOrder) -> int:
    return (LEVELS + 1) * int(order.options.get("blocks", "1"))


def build(order: StudyOrder) -> Iterator[bytes]:
    """One series per block of tissue: four levels and the overview."""
    for block in range(int(order.options.get("blocks", "1"))):
        name = f"A{block + 1}"
        series = Series(block + 1, "SM", f"{name} H&E", "Atrium Slide 20", "PATH1", minutes=4 * block)
        slide = Slide(order, block)
        levels, sizes, smallest = _pyramid(slide)
        for number, (tiles, size) in enumerate(zip(levels, sizes, strict=True), start=1):
            kind = "ORIGINAL\\PRIMARY\\VOLUME\\NONE" if number == 1 else "DERIVED\\PRIMARY\\VOLUME\\RESAMPLED"
            yield _object(order, series, number, kind, tiles, size, MICRONS * 2 ** (number - 1), (TILE, TILE), name)
        overview = _half(smallest)
        yield _object(
            order, series, LEVELS + 1, "DERIVED\\PRIMARY\\OVERVIEW\\RESAMPLED", [part10.jpeg(overview, 85)],
            (overview.shape[0], overview.shape[1]), MICRONS * 2**LEVELS, (overview.shape[0], overview.shape[1]), name,
        )  # fmt: skip


def _object(
    order: StudyOrder,
    series: Series,
    number: int,
    image_type: str,
    tiles: list[bytes],
    size: tuple[int, int],
    microns: float,
    tile: tuple[int, int],
    block: str,
) -> bytes:
    """One level as a TILED_FULL multi-frame object."""
    ds = image_header(order, series, number, VLWholeSlideMicroscopyImageStorage, image_type)
    rows, columns = size
    _frame_of_reference(ds, order, block)
    ds.AcquisitionDateTime = ds.AcquisitionDate + ds.AcquisitionTime
    ds.AcquisitionDuration = 48.0
    ds.VolumetricProperties = "VOLUME"
    ds.SpecimenLabelInImage, ds.FocusMethod, ds.ExtendedDepthOfField = "NO", "AUTO", "NO"
    ds.ImagedVolumeWidth, ds.ImagedVolumeHeight = columns * microns / 1000, rows * microns / 1000
    ds.ImagedVolumeDepth = 0.004
    ds.TotalPixelMatrixColumns, ds.TotalPixelMatrixRows = columns, rows
    ds.TotalPixelMatrixFocalPlanes = 1
    origin = Dataset()
    origin.XOffsetInSlideCoordinateSystem, origin.YOffsetInSlideCoordinateSystem = "20", "40"
    ds.TotalPixelMatrixOriginSequence = items(origin)
    ds.ImageOrientationSlide = ["0", "-1", "0", "-1", "0", "0"]
    ds.DimensionOrganizationType = "TILED_FULL"
    organization = Dataset()
    organization.DimensionOrganizationUID = order.uid("slide dimensions", block)
    ds.DimensionOrganizationSequence = items(organization)
    ds.NumberOfFrames = len(tiles)
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "YBR_FULL_422", 0
    ds.Rows, ds.Columns = tile
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    part10.mark_lossy(ds, len(tiles) * tile[0] * tile[1] * 3, sum(map(len, tiles)))
    _optical_path(ds)
    _specimen(ds, order, block)
    _shared_groups(ds, microns, image_type)
    ds.PixelData = encapsulate(tiles, has_bot=True)
    ds["PixelData"].VR = "OB"
    return part10.part10(ds, part10.JPEG)


def _frame_of_reference(ds: Dataset, order: StudyOrder, block: str) -> None:
    ds.FrameOfReferenceUID = order.uid("slide", block)
    ds.PositionReferenceIndicator = "SLIDE_CORNER"
    ds.AcquisitionContextSequence = []
    ds.PatientOrientation = ""


def _optical_path(ds: Dataset) -> None:
    path = Dataset()
    path.OpticalPathIdentifier = "1"
    path.IlluminationTypeCodeSequence = items(code("111744", "DCM", "Brightfield illumination"))
    path.IlluminationColorCodeSequence = items(code("414298005", "SCT", "Full Spectrum"))
    path.ObjectiveLensPower = "20"
    path.ObjectiveLensNumericalAperture = "0.75"
    path.ICCProfile = icc_profile()
    path.ColorSpace = "SRGB"
    ds.OpticalPathSequence = items(path)
    ds.NumberOfOpticalPaths = 1


def _specimen(ds: Dataset, order: StudyOrder, block: str) -> None:
    ds.ContainerIdentifier = f"S{order.accession[-5:]}-{block}"
    ds.IssuerOfTheContainerIdentifierSequence = []
    ds.ContainerTypeCodeSequence = items(code("433466003", "SCT", "Microscope slide"))
    specimen = Dataset()
    specimen.SpecimenIdentifier = ds.ContainerIdentifier
    specimen.SpecimenUID = order.uid("specimen", block)
    specimen.IssuerOfTheSpecimenIdentifierSequence = []
    specimen.SpecimenShortDescription = order.options.get("specimen", "Colon, biopsy")
    specimen.SpecimenPreparationSequence = [_staining(ds.ContainerIdentifier)]
    specimen.PrimaryAnatomicStructureSequence = items(
        code("39937001", "SCT", "Skin")
        if "Skin" in specimen.SpecimenShortDescription
        else code("71854001", "SCT", "Colon")
    )
    ds.SpecimenDescriptionSequence = items(specimen)


def _staining(identifier: str) -> Dataset:
    """Haematoxylin and eosin as TID 8004 content items."""

    def text(concept: Dataset, value: Dataset | str) -> Dataset:
        item = Dataset()
        item.ValueType = "TEXT" if isinstance(value, str) else "CODE"
        item.ConceptNameCodeSequence = items(concept)
        if isinstance(value, str):
            item.TextValue = value
        else:
            item.ConceptCodeSequence = items(value)
        return item

    step = Dataset()
    step.SpecimenPreparationStepContentItemSequence = items(
        text(code("121041", "DCM", "Specimen Identifier"), identifier),
        text(code("111701", "DCM", "Processing type"), code("127790008", "SCT", "Staining")),
        text(code("424361007", "SCT", "Using substance"), code("12710003", "SCT", "hematoxylin stain")),
        text(code("424361007", "SCT", "Using substance"), code("36879007", "SCT", "water soluble eosin stain")),
    )
    return step


def _shared_groups(ds: Dataset, microns: float, image_type: str) -> None:
    measures = Dataset()
    measures.PixelSpacing = [f"{microns / 1000:.6f}"] * 2
    measures.SliceThickness = "0.004"
    frame_type = Dataset()
    frame_type.FrameType = image_type.split("\\")
    optical = Dataset()
    optical.OpticalPathIdentifier = "1"
    shared = Dataset()
    shared.PixelMeasuresSequence = items(measures)
    shared.WholeSlideMicroscopyImageFrameTypeSequence = items(frame_type)
    shared.OpticalPathIdentificationSequence = items(optical)
    ds.SharedFunctionalGroupsSequence = items(shared)


BUILDER = Builder(count, build)
