"""Reads scanned and photographed forms; OpenCV, zxing-cpp and PDFium are needed only in its child processes."""

from forms.scan.reading import Verify, read_files

__all__ = ["Verify", "read_files"]
