# The same estimates by R's survey: values and standard errors of 33 indices on two scales in 13 domains.
# Arguments: the forms, how many items, and where the estimates go. Prints the seconds of processor time of each way.
suppressMessages(library(survey))
arguments <- commandArgs(TRUE)
forms <- read.csv(arguments[1])
groups <- lapply(strsplit(strsplit(arguments[2], ";")[[1]], ","), as.integer)
marks <- as.matrix(forms[, grep("^q", names(forms))])
answered <- marks >= 1 & marks <= 5
features <- list(
  A = answered * 1, S = (answered & marks >= 4) * 1, T = ifelse(answered, marks, 0)
)
for (name in names(features)) for (g in seq_along(groups)) {
  forms[[paste0(name, g)]] <- rowSums(features[[name]][, groups[[g]], drop = FALSE])
}
forms$one <- 1
columns <- unlist(lapply(names(features), function(name) paste0(name, seq_along(groups))))

# A unit is a stratum of its own, so a design of its rows alone is enough; it is faster than a subset of the whole.
designs <- function() {
  units <- sort(unique(forms$unit))
  each <- lapply(units, function(u) {
    svydesign(ids = ~1, fpc = ~N, weights = ~one, data = forms[forms$unit == u, ])
  })
  pooled <- svydesign(ids = ~1, strata = ~unit, fpc = ~N, weights = ~one, data = forms)
  weighted <- svydesign(ids = ~1, strata = ~unit, fpc = ~N, weights = ~w, data = forms)
  c(each, list(pooled), list(weighted))
}

# As the manual does it: one ratio after the other.
by_ratio <- function(design) {
  t(sapply(seq_along(groups), function(g) {
    below <- as.formula(paste0("~A", g))
    share <- svyratio(as.formula(paste0("~S", g)), below, design)
    mean <- svyratio(as.formula(paste0("~T", g)), below, design)
    c(coef(share), SE(share), coef(mean), SE(mean))
  }))
}

# The fastest way known: all totals with their covariance at once, ratios and gradients by hand.
by_totals <- function(design) {
  totals <- svytotal(as.formula(paste0("~", paste(columns, collapse = "+"))), design)
  value <- coef(totals)
  covariance <- vcov(totals)
  t(sapply(seq_along(groups), function(g) {
    below <- paste0("A", g)
    unlist(lapply(paste0(c("S", "T"), g), function(above) {
      ratio <- value[[above]] / value[[below]]
      gradient <- c(1, -ratio) / value[[below]]
      c(ratio, sqrt(drop(gradient %*% covariance[c(above, below), c(above, below)] %*% gradient)))
    }))
  }))
}

timed <- function(way) {
  started <- proc.time()
  estimates <- do.call(rbind, lapply(designs(), way))
  spent <- proc.time() - started
  list(estimates = estimates, seconds = spent[["user.self"]] + spent[["sys.self"]])
}
ratios <- timed(by_ratio)
totals <- timed(by_totals)
stopifnot(isTRUE(all.equal(ratios$estimates, totals$estimates, check.attributes = FALSE)))
write.table(totals$estimates, arguments[3], sep = ",", row.names = FALSE, col.names = FALSE)
cat("seconds", ratios$seconds, totals$seconds, "\n")
