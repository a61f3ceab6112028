"""Where bytes live: one contract, several drivers, and stores around stores.

Knows keys and bytes and nothing of DICOM, Django or the archive. Start reading at `storage.base`.
"""
