# The published examples of test/sql/risk_fit.sql as SQL, from what R (Debian r-base-core, r-cran-mass) ships:
#   Rscript test/oracle/fit/data.R > test/sql/risk_fit_data.psql
suppressMessages(library(MASS))

literal <- function(x) if (is.numeric(x)) format(x, digits = 15, trim = TRUE, scientific = FALSE) else paste0("'", x, "'")
insert <- function(name, columns, data, source) {
	rows <- do.call(paste, c(lapply(data, function(x) sapply(x, literal)), sep = ","))
	lines <- tapply(paste0("(", rows, ")"), (seq_along(rows) - 1) %/% 8, paste, collapse = ",")
	cat("-- ", source, "\n", "CREATE TABLE ", name, " (", columns, ");\n", "INSERT INTO ", name, " VALUES\n", paste(lines, collapse = ",\n"), ";\n", sep = "")
}

cat("-- Made by test/oracle/fit/data.R; facts of the sources named.\n")
insert("birthwt", "low boolean, age integer, lwt integer, race text, smoke integer, ptl integer, ht integer, ui integer, ftv integer, bwt integer",
	transform(birthwt, low = ifelse(low == 1, "t", "f"), race = as.character(race)),
	"Low birth weight, Baystate Medical Center 1986: Hosmer and Lemeshow, Applied Logistic Regression, 1989; MASS::birthwt of R.")
insert("warpbreaks", "breaks integer, wool text, tension text", transform(warpbreaks, wool = as.character(wool), tension = as.character(tension)),
	"Breaks of yarn: Tippett 1950; warpbreaks of R.")
insert("quine", "eth text, sex text, age text, lrn text, days integer", as.data.frame(lapply(quine, function(x) if (is.factor(x)) as.character(x) else x)),
	"Days away from school: Aitkin 1978, data of S. Quine; MASS::quine of R.")
insert("longley", "y integer, x1 float8, x2 integer, x3 integer, x4 integer, x5 integer, x6 integer",
	with(longley, data.frame(round(Employed * 1000), GNP.deflator, round(GNP * 1000), round(Unemployed * 10), round(Armed.Forces * 10), round(Population * 1000), Year)),
	"Employment: Longley 1967, in the units of the NIST Statistical Reference Datasets; longley of R.")
