# An estimator of your own: polynomials with a penalty on their coefficients.
#
# Tempered calls the function for each training set: x is a matrix of n rows and d columns, on the line one column that ascends, y has n
# numbers, and at has a row for each of the m points at which it wants to know f-hat. R's generator of random numbers has the trial's own
# seed. `stop` is a failed trial.
source("tempered.R")

tempered$estimator(metrics = "norm", function(x, y, at, degree, penalty) {
  basis <- function(x) outer(2 * x[, 1] - 1, 0:degree, `^`)
  b <- basis(x)
  coefficients <- solve(crossprod(b) + penalty * diag(degree + 1), crossprod(b, y))
  list(values = basis(at) %*% coefficients, norm = sqrt(sum(coefficients^2)))
})
tempered$serve()
