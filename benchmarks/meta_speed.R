# Times metafor's REML, one rma() per table, as its own defaults stop it; NA where its scoring finds no end.
# Rscript meta_speed.R TABLES.csv -> seconds and version, then tau2 of each table
suppressMessages(library(metafor))
rows <- read.csv(commandArgs(trailingOnly = TRUE)[1])
tables <- split(rows, rows$table)
fit <- function(t) tryCatch(rma(yi = t$yi, vi = t$vi, method = "REML", test = "knha")$tau2, error = function(e) NA)
invisible(fit(tables[[1]]))  # R compiles a function on its first calls
seconds <- system.time(tau2 <- sapply(tables, fit))[["elapsed"]]
cat(format(seconds, digits = 6), as.character(packageVersion("metafor")), "\n")
cat(format(tau2, digits = 15), sep = "\n")
