# Writes values.json and data/*.csv: what metafor says of a grid of methods, intervals and published data sets.
# Needs R with metafor, metadat, lme4, clubSandwich, BiasedUrn, jsonlite. Run in this folder: Rscript run.R
suppressMessages({library(metafor); library(jsonlite); library(clubSandwich)})
options(warn = -1)
dir.create("data", showWarnings = FALSE)

methods <- c("EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
tests <- c("z", "knha", "adhoc")
tight <- function(yi) list(threshold = 1e-13 * max(1, var(yi, na.rm = TRUE)), maxiter = 1e5, tol = 1e-14)
num <- function(x) as.numeric(unname(x))
pick <- function(x, names) lapply(setNames(names, names), function(n) num(x[[n]]))

# ---- data sets, as facts ------------------------------------------------------------------------------------
keep <- list(
  bcg = setNames(dat.bcg[c("tpos", "tneg", "cpos", "cneg", "ablat", "year", "alloc")], c("ai", "bi", "ci", "di", "ablat", "year", "alloc")),
  hackshaw1998 = dat.hackshaw1998[c("yi", "vi", "year", "country", "design")],
  normand1999 = dat.normand1999[c("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")],
  konstantopoulos2011 = dat.konstantopoulos2011[c("district", "school", "study", "year", "yi", "vi")],
  raudenbush1985 = dat.raudenbush1985[c("yi", "vi", "weeks", "setting", "tester", "n1i", "n2i")],
  curtis1998 = dat.curtis1998[c("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i", "paper")],
  linde2005 = dat.linde2005[c("ai", "n1i", "ci", "n2i", "major", "group")],
  nielweise2007 = dat.nielweise2007[c("ai", "n1i", "ci", "n2i")],
  nielweise2008 = dat.nielweise2008[c("x1i", "t1i", "x2i", "t2i")],
  hart1999 = dat.hart1999[c("x1i", "t1i", "x2i", "t2i")],
  mcdaniel1994 = dat.mcdaniel1994[c("ri", "ni")],
  molloy2014 = dat.molloy2014[c("ri", "ni", "quality")],
  pritz1997 = dat.pritz1997[c("xi", "ni")],
  debruin2009 = dat.debruin2009[c("xi", "ni")],
  hine1989 = dat.hine1989[c("ai", "n1i", "ci", "n2i")],
  assink2016 = dat.assink2016[c("study", "esid", "yi", "vi")],
  changes = data.frame(m1i = c(30, 5.1, 12), m2i = c(20, 4, 14.5), sd1i = c(10, 2.2, 6), sd2i = c(11, 1.4, 7),
                       ni = c(12, 40, 7), ri = c(0.5, 0.8, -0.1)),
  tables = data.frame(ai = c(0, 3, 0, 10, 5), bi = c(20, 17, 15, 0, 20), ci = c(2, 4, 0, 6, 5), di = c(18, 16, 16, 4, 21)),
  rates = data.frame(xi = c(0, 3, 11), ti = c(40.5, 100, 220), x2i = c(2, 0, 14), t2i = c(37, 90, 200)))
for (n in names(keep)) write.csv(as.data.frame(lapply(keep[[n]], function(x) if (is.factor(x)) as.character(x) else
  if (is.numeric(x)) as.numeric(x) else x)), file.path("data", paste0(n, ".csv")), row.names = FALSE, na = "")

# ---- effect sizes -------------------------------------------------------------------------------------------
effects <- list()
parts <- c("ai", "bi", "ci", "di", "n1i", "n2i", "m1i", "sd1i", "m2i", "sd2i", "xi", "ti", "x1i", "t1i", "x2i", "t2i", "ri", "ni")
es <- function(name, set, measure, data = keep[[set]], ...) {
  r <- do.call(escalc, c(list(measure = measure), as.list(data)[intersect(names(data), parts)], list(...)))
  effects[[paste(name, set)]] <<- list(yi = num(r$yi), vi = num(r$vi))
}
for (s in c("normand1999", "curtis1998")) for (m in c("MD", "SMD", "ROM")) es(m, s, m)
for (m in c("OR", "RR", "RD", "PETO", "AS")) {
  for (s in c("bcg", "linde2005", "nielweise2007", "hine1989")) es(m, s, m)
  for (to in c("only0", "all", "if0all", "none")) for (drop in c(FALSE, TRUE))
    es(paste(m, to, if (drop) "drop00" else "keep00"), "tables", m, add = if (to == "none") 0 else 1/2, to = to, drop00 = drop)
}
for (m in c("PR", "PLN", "PLO", "PAS", "PFT")) for (s in c("pritz1997", "debruin2009")) es(m, s, m)
for (m in c("IR", "IRLN", "IRS")) es(m, "rates", m, data = keep$rates[c("xi", "ti")])
for (m in c("IRR", "IRD", "IRSD")) for (s in c("nielweise2008", "hart1999")) es(m, s, m)
for (m in c("IRR", "IRD", "IRSD")) es(m, "rates", m, data = setNames(keep$rates, c("x1i", "t1i", "x2i", "t2i")))
for (m in c("COR", "ZCOR")) for (s in c("mcdaniel1994", "molloy2014")) es(m, s, m)
for (m in c("MC", "SMCR", "SMCC")) es(m, "changes", m)

given <- function(s) { effects[[paste("GEN", s)]] <<- list(yi = num(keep[[s]]$yi), vi = num(keep[[s]]$vi)) }
for (s in c("hackshaw1998", "konstantopoulos2011", "raudenbush1985")) given(s)
pooled <- c("RR bcg", "OR bcg", "RD bcg", "GEN hackshaw1998", "MD normand1999", "SMD normand1999", "GEN konstantopoulos2011",
            "GEN raudenbush1985", "ROM curtis1998", "RR linde2005", "OR nielweise2007", "ZCOR molloy2014", "PLO debruin2009", "IRR nielweise2008")

# ---- pooling and regression ---------------------------------------------------------------------------------
fields <- c("beta", "se", "zval", "pval", "ci.lb", "ci.ub", "tau2", "se.tau2", "I2", "H2", "QE", "QEp", "QM", "QMp", "R2")
describe <- function(fit) {
  out <- pick(fit, fields)
  which <- if (fit$method == "REML") "REML" else "ML"
  out$ll <- fit.stats <- num(fit$fit.stats["ll", which]); out$AIC <- num(fit$fit.stats["AIC", which])
  out$BIC <- num(fit$fit.stats["BIC", which]); out$AICc <- num(fit$fit.stats["AICc", which])
  out
}
fit <- function(e, method, test, level = 95, mods = NULL) {
  call <- list(yi = e$yi, vi = e$vi, method = method, test = test, level = level, control = tight(e$yi))
  if (!is.null(mods)) call$mods <- mods
  do.call(rma.uni, call)
}
pooling <- list()
for (s in pooled) for (m in methods) for (t in (if (m == "EE") "z" else tests)) for (level in c(95, 90)) {
  r <- fit(effects[[s]], m, t, level)
  out <- describe(r)
  if (m != "EE") {
    p <- predict(r); h <- predict(r, pi.type = "riley")
    out$pi <- c(p$pi.lb, p$pi.ub); out$pi_t <- c(h$pi.lb, h$pi.ub)
    q <- confint(r, control = list(tol = 1e-14, tau2.max = max(100, 1e4 * var(effects[[s]]$yi, na.rm = TRUE))))$random
    out$profile <- list(tau2 = num(q["tau^2", 2:3]), I2 = num(q["I^2(%)", 2:3]), H2 = num(q["H^2", 2:3]))
  }
  pooling[[paste(s, m, t, level, sep = "|")]] <- out
}
moderators <- list(
  "RR bcg|ablat" = cbind(keep$bcg$ablat), "RR bcg|ablat,year" = cbind(keep$bcg$ablat, keep$bcg$year),
  "GEN raudenbush1985|weeks" = cbind(keep$raudenbush1985$weeks),
  "GEN konstantopoulos2011|year" = cbind(keep$konstantopoulos2011$year),
  "ZCOR molloy2014|quality" = cbind(keep$molloy2014$quality), "RR linde2005|major" = cbind(keep$linde2005$major))
regression <- list()
for (s in names(moderators)) for (m in methods) for (t in (if (m == "EE") "z" else tests)) {
  r <- fit(effects[[strsplit(s, "|", fixed = TRUE)[[1]][1]]], m, t, 95, moderators[[s]])
  regression[[paste(s, m, t, sep = "|")]] <- describe(r)
}

# ---- subgroups ----------------------------------------------------------------------------------------------
subgroups <- list()
groups <- list("RR bcg|alloc" = keep$bcg$alloc, "RR linde2005|major" = keep$linde2005$major, "GEN raudenbush1985|setting" = keep$raudenbush1985$setting)
for (s in names(groups)) for (m in c("EE", "DL", "REML", "PM")) for (t in c("z", "knha")) { if (m == "EE" && t != "z") next
  e <- effects[[strsplit(s, "|", fixed = TRUE)[[1]][1]]]; g <- as.character(groups[[s]]); lv <- sort(unique(g))
  parts <- lapply(lv, function(x) fit(list(yi = e$yi[g == x], vi = e$vi[g == x]), m, t))
  d <- rma(yi = sapply(parts, function(x) num(x$beta)), sei = sapply(parts, function(x) x$se), mods = ~ lv, method = "EE")
  subgroups[[paste(s, m, t, sep = "|")]] <- list(beta = sapply(parts, function(x) num(x$beta)), se = sapply(parts, function(x) x$se),
    tau2 = sapply(parts, function(x) x$tau2), QM = d$QM, QMp = d$QMp)
}

# ---- leaving out, cumulating, influence ---------------------------------------------------------------------
sensitivity <- list()
for (s in c("RR bcg", "MD normand1999", "GEN hackshaw1998", "SMD normand1999")) for (m in c("EE", "DL", "REML", "PM")) for (t in c("z", "knha")) {
  if (m == "EE" && t != "z") next
  e <- effects[[s]]; r <- fit(e, m, t)
  l <- leave1out(r); cu <- cumul(r, order = seq_along(e$yi)); i <- influence(r)
  sensitivity[[paste(s, m, t, sep = "|")]] <- list(
    leave = pick(l, c("estimate", "se", "ci.lb", "ci.ub", "tau2", "Q", "I2")),
    cumulative = pick(cu, c("estimate", "se", "ci.lb", "ci.ub", "tau2", "I2")),
    influence = c(pick(i$inf, c("rstudent", "dffits", "cook.d", "cov.r", "tau2.del", "QE.del", "hat", "weight")),
                  list(dfbs = num(i$dfbs[[1]]), is_influential = i$is.infl)))
}
r <- fit(effects[["RR bcg"]], "REML", "z", 95, cbind(keep$bcg$ablat)); i <- influence(r)
sensitivity[["RR bcg|ablat|REML|z"]] <- list(influence = c(pick(i$inf, c("rstudent", "dffits", "cook.d", "cov.r", "tau2.del", "QE.del", "hat", "weight")),
                  list(dfbs = unname(as.matrix(as.data.frame(i$dfbs)[, 1:2])), is_influential = i$is.infl)))

# ---- asymmetry of the funnel --------------------------------------------------------------------------------
bias <- list()
for (s in c("RR bcg", "OR nielweise2007", "GEN hackshaw1998", "SMD normand1999", "RR linde2005", "ZCOR molloy2014", "GEN raudenbush1985")) {
  e <- effects[[s]]; out <- list()
  for (p in c("sei", "vi")) {
    r <- regtest(e$yi, vi = e$vi, model = "lm", predictor = p); out[[paste0("lm_", p)]] <- pick(r, c("zval", "pval", "est", "ci.lb", "ci.ub"))
    for (m in c("EE", "DL", "REML")) { r <- regtest(fit(e, m, "z"), predictor = p)
      out[[paste("rma", p, m, sep = "_")]] <- pick(r, c("zval", "pval", "est", "ci.lb", "ci.ub")) }
  }
  r <- ranktest(e$yi, vi = e$vi, exact = anyDuplicated(na.omit(e$vi)) == 0); out$rank <- pick(r, c("tau", "pval"))
  for (m in c("EE", "DL", "REML")) for (k in c("L0", "R0")) { r <- trimfill(fit(e, m, "z"), estimator = k, control = tight(e$yi))
    out[[paste("fill", m, k, sep = "_")]] <- c(pick(r, c("k0", "se.k0", "beta", "se", "ci.lb", "ci.ub", "tau2", "p.k0")), list(side = r$side, yi = num(r$yi))) }
  bias[[s]] <- out
}

# ---- rare events --------------------------------------------------------------------------------------------
rare <- list()
mhf <- c("beta", "se", "zval", "pval", "ci.lb", "ci.ub", "QE", "QEp", "I2", "H2", "MH", "MHp", "BD", "BDp", "TA", "TAp", "k.yi")
tab <- function(s) { d <- keep[[s]]; if (s %in% c("bcg", "tables")) as.list(d[c("ai", "bi", "ci", "di")]) else list(ai = d$ai, bi = d$n1i - d$ai, ci = d$ci, di = d$n2i - d$ci) }
for (s in c("bcg", "linde2005", "nielweise2007", "hine1989", "tables")) {
  for (m in c("OR", "RR", "RD")) rare[[paste("mh", m, s)]] <- pick(do.call(rma.mh, c(tab(s), list(measure = m))), mhf)
  rare[[paste("mh OR correct", s)]] <- pick(do.call(rma.mh, c(tab(s), list(measure = "OR", correct = FALSE))), mhf)
  rare[[paste("peto", s)]] <- pick(do.call(rma.peto, tab(s)), mhf[1:10])
}
for (s in c("nielweise2008", "hart1999")) for (m in c("IRR", "IRD"))
  rare[[paste("mh", m, s)]] <- pick(do.call(rma.mh, c(as.list(keep[[s]]), list(measure = m))), mhf)
gl <- c("beta", "se", "zval", "pval", "ci.lb", "ci.ub", "tau2", "I2", "H2", "QE.Wld", "QEp.Wld", "QE.LRT", "QEp.LRT")
glmm <- list()
# lme4 stops early unless it is told otherwise (its own defaults are 3e-4 off), and fails where it is told too much.
lme <- function(tol) list(optimizer = c("bobyqa", "bobyqa"), tolPwrss = tol, optCtrl = list(rhobeg = 0.02, rhoend = 1e-10, maxfun = 1e6))
gfit <- function(name, ..., control = NULL) {
  for (tol in c(1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7)) {
    r <- try(rma.glmm(..., control = if (is.null(control)) list(glmerCtrl = lme(tol)) else control), silent = TRUE)
    if (!inherits(r, "try-error")) break
  }
  if (inherits(r, "try-error")) cat(name, r) else
    glmm[[name]] <<- c(pick(r, gl), list(sigma2 = num(r$sigma2), tolPwrss = tol, ll = num(r$fit.stats["ll", "ML"])))
}
for (s in c("nielweise2007", "bcg", "hine1989", "linde2005")) {
  for (mod in c("CM.AL", "UM.FS")) do.call(gfit, c(list(paste("OR", mod, s)), tab(s), list(measure = "OR", model = mod, nAGQ = 25)))
  do.call(gfit, c(list(paste("OR UM.RS", s)), tab(s), list(measure = "OR", model = "UM.RS", nAGQ = 1)))
  do.call(gfit, c(list(paste("OR CM.EL", s)), tab(s), list(measure = "OR", model = "CM.EL", control = list(optCtrl = list(reltol = 1e-15)))))
}
for (s in c("nielweise2008", "hart1999")) for (mod in c("CM.EL", "UM.FS", "UM.RS"))
  do.call(gfit, c(list(paste("IRR", mod, s)), as.list(keep[[s]]), list(measure = "IRR", model = mod, nAGQ = if (mod == "UM.RS") 1 else 25)))
for (s in c("pritz1997", "debruin2009")) gfit(paste("PLO", s), measure = "PLO", xi = keep[[s]]$xi, ni = keep[[s]]$ni, nAGQ = 25)
gfit("IRLN nielweise2008", measure = "IRLN", xi = keep$nielweise2008$x1i, ti = keep$nielweise2008$t1i, nAGQ = 25)

# ---- levels and clusters ------------------------------------------------------------------------------------
levels3 <- list()
mvctl <- list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15)
inner <- list(konstantopoulos2011 = c("district", "school"), assink2016 = c("study", "esid"))
rob <- c("beta", "se", "zval", "pval", "ci.lb", "ci.ub", "dfs")
for (s in names(inner)) for (m in c("REML", "ML")) for (t in c("z", "t")) {
  d <- keep[[s]]; d$outer <- d[[inner[[s]][1]]]; d$inner <- d[[inner[[s]][2]]]
  r <- rma.mv(yi, vi, random = ~ 1 | outer/inner, data = d, method = m, test = t, control = mvctl, sparse = FALSE)
  out <- c(pick(r, c("beta", "se", "zval", "pval", "ci.lb", "ci.ub", "sigma2", "QE", "QEp")), list(ll = num(r$fit.stats["ll", m])))
  p <- predict(r); out$pi <- c(p$pi.lb, p$pi.ub)
  for (a in c(FALSE, TRUE)) out[[if (a) "CR1" else "CR0"]] <- pick(robust(r, cluster = d$outer, adjust = a), rob)
  out$CR2 <- pick(robust(r, cluster = d$outer, clubSandwich = TRUE), rob)
  levels3[[paste(s, m, t, sep = "|")]] <- out
}
d <- keep$konstantopoulos2011
r <- rma.mv(yi, vi, mods = ~ year, random = ~ 1 | district/school, data = d, control = mvctl)
levels3[["konstantopoulos2011|year|REML"]] <- c(pick(r, c("beta", "se", "sigma2", "QE", "QM", "QMp")),
  list(CR1 = pick(robust(r, cluster = d$district), rob), CR2 = pick(robust(r, cluster = d$district, clubSandwich = TRUE), rob)))
