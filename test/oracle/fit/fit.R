# What R's glm and MASS::glm.nb say of the examples of test/sql/risk_fit.sql, as SQL:
#   Rscript test/oracle/fit/fit.R > test/sql/risk_fit_expected.psql
# R stops when the deviance stands still, which leaves the coefficients of some families short of nine digits: every fit
# goes on from where it stopped until the coefficients stand still too.
suppressMessages(library(MASS))

exact <- function(x) ifelse(is.na(x), "NULL", sprintf("%.17g", x))
emit <- function(example, part, term, coefficient, std_error)
	cat(sprintf("('%s','%s','%s',%s,%s),\n", example, part, term, exact(coefficient), exact(std_error)), sep = "")
emit_summary <- function(example, values)
	for (k in names(values)) cat(sprintf("('%s','summary','%s',%s,NULL),\n", example, k, exact(values[[k]])))

settle <- function(y, X, family, weights = rep(1, length(y)), offset = rep(0, length(y))) {
	control <- glm.control(epsilon = 1e-15, maxit = 100)
	fit <- suppressWarnings(glm.fit(X, y, weights, offset = offset, family = family, control = control, intercept = TRUE))
	for (i in 1:40)
		fit <- suppressWarnings(glm.fit(X, y, weights, start = fit$coefficients, offset = offset, family = family, control = glm.control(epsilon = 1e-300, maxit = 3), intercept = TRUE))
	class(fit) <- c("glm", "lm")
	fit
}

# of the intercept and the offset alone, as glm has it; glm.fit leaves the offset out
null_deviance <- function(y, family, weights = rep(1, length(y)), offset = rep(0, length(y)))
	settle(y, matrix(1, length(y), 1), family, weights, offset)$deviance

glm_example <- function(example, y, X, family, weights = rep(1, length(y)), offset = rep(0, length(y)), part = "model") {
	fit <- settle(y, X, family, weights, offset)
	# from the information at the end, where summary() takes that of the last step but one
	mu <- fit$fitted.values
	w <- weights * family$mu.eta(fit$linear.predictors)^2 / family$variance(mu)
	dispersion <- if (family$family %in% c("binomial", "poisson")) 1 else sum(weights * (y - mu)^2 / family$variance(mu)) / fit$df.residual
	se <- sqrt(diag(chol2inv(qr.R(qr(X * sqrt(w)))))  * dispersion)
	emit(example, part, colnames(X), fit$coefficients, se)
	p <- 2 * if (dispersion == 1) pnorm(-abs(fit$coefficients / se)) else pt(-abs(fit$coefficients / se), fit$df.residual)
	emit(example, paste0(part, " p"), colnames(X), p, NA)
	if (part == "model")
		emit_summary(example, list(deviance = fit$deviance, null_deviance = null_deviance(y, family, weights, offset), log_likelihood = as.numeric(logLik(fit)), aic = fit$aic))
	invisible(fit)
}

# theta and coefficients in turn until both stand still
nb_example <- function(example, y, X, offset = rep(0, length(y))) {
	n <- length(y)
	mu <- fitted(settle(y, X, poisson(), offset = offset))
	for (i in 1:60) {
		theta <- as.numeric(theta.ml(y, mu, n, rep(1, n), limit = 200, eps = 1e-14))
		fit <- settle(y, X, negative.binomial(theta), offset = offset)
		mu <- fitted(fit)
	}
	w <- mu / (1 + mu / theta)
	emit(example, "model", colnames(X), fit$coefficients, sqrt(diag(chol2inv(qr.R(qr(X * sqrt(w)))))))
	ll <- sum(dnbinom(y, size = theta, mu = mu, log = TRUE))
	emit_summary(example, list(deviance = fit$deviance, null_deviance = null_deviance(y, negative.binomial(theta), offset = offset), log_likelihood = ll, aic = 2 * (ncol(X) + 1) - 2 * ll,
		theta = theta, theta_std_error = as.numeric(attr(theta.ml(y, mu, n, rep(1, n), limit = 200, eps = 1e-14), "SE"))))
}

