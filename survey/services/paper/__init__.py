"""Printed sheets: batches, minutes, where every sheet is, second keying, scans and closing."""
