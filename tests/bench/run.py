"""`make bench`: Atrium beside Orthanc on this machine, interleaved, every answer checked.

Starts a scratch archive (audit on, as always) and, where it is installed, Debian's Orthanc with its SQLite index, then
runs `dicomweb_bench.py` against both. Arguments are passed on, e.g. `ARGS="--suite stow --rounds 5"`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests import processes  # noqa: E402
from tests.server import RunningArchive, free_port  # noqa: E402


@contextmanager
def orthanc(folder: Path) -> Iterator[list[str]]:
    """The peer as a `--target`, nothing when it is not installed."""
    if shutil.which("Orthanc") is None:
        print("Orthanc is not installed (orthanc, orthanc-dicomweb): measuring Atrium alone")
        yield []
        return
    script = str(HERE / "orthanc_peer.sh")
    port = str(free_port())
    environment = os.environ | {"PORT": port}
    start = [script, "start", str(folder)]
    said = subprocess.run(start, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    pid = re.search(r"pid (\d+)", said)
    assert pid, said
    try:
        yield ["--target", f"orthanc=http://127.0.0.1:{port}/dicom-web,pid={pid[1]}"]
    finally:
        subprocess.run([script, "stop", str(folder)], check=False)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="atrium-bench-") as folder, orthanc(Path(folder) / "peer") as peer:
        archive = RunningArchive(Path(folder) / "atrium", {"ATRIUM_LOG_LEVEL": "error"})
        archive.data_dir.mkdir()
        try:
            archive.start()
            pids = "+".join(str(pid) for pid in archive.pids() if processes.alive(pid))
            argv = [sys.executable, str(HERE / "dicomweb_bench.py"), *peer]
            argv += ["--target", f"atrium={archive.dicom_web},pid={pids}"]
            (ROOT / "test-artifacts").mkdir(exist_ok=True)
            argv += ["--json", str(ROOT / "test-artifacts" / "bench.json")]
            argv += ["--header", f"Authorization: Bearer {archive.token}", "--abba", *(["--compare"] if peer else [])]
            return subprocess.run([*argv, *sys.argv[1:]], check=False).returncode
        finally:
            archive.stop()


if __name__ == "__main__":
    sys.exit(main())