# Newton's method with a ridge, on the columns as they are; penalty of the coefficient times unit
ridge_example <- function(example, y, X, penalty, unit, logistic = TRUE) {
	R <- diag(c(0, penalty * unit^2))
	b <- rep(0, ncol(X))
	for (i in 1:60) {
		eta <- as.vector(X %*% b)
		mu <- if (logistic) plogis(eta) else eta
		w <- if (logistic) mu * (1 - mu) else rep(1, length(y))
		H <- crossprod(X * w, X) + R
		b <- b + solve(H, crossprod(X, y - mu) - R %*% b, tol = 1e-30)
	}
	emit(example, "model", colnames(X), b, sqrt(diag(solve(H, tol = 1e-30))) * if (logistic) 1 else sqrt(sum((y - X %*% b)^2) / (length(y) - ncol(X))))
}

columns <- function(...) { X <- cbind(intercept = 1, ...); X }
level <- function(x, ls, name) { X <- sapply(ls, function(l) as.numeric(x == l)); colnames(X) <- paste0(name, "=", ls); X }

cat("-- Made by test/oracle/fit/fit.R with", R.version.string, "and MASS", as.character(packageVersion("MASS")), "\nINSERT INTO expected VALUES\n")

# published examples
patients <- data.frame(attack = c(1,1,1,1,1,1,1,1,1,1,0,0,0,0,0,0,0,0,0,0), treatment = c(1,1,1,0,0,0,0,0,0,0,1,1,1,1,1,1,0,0,0,0),
	anxiety = c(70,80,50,60,40,65,75,80,70,60,65,50,45,35,40,50,55,45,50,60))
with(patients, glm_example("patients", attack, columns(treatment, anxiety), binomial()))
races <- level(birthwt$race, 2:3, "race")
with(birthwt, glm_example("birthwt", low, columns(age, lwt, races, ftv), binomial()))
with(birthwt, glm_example("birthwt_all", low, columns(age, lwt, races, smoke, ptl, ht, ui, ftv), binomial()))
with(birthwt, glm_example("birthwt_gamma", bwt, columns(age, lwt, races, smoke, ptl, ht, ui, ftv), Gamma("log")))
with(birthwt, glm_example("birthwt_gaussian", bwt, columns(age, lwt, races, smoke, ptl, ht, ui, ftv), gaussian()))
orings <- data.frame(temp = c(53,57,58,63,66,67,67,67,68,69,70,70,70,70,72,73,75,75,76,76,78,79,81), damage = c(5,1,1,1,0,0,0,0,0,0,1,0,1,0,0,0,0,1,0,0,0,0,0))
with(orings, glm_example("orings", damage / 6, columns(temp), binomial(), weights = rep(6, 23)))
with(orings, glm_example("orings_any", as.numeric(damage > 0), columns(temp), binomial()))
wool <- level(warpbreaks$wool, "B", "wool"); tension <- level(warpbreaks$tension, c("M", "H"), "tension")
glm_example("warpbreaks", warpbreaks$breaks, columns(wool, tension), poisson())
nb_example("warpbreaks_nb", warpbreaks$breaks, columns(wool, tension))
nb_example("quine_nb", quine$Days, with(quine, columns(level(Eth, "N", "eth"), level(Sex, "M", "sex"), level(Age, c("F1", "F2", "F3"), "age"), level(Lrn, "SL", "lrn"))))
glm_example("quine", quine$Days, with(quine, columns(level(Eth, "N", "eth"), level(Sex, "M", "sex"), level(Age, c("F1", "F2", "F3"), "age"), level(Lrn, "SL", "lrn"))), poisson())

# the cohort that test/sql/risk_fit.sql generates by the same formulas
i <- 1:3000
u <- function(a) ((i * a) %% 1000003 + 0.5) / 1000003
d <- data.frame(age = 18 + floor(75 * u(7919)), female = u(104729) < 0.52, imd = 1 + floor(10 * u(15485863)), prior = floor(-1.5 * log(u(32452843))),
	bmi = ifelse(u(49979687) < 0.15, NA, 18 + 20 * u(67867967)), ethnic = c("asian", "black", "other", "white")[1 + floor(4 * u(86028121)^2)],
	exposure = 0.2 + u(122949823))
