"""What holds where a plan or a case says nothing else: levels, powers, targets and the seed of the arithmetic."""

SATISFIED_FROM = 4  # the lowest level that counts as satisfied
LEVEL = 0.95  # of confidence intervals and rank sets
ALPHA = 0.05  # of adjusted p-values, below which there is a sign
POWER = 0.8
TARGETS = (0.85, 0.90)  # shares of satisfied citizens that the plans of the province aim at
SEED = 20240805  # where every random step begins: the same forms give the same ranks, flags and intervals
