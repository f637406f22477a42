"""Kiosks: devices, their records and numbers, leaving one, and the alarm of one that is silent."""
