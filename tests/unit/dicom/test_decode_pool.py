"""The decoder children as they really run: processes, sockets, signals."""

from __future__ import annotations

import contextlib
import io
import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from archive.dicom.decode_pool import DecodePool, PoolLimits
from archive.dicom.pixels import PixelDescription
from archive.dicom.render_parameters import RenderParameters
from archive.dicom.rendering import render_frame
from archive.errors import CannotUnderstand, InvalidRequest, NotFound, StoreUnavailable, UnsupportedTransferSyntax
from tests.unit.dicom.test_rendering import header_for

EXPLICIT, RLE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5"
JPEG, JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"
HTJ2K, JPEG_XL, LOSSLESS_JPEG = "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.70"

PIXELS = np.random.default_rng(8).integers(0, 256, (64, 80)).astype(np.uint8)
DESCRIPTION = PixelDescription(64, 80, 1, "MONOCHROME2", 8, 8, 7, 0)
ENCODED = {
    JPEG: imagecodecs.jpeg8_encode(PIXELS, 90),
    LOSSLESS_JPEG: imagecodecs.jpeg8_encode(PIXELS, lossless=True, predictor=1, bitspersample=8),
    JPEG_LS: imagecodecs.jpegls_encode(PIXELS),
    JPEG_2000: imagecodecs.jpeg2k_encode(PIXELS, reversible=True, codecformat="j2k"),
    HTJ2K: imagecodecs.htj2k_encode(PIXELS, reversible=True),
    JPEG_XL: imagecodecs.jpegxl_encode(PIXELS, lossless=True, effort=1),
}


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with contextlib.closing(DecodePool(2)) as made:
        yield made


@pytest.fixture
def own_pool() -> Iterator[DecodePool]:
    with contextlib.closing(DecodePool(1)) as made:
        yield made


def children_of(process_id: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process_id)], capture_output=True, text=True)
    return [child for child in map(int, listed.stdout.split()) if is_decoder(child)]


def is_decoder(process_id: int) -> bool:
    try:
        return b"decode_child" in Path(f"/proc/{process_id}/cmdline").read_bytes()
    except OSError:  # gone meanwhile
        return False


def works(pool: DecodePool) -> bool:
    return pool.decode(ENCODED[JPEG_LS], DESCRIPTION, JPEG_LS) == PIXELS.tobytes()


class TestAnswers:
    @pytest.mark.parametrize("uid", [LOSSLESS_JPEG, JPEG_LS, JPEG_2000, HTJ2K, JPEG_XL])
    def test_frames_come_back_decoded(self, pool: DecodePool, uid: str) -> None:
        assert pool.decode(ENCODED[uid], DESCRIPTION, uid) == PIXELS.tobytes()

    def test_native_frames_need_no_child(self, own_pool: DecodePool) -> None:
        before = children_of(os.getpid())
        assert own_pool.decode(PIXELS.tobytes(), DESCRIPTION, EXPLICIT) == PIXELS.tobytes()
        assert children_of(os.getpid()) == before

    def test_pictures_are_rendered(self, pool: DecodePool) -> None:
        png = RenderParameters.parse(media_type="image/png", viewport="40,40")
        picture = pool.render(ENCODED[JPEG_LS], header_for(PIXELS), png, transfer_syntax_uid=JPEG_LS)
        assert Image.open(io.BytesIO(picture)).size == (40, 32)

    def test_a_frame_of_many_is_rendered_by_its_number(self, pool: DecodePool) -> None:
        header = header_for(PIXELS, x00280008=3)
        jpeg = RenderParameters.parse()
        picture = pool.render(PIXELS.tobytes(), header, jpeg, frame_number=3, transfer_syntax_uid=EXPLICIT)
        assert picture[:3] == b"\xff\xd8\xff"
        with pytest.raises(NotFound, match="no frame 4"):
            pool.render(PIXELS.tobytes(), header, jpeg, frame_number=4, transfer_syntax_uid=EXPLICIT)

    @pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"])
    @pytest.mark.parametrize("media_type", ["image/jpeg", "image/png"])
    def test_a_confined_child_shows_all_that_we_can(self, pool: DecodePool, kind: str, media_type: str) -> None:
        """Nothing may be imported late: a child can't open files."""
        pixels = np.arange(64).reshape(8, 8).astype(kind)
        for window in (None, "20,30,linear", "20,30,sigmoid"):
            parameters = RenderParameters.parse(media_type=media_type, window=window, viewport="5,5")
            request = pixels.tobytes(), header_for(pixels), parameters
            picture = pool.render(*request, transfer_syntax_uid=EXPLICIT)
            assert picture == render_frame(*request, transfer_syntax_uid=EXPLICIT)

    def test_errors_keep_their_kind_and_text(self, pool: DecodePool) -> None:
        jpeg = RenderParameters.parse(viewport="10,10,500,500,1,1")
        with pytest.raises(InvalidRequest, match="outside the frame"):
            pool.render(PIXELS.tobytes(), header_for(PIXELS), jpeg, transfer_syntax_uid=EXPLICIT)
        with pytest.raises(CannotUnderstand, match="not a JPEG codestream"):
            pool.decode(b"garbage", DESCRIPTION, JPEG)
        with pytest.raises(UnsupportedTransferSyntax):
            pool.decode(b"", DESCRIPTION, "1.2.840.10008.1.2.4.102")

    def test_many_threads_share_few_children(self, pool: DecodePool) -> None:
        with ThreadPoolExecutor(16) as threads:
            assert all(threads.map(lambda _: works(pool), range(200)))
        assert len(children_of(os.getpid())) <= pool.size

    def test_a_caller_does_not_wait_for_ever(self, own_pool: DecodePool) -> None:
        own_pool.limits = PoolLimits(busy_seconds=0.05)
        taken = own_pool._slots.get()
        with pytest.raises(StoreUnavailable, match="busy"):
            works(own_pool)
        own_pool._slots.put(taken)
        assert works(own_pool)


