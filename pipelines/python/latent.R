# The slope of a response on a latent trait of which only items are seen, by four scores. Base R alone.
source("../../crates/r/tempered.R")

tempered$trial(metrics = c("slope", "lower", "upper"), function(n, items, correlation, score) {
  trait <- rnorm(n)
  y <- trait + rnorm(n)
  # Items of variance 1, each two of which have this correlation.
  x <- sqrt(correlation) * trait + sqrt(1 - correlation) * matrix(rnorm(n * items), n)
  reliability <- items * correlation / (1 + (items - 1) * correlation)
  raw <- rowMeans(x) / sqrt(correlation)  # the trait and an error that is independent of it
  predictor <- switch(score,
    raw = raw,
    expected = reliability * raw,  # the mean of the trait given the items
    (raw - mean(raw)) / sd(raw)
  )
  fit <- lm.fit(cbind(1, predictor), y)
  error <- sqrt(sum(fit$residuals^2) / (n - 2) / sum((predictor - mean(predictor))^2))
  slope <- fit$coefficients[2] + c(0, -1, 1) * qt(0.975, n - 2) * error
  if (score == "corrected") {
    # Cronbach's alpha estimates the reliability from the items.
    alpha <- items / (items - 1) * (1 - sum(apply(x, 2, var)) / var(rowSums(x)))
    slope <- slope / sqrt(alpha)
  }
  list(slope = slope[1], lower = slope[2], upper = slope[3])
})
tempered$serve()
