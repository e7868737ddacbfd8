# Validation measures by R (base, pROC), independent of the extension.
# Rscript test/oracle/validation/validation.R > test/oracle/validation/expected.csv
# The rows are made of whole numbers, so that SQL makes the same (test/sql/risk_validation.sql, table person).
suppressMessages(library(pROC))
i <- 1:2000
p <- ((i * 7919) %% 1000 + 0.5) / 1000 * 0.6 + 0.002
u <- ((i * 104729) %% 10007 + 0.5) / 10007
y <- as.integer(u < plogis(-0.4 + 0.8 * qlogis(p)))
q <- round(p * 20) / 20 * 0.9 + 0.02                     # many ties
g <- c("a", "b", "c")[(i * 31) %% 3 + 1]

put <- function(set, metric, value, lower = NA, upper = NA)
	cat(paste(set, metric, sprintf("%.15g", value), if (is.na(lower)) "" else sprintf("%.15g", lower),
		if (is.na(upper)) "" else sprintf("%.15g", upper), sep = ","), "\n", sep = "")

measures <- function(set, y, p) {
	n <- length(y)
	roc <- roc(y, p, quiet = TRUE, direction = "<")
	ci <- ci.auc(roc, conf.level = 0.95, method = "delong")
	put(set, "auc", ci[2], ci[1], ci[3])
	put(set, "auc_std_error", sqrt(var(roc, method = "delong")))
	b <- (y - p)^2
	put(set, "brier", mean(b), mean(b) - qnorm(0.975) * sd(b) / sqrt(n), mean(b) + qnorm(0.975) * sd(b) / sqrt(n))
	put(set, "scaled_brier", 1 - mean(b) / mean((y - mean(y))^2))
	put(set, "log_loss", -mean(ifelse(y == 1, log(p), log(1 - p))))
	exact <- poisson.test(sum(y))$conf.int / sum(p)
	put(set, "oe", sum(y) / sum(p), exact[1], exact[2])
	wald <- function(f, term) {
		s <- coef(summary(f))[term, ]
		c(s[1], s[1] - qnorm(0.975) * s[2], s[1] + qnorm(0.975) * s[2])
	}
	tight <- glm.control(epsilon = 1e-14, maxit = 100)
	x <- qlogis(p)
	large <- wald(glm(y ~ offset(x), family = binomial, control = tight), 1)
	put(set, "citl", large[1], large[2], large[3])
	f <- glm(y ~ x, family = binomial, control = tight)
	w <- wald(f, 1); put(set, "intercept", w[1], w[2], w[3])
	w <- wald(f, 2); put(set, "slope", w[1], w[2], w[3])
	cell <- floor(10 * (rank(p, ties.method = "min") - 1) / n)
	o <- tapply(y, cell, sum); e <- tapply(p, cell, sum); k <- tapply(y, cell, length)
	h <- sum((o - e)^2 / (e * (1 - e / k)))
	put(set, "hosmer_lemeshow", h)
	put(set, "hosmer_lemeshow_p", pchisq(h, length(k), lower.tail = FALSE))
	put(set, "hosmer_lemeshow_p_internal", pchisq(h, length(k) - 2, lower.tail = FALSE))
	model <- sum(ifelse(y == 1, log(p), log(1 - p))); none <- as.numeric(logLik(glm(y ~ 1, family = binomial)))
	put(set, "r2_mcfadden", 1 - model / none)
	put(set, "r2_cox_snell", 1 - exp(2 / n * (none - model)))
	put(set, "r2_nagelkerke", (1 - exp(2 / n * (none - model))) / (1 - exp(2 / n * none)))
}
measures("p", y, p)
measures("q", y, q)
for (s in c("a", "b", "c")) measures(paste0("p ", s), y[g == s], p[g == s])

# smoothed calibration: 500 rows, each a group of its own in SQL
k <- i <= 500
l <- loess(y[k] ~ p[k], degree = 1, span = 0.75, surface = "direct")
at <- seq(min(p[k]), max(p[k]), length.out = 5)
for (j in 1:5) put("curve", paste0("point ", j), predict(l, at[j]))

# cost: R2, errors, ratio
cost <- ((i * 7907) %% 5003) + ifelse(i %% 10 == 0, 20000, 0)
guess <- 1500 + 0.7 * ((i * 7907) %% 5003) + ((i * 13) %% 700) + ifelse(i %% 20 == 0, 5000, 0)
put("cost", "r2", 1 - sum((cost - guess)^2) / sum((cost - mean(cost))^2))
put("cost", "mae", mean(abs(cost - guess)))
put("cost", "rmse", sqrt(mean((cost - guess)^2)))
put("cost", "cpm", 1 - sum(abs(cost - guess)) / sum(abs(cost - mean(cost))))
put("cost", "predictive_ratio", sum(guess) / sum(cost))
cell <- floor(10 * (rank(guess, ties.method = "min") - 1) / length(guess))
ratio <- tapply(guess, cell, sum) / tapply(cost, cell, sum)
for (d in c(1, 10)) put("cost", paste0("predictive_ratio ", d), ratio[d])

# stability: p of the first 1000 rows against the square root of p of the others
ref <- p[1:1000]; cur <- sqrt(p[1001:2000])
cuts <- sort(unique(quantile(ref, (1:9) / 10, type = 1)))
share <- function(v) pmax(tabulate(findInterval(v, cuts) + 1, length(cuts) + 1), 0.5) / length(v)
put("psi", "psi", sum((share(cur) - share(ref)) * log(share(cur) / share(ref))))

# distributions
for (x in c(0, 1, 3, 10, 100, 12345, 99999)) { e <- poisson.test(x)$conf.int; put("poisson", as.character(format(x, scientific = FALSE)), x, e[1], e[2]) }
e <- poisson.test(7, conf.level = 0.998)$conf.int; put("poisson 0.998", "7", 7, e[1], e[2])
for (x in c(0.5, 0.001, 0.025, 0.975, 1e-10)) put("normal", as.character(x), qnorm(x))
for (x in c(0.1, 5, 15.5073, 300)) put("chi_square 8", as.character(x), pchisq(x, 8, lower.tail = FALSE))
