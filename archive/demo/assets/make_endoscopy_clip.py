"""Makes endoscopy.mp4 beside this file: six synthetic seconds of colonoscopy, H.264 High profile for DICOM.

Run from the repository root: ``python -m archive.demo.assets.make_endoscopy_clip``. Needs ffmpeg, at build time only.
The result is committed; nothing at run time needs this script.
"""

import subprocess
from pathlib import Path

import numpy as np

from archive.demo.colon import View, paint

FRAMES, RATE = 150, 25
# 1280x720 at 25 frames per second is one of the formats PS3.5 §8.2.7 allows for High Profile level 4.1.
ROWS, COLUMNS = 720, 1280


def view_at(frame: int) -> View:
    """The camera drifts backwards through the bowel, sways, and finds a polyp half-way."""
    t = frame / FRAMES
    return View(
        place=3.0 - 1.9 * t,
        centre_x=0.26 * np.sin(2 * np.pi * t) + 0.05 * np.sin(9 * t),
        centre_y=0.18 * np.cos(2 * np.pi * t * 1.3),
        roll=0.35 * np.sin(2 * np.pi * t * 0.7),
        polyp=(2.55, 0.75, 0.24),
    )


def main() -> None:
    """Paints every frame at half size, lets ffmpeg enlarge and compress them."""
    target = Path(__file__).with_name("endoscopy.mp4")
    command = [
        "ffmpeg", "-y", "-loglevel", "error",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{COLUMNS // 2}x{ROWS // 2}", "-r", str(RATE), "-i", "-",
        "-vf", f"scale={COLUMNS}:{ROWS}:flags=bicubic",
        "-c:v", "libx264", "-profile:v", "high", "-level", "4.1", "-pix_fmt", "yuv420p", "-preset", "veryslow",
        "-b:v", "360k", "-maxrate", "700k", "-bufsize", "1400k", "-g", "25", "-bf", "2", "-an",
        "-flags", "+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1", "-movflags", "+faststart", str(target),
    ]  # fmt: skip
    encoder = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603
    assert encoder.stdin is not None
    for frame in range(FRAMES):
        encoder.stdin.write(paint(view_at(frame), ROWS // 2, COLUMNS // 2).tobytes())
    encoder.stdin.close()
    if encoder.wait() != 0:
        raise SystemExit("ffmpeg failed")


if __name__ == "__main__":
    main()