class TestHealing:
    def test_a_child_killed_while_idle_is_replaced(self, own_pool: DecodePool) -> None:
        before = set(children_of(os.getpid()))
        assert works(own_pool)
        (child,) = set(children_of(os.getpid())) - before
        os.kill(child, signal.SIGKILL)
        time.sleep(0.1)
        assert works(own_pool)

    def test_a_child_killed_at_work_costs_one_frame(self, own_pool: DecodePool) -> None:
        before = set(children_of(os.getpid()))
        assert works(own_pool)
        (child,) = set(children_of(os.getpid())) - before
        os.kill(child, signal.SIGSTOP)  # it takes the frame and does not answer
        killer = threading.Timer(0.3, os.kill, (child, signal.SIGKILL))
        killer.start()
        with pytest.raises(CannotUnderstand, match="ended its decoder"):
            works(own_pool)
        assert works(own_pool)

    def test_a_frame_that_takes_too_long_costs_one_child(self, own_pool: DecodePool) -> None:
        assert works(own_pool)
        own_pool.limits = PoolLimits(cpu_seconds=0.001, cpu_seconds_per_mebibyte=0, wall_factor=0.001)
        with pytest.raises(CannotUnderstand, match="too long"):
            works(own_pool)
        own_pool.limits = PoolLimits()
        assert works(own_pool)

    def test_a_frame_beyond_the_memory_limit_is_refused(self) -> None:
        limits = PoolLimits(address_space=224 * 1024 * 1024)
        description = PixelDescription(12800, 12800, 1, "MONOCHROME2", 8, 8, 7, 0)
        runs = b"\x01\0\0\0\x40\0\0\0" + bytes(56) + b"\x81\0" * (12800 * 12800 // 128)
        with contextlib.closing(DecodePool(1, limits)) as small:
            with pytest.raises(CannotUnderstand, match="too much memory"):
                small.decode(runs, description, RLE)
            assert works(small)
        with contextlib.closing(DecodePool(1)) as roomy:
            assert roomy.decode(runs, description, RLE) == bytes(12800 * 12800)

    def test_a_closed_pool_leaves_no_child(self) -> None:
        before = set(children_of(os.getpid()))
        pool = DecodePool(1)
        assert works(pool)
        assert len(set(children_of(os.getpid())) - before) == 1
        pool.close()
        assert set(children_of(os.getpid())) <= before


class TestConfinement:
    def test_a_child_inherits_no_secret_and_is_limited(self, own_pool: DecodePool, monkeypatch: Any) -> None:
        monkeypatch.setenv("ATRIUM_SECRET_KEY", "not-for-children")
        before = set(children_of(os.getpid()))
        assert works(own_pool)
        (child,) = set(children_of(os.getpid())) - before
        process = Path(f"/proc/{child}")
        environment = process.joinpath("environ").read_bytes()
        assert b"not-for-children" not in environment
        assert {entry.split(b"=")[0] for entry in environment.split(b"\0") if entry} <= {
            *(b"PYTHONPATH", b"PYTHONDONTWRITEBYTECODE", b"LANG", b"LC_CTYPE"),
            *(b"OPENBLAS_NUM_THREADS", b"OMP_NUM_THREADS", b"LD_LIBRARY_PATH"),
        }
        limits = {line[:25].strip(): line[25:].split() for line in process.joinpath("limits").read_text().splitlines()}
        assert limits["Max address space"][0] == str(own_pool.limits.address_space)
        assert limits["Max core file size"][0] == limits["Max file size"][0] == "0"
        assert int(limits["Max open files"][0]) <= 64
        assert int(limits["Max cpu time"][0]) < 60
        links = [str(link.readlink()) for link in process.joinpath("fd").iterdir()]
        assert sum("socket" in link for link in links) == 1
        assert not [link for link in links if "socket" not in link and link != "/dev/null"]

    def test_the_calling_process_loads_no_codec(self) -> None:
        script = """
            import sys
            from archive.dicom.decode_pool import DecodePool
            from archive.dicom.pixels import PixelDescription
            pool = DecodePool(1)
            pool.decode(bytes.fromhex(sys.argv[1]), PixelDescription(64, 80, 1, "MONOCHROME2", 8, 8, 7, 0), sys.argv[2])
            print({"numpy", "imagecodecs", "PIL", "pydicom", "django"} & set(sys.modules))
        """
        done = _python(script, ENCODED[JPEG_LS].hex(), JPEG_LS)
        assert done.stdout.strip() == "set()", done.stderr


class TestLifetimes:
    def test_each_side_of_a_fork_has_children_of_its_own(self, own_pool: DecodePool) -> None:
        assert works(own_pool)
        process = os.fork()
        if process == 0:
            code = 1
            with contextlib.suppress(BaseException):
                code = 0 if works(own_pool) and works(own_pool) else 2
                own_pool.close()
            os._exit(code)
        _, status = os.waitpid(process, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert works(own_pool)

    @pytest.mark.parametrize("ending", ["", "os.kill(os.getpid(), signal.SIGKILL)"])
    def test_children_end_with_their_parent(self, ending: str) -> None:
        script = f"""
            import os, signal, sys
            from archive.dicom.decode_pool import DecodePool
            from archive.dicom.pixels import PixelDescription
            pool = DecodePool(1)
            pool.decode(bytes.fromhex(sys.argv[1]), PixelDescription(64, 80, 1, "MONOCHROME2", 8, 8, 7, 0), sys.argv[2])
            print(pool._slots.queue[0]._process.pid, flush=True)
            {ending}
        """
        done = _python(script, ENCODED[JPEG_LS].hex(), JPEG_LS)
        for _ in range(100):
            if not is_decoder(int(done.stdout)):
                return
            time.sleep(0.05)
        pytest.fail("the child outlived its parent")


class TestHostile:
    @pytest.mark.parametrize("uid", ENCODED)
    def test_damaged_frames_are_refused_or_decoded_and_the_pool_lives(self, pool: DecodePool, uid: str) -> None:
        """Cut anywhere, bits flipped, marker bytes overwritten; seeded, so a failure can be replayed."""
        chance = random.Random(uid)
        for round_number in range(60):
            damaged = bytearray(ENCODED[uid])
            if round_number % 3 == 0:
                del damaged[chance.randrange(len(damaged)) :]
            for _ in range(chance.choice([0, 1, 8, 64]) if round_number % 3 else 0):
                damaged[chance.randrange(len(damaged))] = chance.choice([0x00, 0xFF, chance.randrange(256)])
            with contextlib.suppress(CannotUnderstand):
                assert len(pool.decode(bytes(damaged), DESCRIPTION, uid)) == DESCRIPTION.frame_length
        assert works(pool)

    def test_bombs_cost_the_parent_no_memory(self, pool: DecodePool) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.monotonic()
        whole_plane = PixelDescription(65535, 65535, 1, "MONOCHROME2", 8, 8, 7, 0)
        runs = b"\x01\0\0\0\x40\0\0\0" + bytes(56) + b"\x81\0" * 20_000
        for description, frame, uid in (
            (whole_plane, runs, RLE),
            (PixelDescription(16000, 16000, 1, "MONOCHROME2", 8, 8, 7, 0), runs, RLE),
            (PixelDescription(4000, 4000, 1, "MONOCHROME2", 8, 8, 7, 0), runs[:64], RLE),
            (PixelDescription(4000, 4000, 1, "MONOCHROME2", 8, 8, 7, 0), _claims(ENCODED[JPEG], 4000, 4000), JPEG),
            (DESCRIPTION, _claims(ENCODED[JPEG], 65535, 65535), JPEG),
            (DESCRIPTION, _claims(ENCODED[JPEG_LS], 65535, 65535), JPEG_LS),
            (DESCRIPTION, b"\x02\0\0\0" + runs[4:], RLE),
        ):
            with contextlib.suppress(CannotUnderstand):
                pool.decode(frame, description, uid)
        assert time.monotonic() - started < 5
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
        assert works(pool)


def _claims(jpeg: bytes, rows: int, columns: int) -> bytes:
    """The codestream with other dimensions in its frame header."""
    start = next(jpeg.find(marker) for marker in (b"\xff\xc0", b"\xff\xf7") if marker in jpeg)
    return jpeg[: start + 5] + rows.to_bytes(2, "big") + columns.to_bytes(2, "big") + jpeg[start + 9 :]


def _python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[3],
    )
