"""Reads scanned and photographed forms; OpenCV, zxing-cpp and PDFium are needed only in its child processes."""

from forms.scan.packing import reading_json
from forms.scan.reading import Verify, read_files
from forms.scan.records import ScanReading

__all__ = ["ScanReading", "Verify", "read_files", "reading_json"]
