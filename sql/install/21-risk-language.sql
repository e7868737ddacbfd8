-- The language of risk models, and what it has beyond ICD-10: condition keys, codes of other coding systems,
-- explanations of categories found before.

COMMENT ON TYPE risk_model IS
$$A risk model as one JSON object, checked when it is read and printed again in one fixed form. Members:
name, version (text, required); title, source, licence, population (text: whom the model is valid for); parent (text: the model it was recalibrated from); coding_system (text, default "icd10"): what the prefixes are written in;
unit: "person" (default) or "spell" (the score belongs to an admission); excludes_index: true when the look-back leaves out the admission itself; lookback_days (1 to 73000; without it all history counts);
valid_for: [bound, ...]: bound = {"input": "age", and "from" (at least), "above" (more than), "below" (less than), "upto" (at most) or "is"}: a person whose known input lies outside is not assessed (score NULL);
points_scale (1, 10, ... 1000000; default 1): points are multiples of 1/points_scale and are added as integers; points_divisor (whole number, default 1): score = points / points_divisor; points_min, points_max: the sum of all points is kept within them;
categories: [{"key", "label", "points", "prefixes": ["I21", "I252", ...], "conditions": ["copd", ...]}], at most 1024: a category is present when a code begins with one of its prefixes (1 to 8 of A-Z and 0-9, no dots) or one of its condition keys is given, counts once, and one code may hit several; further members of a category:
"only": [bound, ...]: it counts only where all bounds hold (an input that is not known: not assessed); "becomes": key of the category that is there instead (then without points of its own); "otherwise": key of the category that is there instead where "only" does not hold; "needs": [key, ...]: it counts only where one of these is present too;
category_steps: [{"from", "points"}], ascending: the sum of the category points counts as the step it reaches, 0 below the first;
hierarchy: [{"category", "removed_by"}]: the category scores nothing where the other is present;
inputs: [{"name", "label", "input", "missing", "missing_coefficient", "min", "max", "transform"} and one of "coefficient", "bins", "levels", "spline"]: terms over the input (default: name); missing is the value taken when it is not known, without it the score is then NULL; missing_coefficient is added then; min and max cap the value, then transform ("log1p", "log", "sqrt", "square", "logit");
bins: [{"from" or "above" (the first may have neither), "coefficient" or "points", "label"}], ascending, 0 below the first; levels: [{"value", "coefficient" or "points"}] of a text input, "other" names the level of all other values; spline: {"kind": "linear" (default), "knots", "coefficients"}: c0 x + sum of ci max(0, x - ki), or {"kind": "restricted_cubic"} of n knots and n - 1 coefficients;
interactions: [{"name", "label", "all": [[key, ...], ...] (one of each list is present), "only": [bound, ...], "times": [input, ...] (their product), "coefficient" or "points"}]; counts: [{"name", "label", "of": [key, ...] (default all), "bins"}]: number of categories present, through bins;
link: "identity" (default), "logit" or "log"; intercept (default 0); calibration: {"intercept" (0), "slope" (1)}; score = inverse link of calibration intercept + slope * (intercept + points + all the rest);
probability: {"intercept", "inputs", "interactions"}: the first part of a model of two parts, score = logistic(probability) * score of the rest;
"average" of a category, input, interaction or count: its mean contribution in the population the model was made on;
bands: [{"label", "from"} or {"label", "above"}], ascending; from includes the score, above does not; the first may have neither.
Order: categories found, only / becomes / otherwise, needs, hierarchy, points. A model of points alone (no intercept, identity link) is added as integers throughout, bands included. Errors 22P02 name the JSON path of the fault.$$;

COMMENT ON FUNCTION risk_score(risk_model, icd10[], jsonb) IS
    'Score of a list of codes and of inputs {"name": value, "conditions": [key, ...]}. NULL or no codes are no conditions, NULL elements are ignored, unknown input names and condition keys too. NULL (not assessed) when an input without a value for missing is not given, or lies outside what the model is valid for. 22023 for an input of the wrong kind, outside the domain of its transform, or with a value that is no level of the model. A NULL model raises 22004.';

COMMENT ON TYPE risk_term IS
    'One term of a score: a category key or input name (or intercept), the codes or the origin behind it, its value, what it adds to the linear predictor, what it adds on average in the population the model was made on (NULL where the model does not say), and its label.';

COMMENT ON FUNCTION risk_explain(risk_model, icd10[], jsonb) IS
    'The terms of a score: intercept, every category found with its codes and condition keys (contribution 0 and the reason where it does not count), what category steps and limits of points change, every input, interactions that apply, counts, calibration; then the terms of the probability, "probability: " before their names. What has an average is listed also where it is absent. Contributions add up to the score under the identity link, else to its linear predictor (those of the probability to its own); NULL = not assessed.';

COMMENT ON FUNCTION risk_inputs(risk_model) IS
    'Names of the inputs of a model, each once, in the order in which risk_predict takes them: those of its terms, of its bounds, of its products, of its probability. An empty array for none.';

COMMENT ON FUNCTION risk_predict(risk_model, double precision[]) IS
    'Score of a model of inputs only, given as an array in the order of risk_inputs; for wide tables. A NULL array gives NULL, a NULL element is an input that is not known; levels are met by the text of a number. 22023 for a wrong number of inputs or a model that scores codes, 22003 for overflow.';

CREATE FUNCTION risk_match_condition(model risk_model, condition text) RETURNS risk_flags
    AS 'MODULE_PATHNAME', 'commissioning_risk_match_condition' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_match_condition(risk_model, text) IS
    'The categories of the model that one condition key hits. NULL, or one that hits none, gives the neutral element. A NULL model raises 22004.';

CREATE FUNCTION risk_match_conditions(model risk_model, conditions text[]) RETURNS risk_flags
    AS 'MODULE_PATHNAME', 'commissioning_risk_match_conditions' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_match_conditions(risk_model, text[]) IS
    'The categories of the model that a list of condition keys hits. NULL, no keys, or keys that hit none give the neutral element; NULL elements are ignored. A NULL model raises 22004.';

CREATE FUNCTION risk_match_text(model risk_model, code text) RETURNS risk_flags
    AS 'MODULE_PATHNAME', 'commissioning_risk_match_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_match_text(risk_model, text) IS
    'The categories of the model that one code of any coding system hits: in upper case, without anything but A-Z and 0-9. NULL, or a code that hits none, gives the neutral element. A NULL model raises 22004.';

CREATE FUNCTION risk_score_text(model risk_model, codes text[], inputs jsonb DEFAULT NULL) RETURNS double precision
    AS 'MODULE_PATHNAME', 'commissioning_risk_score_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_score_text(risk_model, text[], jsonb) IS
    'As risk_score, for codes of any coding system, tidied as by risk_match_text.';

CREATE FUNCTION risk_explain_flags(model risk_model, flags risk_flags, inputs jsonb DEFAULT NULL) RETURNS SETOF risk_term
    AS 'MODULE_PATHNAME', 'commissioning_risk_explain_flags' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION risk_explain_flags(risk_model, risk_flags, jsonb) IS
    'As risk_explain, for categories found before by risk_match and risk_flags_agg with the same model: the evidence of a category names no codes, only condition keys among the inputs and why it does not count. 22023 for flags of another model.';
