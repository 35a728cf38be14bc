# A whole trial of your own: the mean of a sample, and an interval for it.
#
# Tempered calls the function for each trial, with those coordinates of the study that it has arguments for and with all parameters. R's
# generator of random numbers has the trial's own seed. `stop` is a failed trial.
source("tempered.R")

tempered$trial(metrics = c("estimate", "standard_error", "lower", "upper"), function(n, law, reach) {
  x <- if (law == "exponential") rexp(n) else rnorm(n, 1)
  error <- sd(x) / sqrt(n)
  list(estimate = mean(x), standard_error = error, lower = mean(x) - reach * error, upper = mean(x) + reach * error)
})
tempered$serve()
