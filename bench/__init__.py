"""Measurements that anyone can repeat; ratios within one run, never a test's verdict."""
