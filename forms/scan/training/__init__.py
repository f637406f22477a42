"""How the box reader's weights were made: forms are printed, marked, soiled, scanned and photographed by program.

``python -m forms.scan.training OUT.npz`` repeats it. The evaluation in ``tests/paper`` has a simulator of its
own, which shares no code and no constants with this one.
"""
