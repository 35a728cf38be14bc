# Workers for Tempered in R, by base R alone: source this file, declare a function, and serve.
#
#   source("tempered.R")
#   tempered$estimator(function(x, y, at, alpha) {
#     weights <- solve(crossprod(x) + alpha * diag(ncol(x)), crossprod(x, y))
#     list(values = at %*% weights)
#   })
#   tempered$serve()
#
# A function is called for each trial, with R's generator of random numbers set to the trial's own seed, so that `rnorm` and its like
# need nothing else. `stop` is a failed trial. What is printed goes to standard error; what `system` starts must not print to standard
# output, which is the channel.

tempered <- local({
  declared <- NULL
  longest <- 4000  # characters of an error that are sent

  check <- function(reproducible) {
    if (!reproducible %in% c("bits", "1e-9", "no"))
      stop("reproducible is ", reproducible, "; expected bits, 1e-9 or no")
  }

  declare <- function(call, answers, metrics, reproducible, name, version) {
    check(reproducible)
    declared <<- list(call = call, answers = answers, metrics = as.character(metrics),
                      reproducible = reproducible, name = name, version = version)
    invisible(declared)
  }

  # Declares an estimator: a function of x, a matrix of n rows and d columns (on the line one, ascending), of y, of at, a matrix of
  # the m points where f-hat is wanted, and of the parameters of the study by name. It returns a list with
  #   answers = "values":  values, m numbers;
  #   answers = "weights": weights, d numbers, and intercept, one;
  #   answers = "knots":   x and y, the knots of a piecewise-linear f-hat, x ascending;
  # and with each of its metrics by name.
  estimator <- function(call, metrics = character(), answers = "values", reproducible = "bits",
                        name = "estimator", version = "1") {
    if (!answers %in% c("values", "weights", "knots"))
      stop("answers is ", answers, "; expected values, weights or knots")
    declare(call, answers, metrics, reproducible, name, version)
  }

  # Declares a whole Monte Carlo trial: a function of the parameters of the study and of those coordinates of the cell that it has
  # arguments for. It returns a list with a number, or a truth value, for each of its metrics.
  trial <- function(call, metrics, reproducible = "bits", name = "trial", version = "1")
    declare(call, "metrics", metrics, reproducible, name, version)

  # Declares the data of a study: a function of those coordinates of the cell that it has arguments for, n, d and parameters of the study.
  # It returns a list of x, a matrix of n rows and d columns, y, and at and truth: m points, row by row, and what f* is there; on the line
  # x and at may be vectors. There are as many points in all trials.
  generator <- function(call, name = "generator", version = "1")
    declare(call, "samples", character(), "bits", name, version)

  # JSON: objects become named lists, arrays lists, null NULL.
  parse <- function(text) {
    chars <- strsplit(text, "", fixed = TRUE)[[1]]
    at <- 1
    skip <- function() while (at <= length(chars) && chars[at] %in% c(" ", "\n", "\t", "\r")) at <<- at + 1
    string <- function() {
      at <<- at + 1
      out <- character()
      while (chars[at] != "\"") {
        if (chars[at] == "\\") {
          at <<- at + 1
          out <- c(out, switch(chars[at], n = "\n", t = "\t", r = "\r", b = "\b", f = "\f", u = {
            code <- strtoi(paste(chars[at + 1:4], collapse = ""), 16L)
            at <<- at + 4
            intToUtf8(code)
          }, chars[at]))
        } else out <- c(out, chars[at])
        at <<- at + 1
      }
      at <<- at + 1
      paste(out, collapse = "")
    }
    value <- function() {
      skip()
      mark <- chars[at]
      if (mark == "{" || mark == "[") {
        close <- if (mark == "{") "}" else "]"
        out <- list()
        at <<- at + 1
        skip()
        while (chars[at] != close) {
          if (mark == "{") {
            key <- string()
            skip()
            at <<- at + 1
            out[key] <- list(value())
          } else out[length(out) + 1] <- list(value())
          skip()
          if (chars[at] == ",") at <<- at + 1
          skip()
        }
        at <<- at + 1
        return(out)
      }
      if (mark == "\"") return(string())
      from <- at
      while (at <= length(chars) && !chars[at] %in% c(",", "}", "]", " ", "\n")) at <<- at + 1
      word <- paste(chars[from:(at - 1)], collapse = "")
      switch(word, true = TRUE, false = FALSE, null = NULL, as.numeric(word))
    }
    value()
  }

  quoted <- function(text) {
    text <- gsub("\\", "\\\\", enc2utf8(text), fixed = TRUE)
    text <- gsub("\"", "\\\"", text, fixed = TRUE)
    text <- gsub("\n", "\\n", text, fixed = TRUE)
    text <- gsub("\t", "\\t", text, fixed = TRUE)
    paste0("\"", gsub("[[:cntrl:]]", " ", text), "\"")
  }

  object <- function(words) {
    if (length(words) == 0) return("{}")
    paste0("{", paste(quoted(names(words)), ": ", words, sep = "", collapse = ", "), "}")
  }

  # The next message, its words and arrays, each with its shape and numbers row by row; NULL at the end.
  receive <- function(input) {
    head <- readBin(input, "raw", 8)
    if (length(head) < 8) return(NULL)
    size <- sum(as.integer(head) * 256^(0:7))
    text <- rawToChar(readBin(input, "raw", size))
    Encoding(text) <- "UTF-8"
    header <- parse(text)
    words <- header[["__metadata__"]]
    header[["__metadata__"]] <- NULL
    ends <- vapply(header, function(info) info$data_offsets[[2]], 0)
    data <- readBin(input, "raw", max(0, ends))
    arrays <- lapply(header, function(info) {
      shape <- unlist(info$shape)
      from <- info$data_offsets[[1]]
      count <- prod(shape)
      bytes <- data[from + seq_len(info$data_offsets[[2]] - from)]
      numbers <- switch(info$dtype,
        F64 = readBin(bytes, "double", count, endian = "little"),
        # Numbers of 64 bits are no integers of R: the two halves of each, which may be negative.
        U64 = readBin(bytes, "integer", 2 * count, endian = "little"),
        as.integer(bytes))
      list(shape = shape, numbers = numbers)
    })
    list(words = words, arrays = arrays)
  }

  send <- function(output, words, arrays = list()) {
    header <- list(`__metadata__` = object(vapply(words, quoted, "")))
    place <- 0
    for (name in names(arrays)) {
      array <- arrays[[name]]
      size <- length(array$numbers) * if (array$dtype == "U8") 1 else 8
      header[[name]] <- object(list(
        dtype = quoted(array$dtype), shape = paste0("[", paste(format(array$shape, scientific = FALSE, trim = TRUE), collapse = ", "), "]"),
        data_offsets = sprintf("[%.0f, %.0f]", place, place + size)))
      place <- place + size
    }
    text <- charToRaw(object(header))
    text <- c(text, rep(charToRaw(" "), -length(text) %% 8))
    writeBin(c(length(text), 0L), output, endian = "little")
    writeBin(text, output)
    for (array in arrays) {
      if (array$dtype == "F64") writeBin(as.double(array$numbers), output, endian = "little")
      else if (array$dtype == "U8") writeBin(as.raw(array$numbers), output)
      # Whole numbers below 2^31.
      else writeBin(as.integer(rbind(array$numbers, 0)), output, endian = "little")
    }
    flush(output)
  }

  # Sets R's generator to a state that follows from a seed of 256 bits: L'Ecuyer's, whose state is six numbers. Its first three must
  # be below 4294967087, its last three below 4294944443: 31 bits of each are.
  seed <- function(halves) {
    halves[is.na(halves)] <- 0L  # -2^31 is no integer of R
    state <- bitwAnd(halves[1:6], 2147483647L)
    assign(".Random.seed", c(kind, state), envir = globalenv())
  }
  kind <- NULL

  # The arguments of the function by name: all parameters of the study, and of the coordinates what it asks for.
  named <- function(worker, words) {
    given <- parse(words$parameters)
    coordinates <- parse(words$coordinates)
    asked <- names(formals(worker$call))
    if ("coordinates" %in% asked) given$coordinates <- coordinates
    if (worker$answers %in% c("metrics", "samples")) {
      takes <- names(coordinates)
      if (!"..." %in% asked) takes <- intersect(takes, asked)
      given[takes] <- coordinates[takes]
    }
    given
  }

  numbers <- function(values, count, what) {
    values <- as.double(unlist(values))
    if (length(values) != count) stop(what, " has ", length(values), " numbers; expected ", count)
    values
  }

  answer <- function(worker, words, arrays) {
    kind_of <- words$kind
    kinds <- switch(worker$answers, metrics = "trial", samples = "generate", "fit")
    if (kind_of != kinds)
      stop("a request of the kind ", kind_of, ", but ", worker$name, " answers ", worker$answers)
    given <- named(worker, words)
    coordinates <- parse(words$coordinates)
    count <- arrays$seed$shape[1]
    halves <- matrix(arrays$seed$numbers, nrow = 8)
    slice <- function(name, trial) {
      shape <- arrays[[name]]$shape[-1]
      values <- arrays[[name]]$numbers[(trial - 1) * prod(shape) + seq_len(prod(shape))]
      if (length(shape) == 2) matrix(values, nrow = shape[1], ncol = shape[2], byrow = TRUE) else values
    }
    width <- if (kind_of == "fit") c(m = arrays$at$shape[2], d = arrays$x$shape[3]) else c(m = 0, d = 0)
    empty <- switch(worker$answers,
      values = list(values = double(width[["m"]])),
      weights = list(weights = double(width[["d"]]), intercept = 0),
      knots = list(x = double(), y = double()), NULL)
    status <- integer(count)
    errors <- list()
    metrics <- matrix(NaN, nrow = length(worker$metrics), ncol = count, dimnames = list(worker$metrics, NULL))
    parts <- vector("list", count)
    one <- function(trial) {
      seed(halves[, trial])
      data <- if (kind_of == "fit") list(slice("x", trial), slice("y", trial), slice("at", trial)) else list()
      found <- as.list(do.call(worker$call, c(data, given), quote = TRUE))
      part <- switch(worker$answers,
        values = list(values = numbers(found$values, width[["m"]], "values")),
        weights = list(weights = numbers(found$weights, width[["d"]], "weights"),
                       intercept = numbers(found$intercept, 1, "intercept")),
        knots = {
          if (length(found$x) < 2) stop("knots has ", length(found$x), " numbers; expected at least 2")
          list(x = as.double(found$x), y = numbers(found$y, length(found$x), "y"))
        },
        samples = {
          features <- if (is.null(coordinates$d)) 1 else coordinates$d
          points <- length(found$truth)
          list(x = numbers(t(found$x), coordinates$n * features, "x"), y = numbers(found$y, coordinates$n, "y"),
               at = numbers(t(found$at), points * features, "at"), truth = numbers(found$truth, points, "truth"))
        },
        {
          if (!setequal(names(found), worker$metrics))
            stop("the function returned ", paste(names(found), collapse = ", "), "; expected ",
                 paste(worker$metrics, collapse = ", "))
          list()
        })
      own <- vapply(worker$metrics, function(name) numbers(found[[name]], 1, name), 0)
      list(part = part, own = own)
    }
    for (trial in seq_len(count)) {
      found <- tryCatch(one(trial), error = function(error) error)
      if (inherits(found, "error")) {
        status[trial] <- 1L
        call <- deparse(conditionCall(found), nlines = 1)
        errors[[as.character(trial - 1)]] <- substr(paste0(call, ": ", conditionMessage(found)), 1, longest)
        if (!is.null(empty)) parts[[trial]] <- empty
      } else {
        metrics[, trial] <- found$own
        parts[[trial]] <- found$part
      }
    }
    if (worker$answers == "samples") {
      # Trials that failed have as many points as the others.
      features <- if (is.null(coordinates$d)) 1 else coordinates$d
      points <- max(2, vapply(parts, function(part) length(part$truth), 0))
      for (trial in seq_len(count)) {
        if (status[trial] == 0 && length(parts[[trial]]$truth) != points) {
          status[trial] <- 1L
          errors[[as.character(trial - 1)]] <- paste("truth has another length than", points, "in another trial")
        }
        if (status[trial] == 1)
          parts[[trial]] <- list(x = double(coordinates$n * features), y = double(coordinates$n),
                                 at = double(points * features), truth = double(points))
      }
    }
    of <- function(name) unlist(lapply(parts, function(part) part[[name]]))
    real <- function(shape, numbers) list(dtype = "F64", shape = shape, numbers = as.double(numbers))
    results <- list(status = list(dtype = "U8", shape = count, numbers = status))
    results <- c(results, switch(worker$answers,
      values = list(values = real(c(count, width[["m"]]), of("values"))),
      weights = list(weights = real(c(count, width[["d"]]), of("weights")), intercept = real(count, of("intercept"))),
      knots = {
        ends <- cumsum(vapply(parts, function(part) length(part$x), 0))
        list(knot_ends = list(dtype = "U64", shape = count, numbers = ends),
             knot_x = real(ends[count], of("x")), knot_y = real(ends[count], of("y")))
      },
      samples = list(x = real(c(count, coordinates$n, features), of("x")), y = real(c(count, coordinates$n), of("y")),
                     at = real(c(count, points, features), of("at")), truth = real(c(count, points), of("truth"))),
      list()))
    for (name in worker$metrics) results[[paste0("metric.", name)]] <- real(count, metrics[name, ])
    list(errors = errors, arrays = results)
  }

  # Answers requests until there are no more.
  serve <- function(worker = declared) {
    if (is.null(worker)) stop("there is nothing to serve: declare a function with tempered$estimator, tempered$trial or tempered$generator")
    RNGkind("L'Ecuyer-CMRG", "Inversion", "Rejection")
    set.seed(1)
    kind <<- get(".Random.seed", envir = globalenv())[1]
    input <- file("stdin", "rb")
    output <- file("/dev/stdout", "wb")
    # What is printed must not stand between answers.
    sink(stderr())
    while (!is.null(message <- receive(input))) {
      words <- message$words
      answered <- list(kind = words$kind, request = words$request)
      if (words$kind == "hello") {
        version <- paste0("R ", getRversion())
        send(output, c(answered, list(
          protocol = "1", name = worker$name, version = worker$version, answers = worker$answers,
          metrics = paste0("[", paste(quoted(worker$metrics)[seq_along(worker$metrics)], collapse = ", "), "]"),
          reproducible = worker$reproducible, environment = version)))
      } else {
        found <- answer(worker, words, message$arrays)
        if (length(found$errors)) answered$errors <- object(vapply(found$errors, quoted, ""))
        send(output, answered, found$arrays)
      }
    }
  }

  list(estimator = estimator, trial = trial, generator = generator, serve = serve)
})
