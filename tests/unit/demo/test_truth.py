"""What the generators were told is what a reader measures in the pixels."""

import numpy as np
from numpy.typing import NDArray

from archive.demo import angiography, chest_ct, ecg, head_ct, pet_ct, ultrasound
from archive.demo.chest_ct import GRID
from archive.demo.lesions import Nodule, paint_nodule
from archive.demo.solids import Grid
from tests.unit.demo.conftest import instances, order_for


def test_a_painted_nodule_has_its_diameter_and_density() -> None:
    grid = Grid((-15.0, -15.0, -15.0), (0.5, 0.5, 0.5), (61, 61, 61))
    volume = np.full(grid.shape, -860.0, dtype=np.float32)
    paint_nodule(volume, grid, Nodule("n", (0.0, 0.0, 0.0), 10.4, 38.0), seed=3)
    solid = volume > (38 - 860) / 2
    widths = [np.ptp(np.nonzero(solid)[axis]) * 0.5 + 0.5 for axis in range(3)]
    assert abs(max(widths) - 10.4) < 1.0
    assert abs(volume[30, 30, 30] - 38) < 1


def test_chest_ct_is_in_hounsfield_units_and_the_nodule_grew() -> None:
    current, prior = chest_ct.chest_volume("a", "current"), chest_ct.chest_volume("a", "prior")
    told = chest_ct.truth("a", "current")
    x, y, z = told["nodules"][0]["centre"]
    index = tuple(
        round((value - start) / step) for value, start, step in zip((z, y, x), GRID.start, GRID.step, strict=True)
    )
    assert abs(float(current[index]) - 38) < 25
    box = tuple(slice(i - n, i + n + 1) for i, n in zip(index, (3, 14, 14), strict=True))
    voxel = float(np.prod(GRID.step))

    def volume_of(part: NDArray[np.int16]) -> float:
        return float((part > -400).sum() * voxel)

    grown = volume_of(current[box]) - volume_of(prior[box])
    expected = np.pi / 6 * (10.4**3 - 6.8**3)
    assert 0.5 * expected < grown < 2.0 * expected
    aorta = current[
        round((-60 - GRID.start[0]) / GRID.step[0]), round((38.5 + 182) / 0.742), round((20.5 + 190) / 0.742)
    ]
    assert abs(float(aorta) - told["aorta_hounsfield"]) < 15
    assert (current > 700).any(), "bone and the calcified plaque"


def test_the_plaque_lies_in_the_artery_with_its_length() -> None:
    told = chest_ct.truth("a", "current")["plaque"]
    assert told["length_mm"] == 9.0
    with_plaque = chest_ct.chest_volume("a", "current")
    heart = with_plaque[30:62, 120:260, 250:360]
    assert (heart > 600).sum() * float(np.prod(GRID.step)) > 20


def test_pet_gives_its_suv_from_what_the_header_says() -> None:
    order = order_for("pet_ct", patient_id="3120005", point="current")
    pet = [ds for ds in instances(order) if ds.Modality == "PT"]
    drug = pet[0].RadiopharmaceuticalInformationSequence[0]

    def seconds(value: str) -> int:
        return int(value[:2]) * 3600 + int(value[2:4]) * 60 + int(value[4:6])

    uptake = seconds(str(pet[0].SeriesTime)) - seconds(str(drug.RadiopharmaceuticalStartTime))
    assert uptake == pet_ct.UPTAKE_MIN * 60
    dose = float(drug.RadionuclideTotalDose) * 2 ** (-uptake / float(drug.RadionuclideHalfLife))
    factor = float(pet[0].PatientWeight) * 1000 / dose
    suv = np.stack([ds.pixel_array * float(ds.RescaleSlope) * factor for ds in pet])
    heights = np.array([float(ds.ImagePositionPatient[2]) for ds in pet])
    for lesion in pet_ct.truth(order)["lesions"]:
        x, y, z = lesion["centre"]
        k = int(np.argmin(np.abs(heights - z)))
        row, column = (round((v - float(pet[0].ImagePositionPatient[i])) / 4.0) for v, i in ((y, 1), (x, 0)))
        part = suv[k - 2 : k + 3, row - 3 : row + 4, column - 3 : column + 4]
        assert abs(part.max() - lesion["suv_max"]) < 0.03 * lesion["suv_max"]
    ct = next(instances(order))
    assert ct.FrameOfReferenceUID == pet[0].FrameOfReferenceUID


def test_ecg_has_the_rate_and_intervals_it_was_told() -> None:
    order = order_for("ecg", rhythm="sinus")
    signal = ecg.record(ecg.RHYTHMS["sinus"], order.random(1))[:, ecg.LEADS.index("II")] * ecg.MICROVOLTS / 1000
    peaks = [
        i for i in range(1, len(signal) - 1) if signal[i] > 0.6 and signal[i] == signal[max(0, i - 60) : i + 61].max()
    ]
    peaks = [p for number, p in enumerate(peaks) if number == 0 or p - peaks[number - 1] > 30]
    rate = 60 * ecg.RATE / np.diff(peaks).mean()
    assert abs(rate - ecg.truth(order)["heart_rate"]) < 3
    beat = np.mean([signal[p - 150 : p + 300] for p in peaks[1:-1]], axis=0)
    onset = 150 - 0.44 * 94 / 1000 * ecg.RATE
    end_of_t = np.flatnonzero(beat - beat[-60:].mean() > 0.028)[-1]
    assert abs((end_of_t - onset) / ecg.RATE * 1000 - 392) < 30


def test_limb_leads_obey_einthoven() -> None:
    record = ecg.record(ecg.RHYTHMS["tachy"], order_for("ecg").random(1)).astype(int)
    one, two, three, right, left, foot = (record[:, i] for i in range(6))
    assert np.abs(two - one - three).max() <= 2
    assert np.abs(right + left + foot).max() <= 3


def test_haemorrhage_has_its_volume() -> None:
    order = order_for("head_ct", finding="blood")
    told = head_ct.truth(order)["haemorrhage_ml"]
    blood = 0.0
    for ds in instances(order):
        picture = ds.pixel_array.astype(int) - 1024
        area = picture[200:320, 258:400]
        blood += float(((area > 56) & (area < 90)).sum()) * 0.45 * 0.45 * 5 / 1000
    assert abs(blood - told) < 0.25 * told


def test_heart_has_the_ejection_fraction_it_reports() -> None:
    told = ultrasound.truth(order_for("ultrasound", view="heart"))
    assert 50 < told["ef_percent"] < 65
    assert abs(100 * (told["edv_ml"] - told["esv_ml"]) / told["edv_ml"] - told["ef_percent"]) < 0.01


def test_a_narrowed_artery_is_narrower_in_the_picture() -> None:
    order = order_for("angiography", stenosis="0.7", runs="1")
    assert angiography.truth(order) == {"stenosis": 0.7}
    run = next(iter(instances(order))).pixel_array
    assert run.shape == (angiography.FRAMES, angiography.SIZE, angiography.SIZE)
    assert float(run[20].mean()) < float(run[2].mean()), "contrast darkens the picture"