clusters <- list("GEN konstantopoulos2011" = keep$konstantopoulos2011$district, "ROM curtis1998" = keep$curtis1998$paper)
robustly <- list()
for (s in names(clusters)) for (m in c("EE", "DL", "REML")) {
  r <- fit(effects[[s]], m, "z")
  robustly[[paste(s, m, sep = "|")]] <- list(CR0 = pick(robust(r, cluster = clusters[[s]], adjust = FALSE), rob),
    CR1 = pick(robust(r, cluster = clusters[[s]]), rob), CR2 = pick(robust(r, cluster = clusters[[s]], clubSandwich = TRUE), rob))
}

versions <- lapply(c("metafor", "metadat", "lme4", "clubSandwich", "BiasedUrn", "jsonlite"), function(p) as.character(packageVersion(p)))
names(versions) <- c("metafor", "metadat", "lme4", "clubSandwich", "BiasedUrn", "jsonlite")
write(toJSON(list(R = R.version.string, packages = versions, call = "Rscript run.R", effects = effects, pooling = pooling,
  regression = regression, subgroups = subgroups, sensitivity = sensitivity, bias = bias, rare = rare, glmm = glmm,
  levels = levels3, robust = robustly), digits = NA, auto_unbox = TRUE, na = "null", null = "null"), "values.json")
