"""Models at ingest: what runs ONNX plug-ins and files their results as DICOM. Nothing is in here yet."""
