"""Where every random step begins: resamples, permutations and simulated ranks of one input repeat exactly."""

SEED = 20240805
