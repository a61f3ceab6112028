"""Electrocardiography: 12-lead resting ECGs from a beat generator with known intervals (PS3.3 §A.34.3)."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import TwelveLeadECGWaveformStorage

from archive.demo import part10
from archive.demo.header import Series, code, header, items
from archive.demo.orders import Builder, StudyOrder
from archive.demo.texture import Random

RATE, SECONDS = 500, 10
MICROVOLTS = 2.5  # per stored unit
LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
_MDC = {
    "I": "2:1", "II": "2:2", "III": "2:61", "aVR": "2:62", "aVL": "2:63", "aVF": "2:64",
    "V1": "2:3", "V2": "2:4", "V3": "2:5", "V4": "2:6", "V5": "2:7", "V6": "2:8",
}  # fmt: skip
# Millivolts of P, Q, R, S, T in the eight independent leads of a healthy adult.
_WAVES = {
    "I": (0.08, -0.05, 0.62, -0.10, 0.19),
    "II": (0.14, -0.07, 0.98, -0.16, 0.28),
    "V1": (0.05, 0.0, 0.18, -0.88, -0.04),
    "V2": (0.07, 0.0, 0.42, -1.28, 0.36),
    "V3": (0.08, 0.0, 0.78, -0.92, 0.42),
    "V4": (0.08, -0.04, 1.46, -0.52, 0.40),
    "V5": (0.08, -0.07, 1.38, -0.24, 0.32),
    "V6": (0.07, -0.08, 1.06, -0.09, 0.24),
}


@dataclass(frozen=True)
class Rhythm:
    """What the generator is told, and so what a reader should measure. Times in milliseconds."""

    name: str
    heart_rate: float
    pr: float
    qrs: float
    qt: float
    irregular: float = 0.012
    st_elevation: float = 0.0

    def qtc_bazett(self) -> float:
        return self.qt / float(np.sqrt(60.0 / self.heart_rate))


RHYTHMS = {
    "sinus": Rhythm("Sinus rhythm", 72, 158, 94, 392),
    "brady": Rhythm("Sinus bradycardia", 51, 176, 98, 432),
    "tachy": Rhythm("Sinus tachycardia", 112, 136, 88, 318),
    "fibrillation": Rhythm("Atrial fibrillation", 94, 0, 96, 352, irregular=0.19),
    "block": Rhythm("First-degree AV block", 66, 244, 102, 408),
    "anterior": Rhythm("Anterior ST elevation", 88, 150, 98, 360, st_elevation=0.24),
}


def _beat(rhythm: Rhythm, lead: str, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """One beat in mV; ``t`` in seconds from the onset of the QRS complex.

    Waves are Gaussians whose visible width (+- 2.5 sigma) fills the interval, so onsets and ends lie where told.
    """
    p, q, r, s, peak_t = _WAVES[lead]
    pr, qrs, qt = rhythm.pr / 1000, rhythm.qrs / 1000, rhythm.qt / 1000
    out = np.zeros_like(t)
    if rhythm.pr:
        width = 0.098
        out += p * np.exp(-0.5 * ((t + pr - width / 2) / (width / 5)) ** 2)
    for amplitude, centre, sigma in ((q, 0.15, 0.055), (r, 0.44, 0.105), (s, 0.73, 0.095)):
        out += amplitude * np.exp(-0.5 * ((t - centre * qrs) / (sigma * qrs)) ** 2)
    sigma_t = 0.052 * np.sqrt(qt / 0.4)
    centre_t = qt - 2.1 * sigma_t
    rise = np.where(t < centre_t, 1.45 * sigma_t, 0.82 * sigma_t)
    out += peak_t * np.exp(-0.5 * ((t - centre_t) / rise) ** 2)
    if rhythm.st_elevation and lead in ("V1", "V2", "V3", "V4"):
        plateau = 1 / (1 + np.exp(-(t - qrs) / 0.006)) / (1 + np.exp((t - centre_t) / 0.03))
        out += rhythm.st_elevation * plateau
    return out


def record(rhythm: Rhythm, random: Random) -> NDArray[np.int16]:
    """Ten seconds of twelve leads, stored units (samples, 12)."""
    t = np.arange(RATE * SECONDS) / RATE
    onsets: list[float] = []
    now = -0.35
    while now < SECONDS + 1:
        onsets.append(now)
        now += 60 / rhythm.heart_rate * (1 + rhythm.irregular * random.standard_normal())
    leads: dict[str, NDArray[np.float64]] = {}
    breath = 0.06 * np.sin(2 * np.pi * 0.23 * t + random.uniform(0, 6))
    for lead in _WAVES:
        signal = np.zeros_like(t)
        for onset in onsets:
            near = np.abs(t - onset) < 1.1
            signal[near] += _beat(rhythm, lead, t[near] - onset)
        signal *= 1 + breath
        signal += 0.03 * np.sin(2 * np.pi * 0.17 * t + random.uniform(0, 6))
        if not rhythm.pr:
            flutter = 5.6 + 0.8 * np.cumsum(random.standard_normal(len(t))) / 60
            signal += 0.045 * np.sin(2 * np.pi * np.cumsum(flutter) / RATE) * (1.6 if lead == "V1" else 0.7)
        muscle = np.convolve(random.standard_normal(len(t)), [0.25, 0.5, 0.25], mode="same")
        leads[lead] = signal + 0.007 * muscle
    one, two = leads["I"], leads["II"]
    leads["III"], leads["aVR"] = two - one, -(one + two) / 2
    leads["aVL"], leads["aVF"] = one - two / 2, two - one / 2
    stacked = np.column_stack([leads[name] for name in LEADS]) * 1000 / MICROVOLTS
    return np.asarray(np.rint(stacked), dtype=np.int16)


def truth(order: StudyOrder) -> dict[str, float | str]:
    """The intervals the generator was given, in ms, and the rate per minute."""
    return asdict(RHYTHMS[order.options["rhythm"]])


def _channel(lead: str) -> Dataset:
    item = Dataset()
    item.ChannelLabel = lead
    item.ChannelSourceSequence = items(code(_MDC[lead], "MDC", f"Lead {lead}"))
    item.ChannelSensitivity = f"{MICROVOLTS:g}"
    item.ChannelSensitivityUnitsSequence = items(code("uV", "UCUM", "microvolt"))
    item.ChannelSensitivityCorrectionFactor = "1"
    item.ChannelBaseline = "0"
    item.ChannelSampleSkew = "0"
    item.WaveformBitsStored = 16
    item.FilterLowFrequency, item.FilterHighFrequency, item.NotchFilterFrequency = "0.05", "150", "50"
    return item


def _annotation(value: float, concept: Dataset, unit: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedWaveformChannels = [1, 0]
    item.AnnotationGroupNumber = 1
    item.ConceptNameCodeSequence = items(concept)
    item.MeasurementUnitsCodeSequence = items(unit)
    item.NumericValue = f"{value:g}"
    return item


def count(order: StudyOrder) -> int:
    return 1


def build(order: StudyOrder) -> Iterator[bytes]:
    """One recording with its global measurements as annotations."""
    rhythm = RHYTHMS[order.options["rhythm"]]
    series = Series(1, "ECG", "12-lead resting ECG", "Atrium ECG 12", "ECG1", protocol="Resting ECG 10 s")
    ds = header(order, series, 1, TwelveLeadECGWaveformStorage)
    ds.AcquisitionDateTime = ds.ContentDate + ds.ContentTime
    ds.AcquisitionContextSequence = []
    group = Dataset()
    group.WaveformOriginality = "ORIGINAL"
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = len(LEADS), RATE * SECONDS
    group.SamplingFrequency = f"{RATE}"
    group.MultiplexGroupLabel = "RHYTHM"
    group.ChannelDefinitionSequence = items(*(_channel(lead) for lead in LEADS))
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.WaveformData = record(rhythm, order.random(1)).tobytes()
    group["WaveformData"].VR = "OW"
    ds.WaveformSequence = items(group)
    milliseconds = code("ms", "UCUM", "millisecond")
    notes = [
        _annotation(rhythm.heart_rate, code("8867-4", "LN", "Heart rate"), code("/min", "UCUM", "per minute")),
        _annotation(rhythm.qrs, code("8633-0", "LN", "QRS duration"), milliseconds),
        _annotation(rhythm.qt, code("8634-8", "LN", "QT interval"), milliseconds),
        _annotation(round(rhythm.qtc_bazett()), code("8636-3", "LN", "QTc interval"), milliseconds),
    ]
    if rhythm.pr:
        notes.append(_annotation(rhythm.pr, code("8625-6", "LN", "PR interval"), milliseconds))
    text = Dataset()
    text.ReferencedWaveformChannels = [1, 0]
    text.UnformattedTextValue = f"{rhythm.name}. {ds.PatientComments}"
    ds.WaveformAnnotationSequence = items(text, *notes)
    yield part10.part10(ds, part10.IMPLICIT if order.options.get("implicit") == "1" else part10.EXPLICIT)


BUILDER = Builder(count, build)
