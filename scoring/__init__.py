"""The arithmetic: counts in, estimates with their uncertainty out. Knows no Flask and no database."""

import os

# The matrix products here are small. OpenBLAS gives each of them to all processors and its threads spin while
# they wait: beside other work on the machine that turned 0.2 s into 8 s. One thread is as fast when it is
# alone. It is read when numpy is first imported; whoever sets the variable keeps their own choice.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