risk <- -3 + 0.03 * (d$age - 50) + 0.3 * d$female + 0.05 * d$imd + 0.4 * log1p(d$prior) + 0.2 * (d$ethnic == "asian")
d$admitted <- u(141650939) < plogis(risk)
d$events <- floor(-log(u(160481183)) * exp(risk + 1.5) * d$exposure * 2)
d$cost <- ifelse(u(179424673) < plogis(risk + 1), round(1000 * exp(0.3 * risk) * -log(u(198491317)) * 100 + 1) / 100, 0)
d$weight <- 1 + floor(3 * u(217645177))
pos <- function(x) pmax(x, 0)
fill <- mean(d$bmi, na.rm = TRUE)
rich <- with(d, columns(age, `age above 40` = pos(age - 40), `age above 65` = pos(age - 65), female, `imd from 4` = imd >= 4 & imd < 8, `imd from 8` = imd >= 8, prior = log1p(pmin(prior, 6)),
	bmi = ifelse(is.na(bmi), fill, bmi), `bmi unknown` = is.na(bmi), `ethnic=asian` = ethnic == "asian", `ethnic=black` = ethnic == "black", `ethnic=other` = ethnic == "other", `age:female` = age * female))
glm_example("cohort", as.numeric(d$admitted), rich, binomial())
known <- !is.na(d$bmi)
glm_example("cohort_complete", as.numeric(d$admitted)[known], with(d[known, ], columns(age, bmi)), binomial())
with(d, glm_example("cohort_weighted", as.numeric(admitted), columns(age, female, imd), binomial(), weights = weight))
simple <- with(d, columns(age, female, imd, prior))
glm_example("cohort_poisson", d$events, simple, poisson(), offset = log(d$exposure))
nb_example("cohort_nb", d$events, simple, offset = log(d$exposure))
k <- c(25, 45, 60, 85)
cubic <- function(x, j) (pos(x - k[j])^3 - pos(x - k[3])^3 * (k[4] - k[j]) / (k[4] - k[3]) + pos(x - k[4])^3 * (k[3] - k[j]) / (k[4] - k[3])) / (k[4] - k[1])^2
with(d, glm_example("cohort_cubic", as.numeric(admitted), columns(age, `age cubic 1` = cubic(age, 1), `age cubic 2` = cubic(age, 2), female), binomial()))
glm_example("cohort_two", as.numeric(d$cost > 0), simple, binomial(), part = "probability")
glm_example("cohort_two", d$cost[d$cost > 0], simple[d$cost > 0, ], Gamma("log"), part = "amount")
with(d[d$cost > 0, ], glm_example("cohort_gamma_weighted", cost, columns(age, female, imd, prior), Gamma("log"), weights = weight))
with(d, glm_example("cohort_gaussian_weighted", pmin(cost, 5000), columns(age, female, imd, prior), gaussian(), weights = weight))
ridge_example("cohort_ridge", as.numeric(d$admitted), simple, 5, rep(1, 4))
ridge_example("cohort_ridge_standardised", as.numeric(d$admitted), simple, 5, apply(simple[, -1], 2, sd))
ridge_example("cohort_ridge_gaussian", d$cost, simple, 1000, rep(1, 4), logistic = FALSE)

# what R predicts for some of the cohort
some <- seq(1, 3000, by = 200)
m <- settle(as.numeric(d$admitted), rich, binomial())
emit("predict_cohort", "predict", some, plogis(rich %*% m$coefficients)[some], NA)
m <- settle(as.numeric(d$cost > 0), simple, binomial()); a <- settle(d$cost[d$cost > 0], simple[d$cost > 0, ], Gamma("log"))
emit("predict_two", "predict", some, (plogis(simple %*% m$coefficients) * exp(simple %*% a$coefficients))[some], NA)
cat("('end','','',NULL,NULL);\n")
