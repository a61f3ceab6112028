"""The synthetic hospital: forty people who never lived and three hundred studies of them.

Everything here is generated from a seed with NumPy, Pillow, imagecodecs and highdicom; nothing is downloaded and no
pixel comes from a person. Each object says so itself (``header.mark_synthetic``).
This package knows nothing of Django or of the archive around it: it hands out Part 10 bytes, see ``hospital``.
"""

import os

# Many small matrix products on many processes: with more than one thread each, OpenBLAS spends its time waiting
# (measured 5 to 20 times slower on two cores). Effective for processes started from here on, and here if NumPy is new.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
