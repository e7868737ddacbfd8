/*-------------------------------------------------------------------------
 *
 * risk.c
 *	  Risk models: JSON in and out, faults and their paths, matching against
 *	  plain prefix comparison, points, bands, links, fingerprints.
 *
 *-------------------------------------------------------------------------
 */
#include "risk_model.h"

#include <math.h>
#include <stdint.h>

#include "risk/risk_build_core.h"

#define HEAD "{\"name\":\"n\",\"version\":\"1\","
#define ONE "{\"key\":\"a\",\"points\":1,\"prefixes\":[\"A\"]}"
#define CATEGORIES HEAD "\"categories\":[" ONE "]"
#define INPUTS HEAD "\"inputs\":[{\"name\":\"x\",\"coefficient\":1}]"
#define BAD(text, message) refuses(JSON_BAD_TEXT, text, message)

static void
test_forms(void)
{
	accepts(CATEGORIES "}", CATEGORIES "}", "a small model");
	accepts(" {\t\"version\" :\n\"1\" ,\r \"categories\" : [ " ONE " ] , \"name\":\"n\" } ",
			CATEGORIES "}", "blanks and order do not matter");
	accepts(INPUTS "}", INPUTS "}", "a model of inputs");
	accepts(CATEGORIES
			",\"title\":\"t\",\"source\":\"s\",\"licence\":\"l\",\"population\":\"p\","
			"\"lookback_days\":730,\"points_scale\":100,\"link\":\"log\",\"intercept\":-0.25}",
			HEAD "\"title\":\"t\",\"source\":\"s\",\"licence\":\"l\",\"population\":\"p\","
				 "\"lookback_days\":730,\"points_scale\":100,\"link\":\"log\",\"intercept\":-0.25,"
				 "\"categories\":[" ONE "]}",
			"every head member");
	accepts(CATEGORIES ",\"title\":null,\"lookback_days\":null,\"points_scale\":1,\"link\":"
					   "\"identity\",\"intercept\":0,\"hierarchy\":[],\"inputs\":[],\"bands\":[]}",
			CATEGORIES "}", "null and defaults are left out");
	accepts(
		HEAD "\"points_scale\":10,\"categories\":["
			 "{\"key\":\"a\",\"label\":\"L\",\"points\":0.5,\"prefixes\":[\"I25\",\"I21\",\"I2\"]},"
			 "{\"key\":\"b\",\"points\":-12.30,\"prefixes\":[\"I21\"]},"
			 "{\"key\":\"c\",\"points\":0,\"prefixes\":[\"Z99ABCDE\"]}],"
			 "\"hierarchy\":[{\"removed_by\":\"b\",\"category\":\"a\"},{\"category\":\"c\","
			 "\"removed_by\":\"b\"}]}",
		HEAD "\"points_scale\":10,\"categories\":["
			 "{\"key\":\"a\",\"label\":\"L\",\"points\":0.5,\"prefixes\":[\"I2\",\"I21\",\"I25\"]},"
			 "{\"key\":\"b\",\"points\":-12.3,\"prefixes\":[\"I21\"]},"
			 "{\"key\":\"c\",\"points\":0,\"prefixes\":[\"Z99ABCDE\"]}],"
			 "\"hierarchy\":[{\"category\":\"a\",\"removed_by\":\"b\"},{\"category\":\"c\","
			 "\"removed_by\":\"b\"}]}",
		"categories and hierarchy");
	accepts(HEAD "\"points_scale\":1000000,\"categories\":[{\"key\":\"a\",\"points\":0.000001,"
				 "\"prefixes\":[\"A\"]},"
				 "{\"key\":\"b\",\"points\":1000,\"prefixes\":[\"B\"]},{\"key\":\"c\",\"points\":-"
				 "1000,\"prefixes\":[\"B\"]},"
				 "{\"key\":\"d\",\"points\":1.050200,\"prefixes\":[\"B\"]}]}",
			HEAD "\"points_scale\":1000000,\"categories\":[{\"key\":\"a\",\"points\":0.000001,"
				 "\"prefixes\":[\"A\"]},"
				 "{\"key\":\"b\",\"points\":1000,\"prefixes\":[\"B\"]},{\"key\":\"c\",\"points\":-"
				 "1000,\"prefixes\":[\"B\"]},"
				 "{\"key\":\"d\",\"points\":1.0502,\"prefixes\":[\"B\"]}]}",
			"points at the limit of their size");
	accepts(
		HEAD "\"link\":\"logit\",\"intercept\":1e-7,\"inputs\":[{\"name\":\"x\",\"label\":\"L\","
			 "\"coefficient\":0.1,\"missing\":0},"
			 "{\"name\":\"y\",\"coefficient\":0.30000000000000004},{\"name\":\"z\",\"coefficient\":"
			 "12345678901234567},{\"name\":\"w\",\"coefficient\":0.3333333333333333}],"
			 "\"bands\":[{\"label\":\"low\"},{\"label\":\"mid\",\"from\":0.05},{\"label\":\"high\","
			 "\"above\":0.05}]}",
		HEAD "\"link\":\"logit\",\"intercept\":1e-07,\"inputs\":[{\"name\":\"x\",\"label\":\"L\","
			 "\"coefficient\":0.1,\"missing\":0},"
			 "{\"name\":\"y\",\"coefficient\":0.30000000000000004},{\"name\":\"z\",\"coefficient\":"
			 "12345678901234568},{\"name\":\"w\",\"coefficient\":0.3333333333333333}],"
			 "\"bands\":[{\"label\":\"low\"},{\"label\":\"mid\",\"from\":0.05},{\"label\":\"high\","
			 "\"above\":0.05}]}",
		"inputs and bands of a regression; the shortest exact decimals");
	accepts(CATEGORIES ",\"bands\":[{\"label\":\"a\",\"from\":-1},{\"label\":\"b\",\"above\":-1},{"
					   "\"label\":\"c\",\"from\":2.0}]}",
			CATEGORIES ",\"bands\":[{\"label\":\"a\",\"from\":-1},{\"label\":\"b\",\"above\":-1},{"
					   "\"label\":\"c\",\"from\":2}]}",
			"bands of points");
	accepts(
		HEAD "\"title\":\"\\\"\\\\\\/"
			 "\\b\\f\\n\\r\\t\\u0001\\u001F\\u0020\\u007f\\u0080\\u07ff\\u0800\\uffff\\ud800\\u"
			 "dc00\\ue000\\uDBFF\\uDFFF \xC3\xA9\",\"categories\":[" ONE "]}",
		HEAD
		"\"title\":\"\\\"\\\\/\\u0008\\u000c\\u000a\\u000d\\u0009\\u0001\\u001f "
		"\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xEE\x80\x80\xF4\x8F\xBF\xBF "
		"\xC3\xA9\",\"categories\":[" ONE "]}",
		"escapes");
}

static void
test_faults(void)
{
	static const char *const members[] = {"title", "source", "licence", "population"};
	char                     text[2000];
	char                     message[300];
	int                      i;

	BAD("", "$ must be a JSON value");
	BAD("x", "$ must be a JSON value");
	BAD("nul", "$ must be a JSON value");
	BAD("nulx", "$ must be a JSON value");
	BAD("null", "$ must be an object");
	BAD("true", "$ must be an object");
	BAD("\"x\"", "$ must be an object");
	BAD("-1.5e+3", "$ must be an object");
	BAD("[]", "$ must be an object");
	BAD("[1,]", "$[1] must be a JSON value");
	BAD("[1 2]", "$ must go on with a comma or ]");
	BAD("[", "$[0] must be a JSON value");
	BAD("[1", "$ must go on with a comma or ]");
	BAD("[[],[0,{\"a\":[1,2,x]}]]", "$[1][1].a[2] must be a JSON value");
	BAD("{", "$ must have a quoted key here");
	BAD("{}", "$.name must be a string");
	BAD("{} {", "$ is followed by more text");
	BAD("{\"name\"", "$.name must be followed by a colon");
	BAD("{\"name\":\"n\",}", "$ must have a quoted key here");
	BAD("{\"name\":\"n\";", "$ must go on with a comma or }");
	BAD("{\"name\":\"n", "$.name holds a string that does not end");
	BAD("{\"name\":\"n\\", "$.name holds a string that does not end");
	BAD("{\"name\":\"n\\\"", "$.name holds a string that does not end");
	BAD("{\"na", "$ holds a string that does not end");
	BAD("{\"name\":\"\x1F\"}", "$.name holds a string with an unescaped control character");
	BAD("{\"name\":\"\\x\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\u00g0\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\u00/0\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\u00:0\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\u00@0\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\u00G0\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\u00`0\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\u000\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\u0000\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\udc00\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\udfff\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\ud800\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\ud800\\n\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\ud800\\udbff\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\udc00\\udc00\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":\"\\ud800\\ue000\"}", "$.name holds a string with an invalid escape");
	BAD("{\"name\":-}", "$.name must be a JSON value");
	BAD("{\"name\":1.}", "$.name must be a JSON value");
	BAD("{\"name\":1e}", "$.name must be a JSON value");
	BAD("{\"name\":1e+}", "$.name must be a JSON value");
	BAD("{\"name\":01}", "$ must go on with a comma or }");
	BAD("{\"name\":.5}", "$.name must be a JSON value");
	BAD("{\"name\":0}", "$.name must be a string");
	BAD("{\"name\":\"\"}", "$.name must not be empty");
	BAD("{\"name\":\"n\"}", "$.version must be a string");
	BAD(HEAD "\"x\":1}", "$.x is not a known key");
	BAD(HEAD "\"name\":null}", "$.name is given twice");
	BAD(HEAD "\"bands\":[],\"bands\":[]}", "$.bands is given twice");
	BAD(HEAD "\"bands\":[]}", "$ must have \"categories\" or \"inputs\"");
	BAD(HEAD "\"\xC3\xA9\\u0001\\u001f ~\x7F\":1}", "$.???? ~? is not a known key");
	for (i = 0; i < 4; i++)
	{
		snprintf(text, sizeof(text), HEAD "\"%s\":1}", members[i]);
		snprintf(message, sizeof(message), "$.%s must be a string", members[i]);
		BAD(text, message);
	}
	BAD(HEAD "\"lookback_days\":\"1\"}", "$.lookback_days must be a number");
	BAD(HEAD "\"lookback_days\":1.5}", "$.lookback_days must be a whole number");
	BAD(HEAD "\"lookback_days\":0}", "$.lookback_days must be between 1 and 73000");
	BAD(HEAD "\"lookback_days\":73001}", "$.lookback_days must be between 1 and 73000");
	BAD(HEAD "\"lookback_days\":1e99}", "$.lookback_days is out of range");
	BAD(HEAD "\"points_scale\":{}}", "$.points_scale must be a number");
	BAD(HEAD "\"points_scale\":0}",
		"$.points_scale must be 1, 10, 100, 1000, 10000, 100000 or 1000000");
	BAD(HEAD "\"points_scale\":20}",
		"$.points_scale must be 1, 10, 100, 1000, 10000, 100000 or 1000000");
	BAD(HEAD "\"points_scale\":10000000}",
		"$.points_scale must be 1, 10, 100, 1000, 10000, 100000 or 1000000");
	BAD(HEAD "\"link\":\"probit\"}", "$.link must be \"identity\", \"logit\" or \"log\"");
	BAD(HEAD "\"link\":[\"log\"]}", "$.link must be \"identity\", \"logit\" or \"log\"");
	BAD(HEAD "\"intercept\":\"1\"}", "$.intercept must be a number");
	BAD(HEAD "\"intercept\":-1e400}", "$.intercept is out of range");
	BAD(HEAD "\"categories\":1}", "$.categories must be an array");
	BAD(HEAD "\"categories\":[" ONE ",2]}", "$.categories[1] must be an object");
	BAD(HEAD "\"categories\":[{\"key\":1}]}", "$.categories[0].key must be a string");
	BAD(HEAD "\"categories\":[{\"key\":\"a\",\"label\":1}]}",
		"$.categories[0].label must be a string");
	BAD(HEAD "\"categories\":[{\"key\":\"a\"}]}", "$.categories[0].points must be a number");
	BAD(HEAD "\"categories\":[{\"key\":\"a\",\"points\":0.5}]}",
		"$.categories[0].points must be a whole number");
	BAD(HEAD "\"points_scale\":10,\"categories\":[{\"key\":\"a\",\"points\":0.05}]}",
		"$.categories[0].points must be a multiple of 1/10");
	BAD(HEAD "\"categories\":[{\"key\":\"a\",\"points\":1000000001}]}",
		"$.categories[0].points is out of range");
	BAD(HEAD "\"categories\":[{\"key\":\"a\",\"points\":-1000000001}]}",
		"$.categories[0].points is out of range");
	BAD(HEAD "\"categories\":[" ONE ",{\"key\":\"a\",\"points\":1}]}",
		"$.categories[1].key is the key of an earlier category");
	BAD(HEAD "\"categories\":[{\"key\":\"a\",\"points\":1}]}",
		"$.categories[0].prefixes must be an array of at least one code prefix");
	BAD(HEAD "\"categories\":[{\"key\":\"a\",\"points\":1,\"prefixes\":\"A\"}]}",
		"$.categories[0].prefixes must be an array of at least one code prefix");
	BAD(HEAD "\"categories\":[{\"key\":\"a\",\"points\":1,\"prefixes\":[]}]}",
		"$.categories[0].prefixes must be an array of at least one code prefix");
	BAD(HEAD "\"categories\":[{\"key\":\"a\",\"points\":1,\"prefixes\":[\"A\",1]}]}",
		"$.categories[0].prefixes[1] must be a code prefix of 1 to 8 characters A-Z and 0-9");
	BAD(HEAD "\"categories\":[{\"key\":\"a\",\"points\":1,\"prefixes\":[\"A1\",\"A2\",\"A1\"]}]}",
		"$.categories[0].prefixes names a code prefix twice");
	BAD(CATEGORIES ",\"hierarchy\":{}}", "$.hierarchy must be an array");
	BAD(CATEGORIES ",\"hierarchy\":[[]]}", "$.hierarchy[0] must be an object");
	BAD(CATEGORIES ",\"hierarchy\":[{\"removed_by\":\"a\"}]}",
		"$.hierarchy[0].category must be a string");
	BAD(CATEGORIES ",\"hierarchy\":[{\"category\":\"a\",\"removed_by\":1}]}",
		"$.hierarchy[0].removed_by must be a string");
	BAD(CATEGORIES ",\"hierarchy\":[{\"category\":\"b\",\"removed_by\":\"a\"}]}",
		"$.hierarchy[0].category is not the key of a category");
	BAD(CATEGORIES ",\"hierarchy\":[{\"category\":\"a\",\"removed_by\":\"a\"}]}",
		"$.hierarchy[0] must name two different categories");
	BAD(HEAD "\"categories\":[" ONE ",{\"key\":\"b\",\"points\":1,\"prefixes\":[\"B\"]},{\"key\":"
			 "\"c\",\"points\":1,\"prefixes\":[\"C\"]}],\"hierarchy\":["
			 "{\"category\":\"a\",\"removed_by\":\"b\"},{\"category\":\"a\",\"removed_by\":\"c\"},{"
			 "\"category\":\"c\",\"removed_by\":\"b\"},{\"category\":\"a\",\"removed_by\":\"c\"}]}",
		"$.hierarchy[3] repeats an earlier entry");
	BAD(HEAD "\"inputs\":1}", "$.inputs must be an array");
	BAD(HEAD "\"inputs\":[{\"coefficient\":1}]}", "$.inputs[0].name must be a string");
	BAD(HEAD "\"inputs\":[{\"name\":\"x\"}]}",
		"$.inputs[0] must have one of \"coefficient\", \"bins\", \"levels\" and \"spline\"");
	BAD(HEAD "\"inputs\":[{\"name\":\"x\",\"coefficient\":1,\"label\":1}]}",
		"$.inputs[0].label must be a string");
	BAD(HEAD "\"inputs\":[{\"name\":\"x\",\"coefficient\":1,\"missing\":\"0\"}]}",
		"$.inputs[0].missing must be a number");
	BAD(HEAD "\"inputs\":[{\"name\":\"w\",\"coefficient\":1},{\"name\":\"x\",\"coefficient\":1},{"
			 "\"name\":\"w\",\"coefficient\":1}]}",
		"$.inputs[2].name is the name of an earlier input");
	BAD(HEAD "\"inputs\":[{\"name\":\"w\",\"coefficient\":1},{\"name\":\"x\",\"coefficient\":1},{"
			 "\"name\":\"x\",\"coefficient\":1}]}",
		"$.inputs[2].name is the name of an earlier input");
	BAD(INPUTS ",\"bands\":0}", "$.bands must be an array");
	BAD(INPUTS ",\"bands\":[{}]}", "$.bands[0].label must be a string");
	BAD(INPUTS ",\"bands\":[{\"label\":\"a\",\"from\":\"1\"}]}",
		"$.bands[0].from must be a number");
	BAD(INPUTS ",\"bands\":[{\"label\":\"a\",\"above\":\"1\"}]}",
		"$.bands[0].above must be a number");
	BAD(INPUTS ",\"bands\":[{\"label\":\"a\",\"above\":1,\"from\":1}]}",
		"$.bands[0] must have either \"from\" or \"above\"");
	BAD(INPUTS ",\"bands\":[{\"label\":\"a\"},{\"label\":\"b\"}]}",
		"$.bands[1] must have either \"from\" or \"above\"");
	BAD(INPUTS ",\"bands\":[{\"label\":\"a\",\"from\":1},{\"label\":\"b\",\"from\":1}]}",
		"$.bands[1] must begin higher than the band before it");
	BAD(INPUTS ",\"bands\":[{\"label\":\"a\",\"above\":1},{\"label\":\"b\",\"above\":1}]}",
		"$.bands[1] must begin higher than the band before it");
	BAD(INPUTS ",\"bands\":[{\"label\":\"a\",\"above\":1},{\"label\":\"b\",\"from\":1}]}",
		"$.bands[1] must begin higher than the band before it");
	BAD(INPUTS ",\"bands\":[{\"label\":\"a\",\"from\":1},{\"label\":\"b\",\"above\":0.9}]}",
		"$.bands[1] must begin higher than the band before it");
	BAD(CATEGORIES ",\"bands\":[{\"label\":\"a\",\"from\":1},{\"label\":\"b\",\"from\":1}]}",
		"$.bands[1] must begin higher than the band before it");
	BAD(CATEGORIES ",\"bands\":[{\"label\":\"a\",\"from\":1},{\"label\":\"b\",\"above\":0}]}",
		"$.bands[1] must begin higher than the band before it");
	BAD(CATEGORIES ",\"bands\":[{\"label\":\"a\",\"from\":0.5}]}",
		"$.bands[0].from must be a whole number");
	ok(risk_model_read("{\"name\":\"\\u0080\"}", 17, false, &memory, &error) == NULL &&
		   strcmp(error.message, "$.name holds a string with an invalid escape") == 0,
	   "without UTF-8 an escape above ASCII cannot be read");
	ok(risk_model_read("{\"name\":\"\\u007f\"}", 17, false, &memory, &error) == NULL &&
		   strcmp(error.message, "$.version must be a string") == 0,
	   "but one within ASCII can");
	release();
}

/* repeated --- before, n times what with its number where it has a %d, separated by commas, after.
 */
static char *
repeated(const char *before, const char *what, int n, const char *after)
{
	char *text =
		allocate(&blocks, strlen(before) + (size_t) n * (strlen(what) + 30) + strlen(after) + 1);
	char *to = text;
	int   i;

	to += sprintf(to, "%s", before);
	for (i = 0; i < n; i++)
	{
		if (i > 0)
			*to++ = ',';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
		to += sprintf(to, what, i);
#pragma GCC diagnostic pop
	}
	sprintf(to, "%s", after);
	return text;
}

static bool
fits(const char *text)
{
	return read_model(text) != NULL;
}

/* too_large --- refused with 54000 and this message. */
static bool
too_large(const char *text, const char *message)
{
	bool good = read_model(text) == NULL && error.fault == JSON_TOO_LARGE &&
				strcmp(error.message, message) == 0;

	if (!good)
		printf("# got: %s\n", error.message);
	return good;
}

static void
test_limits(void)
{
	const char *category = "{\"key\":\"c%d\",\"points\":1,\"prefixes\":[\"A\"]}";
	const char *input = "{\"name\":\"x%d\",\"coefficient\":1}";
	char        text[4000];
	char        letters[1002];
	char       *large;
	char       *to;
	int         i;
	int         j;

	ok(fits(repeated(HEAD "\"categories\":[", category, 1024, "]}")) &&
		   too_large(repeated(HEAD "\"categories\":[", category, 1025, "]}"),
					 "$.categories must have at most 1024 categories"),
	   "1024 categories");
	ok(fits(repeated(HEAD "\"inputs\":[", input, 1000, "]}")) &&
		   too_large(repeated(HEAD "\"inputs\":[", input, 1001, "]}"),
					 "$.inputs must have at most 1000 inputs"),
	   "1000 inputs");
	ok(fits(repeated(INPUTS ",\"bands\":[", "{\"label\":\"b\",\"from\":%d}", 64, "]}")) &&
		   too_large(repeated(INPUTS ",\"bands\":[", "{\"label\":\"b\",\"from\":%d}", 65, "]}"),
					 "$.bands must have at most 64 bands"),
	   "64 bands");
	ok(too_large(repeated(CATEGORIES ",\"hierarchy\":[", "0", 10001, "]}"),
				 "$.hierarchy must have at most 10000 entries") &&
		   !fits(repeated(CATEGORIES ",\"hierarchy\":[", "0", 10000, "]}")) &&
		   strcmp(error.message, "$.hierarchy[0] must be an object") == 0,
	   "10000 entries of a hierarchy");
	ok(fits(repeated(HEAD "\"categories\":[{\"key\":\"a\",\"points\":1,\"prefixes\":[", "\"A%d\"",
					 100000, "]}]}")) &&
		   too_large(repeated(HEAD "\"categories\":[{\"key\":\"a\",\"points\":1,\"prefixes\":[",
							  "\"A%d\"", 100001, "]}]}"),
					 "$ must have at most 100000 prefixes") &&
		   too_large(repeated(HEAD "\"categories\":[" ONE
								   ",{\"key\":\"b\",\"points\":1,\"prefixes\":[",
							  "\"A%d\"", 100000, "]}]}"),
					 "$ must have at most 100000 prefixes"),
	   "100000 prefixes in all");
	release();
	memset(letters, 'x', sizeof(letters));
	letters[63] = '\0';
	snprintf(
		text, sizeof(text),
		"{\"name\":\"%s\",\"version\":\"%s\",\"inputs\":[{\"name\":\"%s\",\"coefficient\":1}]}",
		letters, letters, letters);
	ok(fits(text), "names of 63 bytes");
	letters[63] = 'x';
	letters[64] = '\0';
	snprintf(text, sizeof(text), "{\"name\":\"%s\"}", letters);
	ok(too_large(text, "$.name must have at most 63 bytes"), "but not of 64");
	letters[64] = 'x';
	letters[1000] = '\0';
	snprintf(text, sizeof(text), CATEGORIES ",\"title\":\"%s\"}", letters);
	ok(fits(text), "texts of 1000 bytes");
	letters[1000] = 'x';
	letters[1001] = '\0';
	snprintf(text, sizeof(text), CATEGORIES ",\"title\":\"%s\"}", letters);
	ok(too_large(text, "$.title must have at most 1000 bytes"), "but not of 1001");
	ok(!fits("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]") &&
		   strcmp(error.message, "$ must be an object") == 0 &&
		   too_large("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
					 "$[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0] is nested deeper than 16 "
					 "levels") &&
		   too_large(
			   "[[[[[[[[[[[[[[[{\"a\":[]}]]]]]]]]]]]]]]]",
			   "$[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0].a is nested deeper than 16 levels"),
	   "16 levels");
	/* a long path is cut, the message stays */
	large = repeated("", "{\"abcdefghijklmnopqrstuvwxyzabcdefghij%d\":[[", 8, "");
	for (to = large, i = 0; large[i] != '\0'; i++)
		if (large[i] != ',')
			*to++ = large[i];
	*to = '\0';
	ok(!fits(large) && strlen(error.message) < sizeof(error.message) &&
		   strncmp(error.message, "$.abcdefghijklmnopqrstuvwxyzabcd[0][0].abcdef", 45) == 0 &&
		   strstr(error.message, " is nested deeper than 16 levels") != NULL,
	   "long paths are cut");
	release();

	i = 16 * 1024 * 1024;
	large = allocate(&blocks, (size_t) i + 1);
	memset(large, ' ', (size_t) i + 1);
	memcpy(large, CATEGORIES "}", strlen(CATEGORIES "}"));
	ok(risk_model_read(large, (size_t) i, true, &memory, &error) != NULL, "16 MB of text");
	ok(risk_model_read(large, (size_t) i + 1, true, &memory, &error) == NULL &&
		   error.fault == JSON_TOO_LARGE &&
		   strcmp(error.message, "$ must have at most 16777216 bytes") == 0,
	   "and no more");
	release();

	/* 500 categories at the root, 49,500 codes below that each add a pair of others: 25 million
	 * memberships */
	large = allocate(&blocks, 4000000);
	to = large + sprintf(large, HEAD "\"categories\":[");
	for (i = 0; i < 500; i++)
		to += sprintf(to, "{\"key\":\"r%d\",\"points\":1,\"prefixes\":[\"A\"]},", i);
	for (i = 0; i < 500; i++)
	{
		to += sprintf(to, "%s{\"key\":\"p%d\",\"points\":1,\"prefixes\":[\"B\"", i == 0 ? "" : ",",
					  i);
		for (j = 1; j <= 99; j++)
			to += sprintf(to, ",\"A%05d\",\"A%05d\"", i * 99 + j, ((i + j) % 500) * 99 + j);
		to += sprintf(to, "]}");
	}
	sprintf(to, "]}");
	ok(too_large(large, "$ must have at most 4194304 combinations of categories"),
	   "combinations are bounded");
	release();
}

static void
test_prefixes(void)
{
	uint64_t packed = 0;
	char     text[9];

	ok(risk_prefix_pack("A", 1, &packed) && packed == UINT64_C(0x4100000000000000),
	   "one character");
	ok(risk_prefix_pack("AZ09", 4, &packed) && packed == UINT64_C(0x415A303900000000) &&
		   risk_prefix_unpack(packed, text) == 4 && strcmp(text, "AZ09") == 0,
	   "four characters and back");
	ok(risk_prefix_pack("I21ABCDE", 8, &packed) && packed == UINT64_C(0x4932314142434445) &&
		   risk_prefix_unpack(packed, text) == 8 && strcmp(text, "I21ABCDE") == 0,
	   "eight characters and back");
	ok(risk_prefix_unpack(0, text) == 0 && text[0] == '\0', "none and back");
	ok(!risk_prefix_pack("", 0, &packed) && !risk_prefix_pack("I21ABCDEF", 9, &packed),
	   "none or nine are refused");
	ok(!risk_prefix_pack("@", 1, &packed) && !risk_prefix_pack("[", 1, &packed) &&
		   !risk_prefix_pack("/", 1, &packed) && !risk_prefix_pack(":", 1, &packed) &&
		   !risk_prefix_pack("A.", 2, &packed) && !risk_prefix_pack("a", 1, &packed),
	   "other characters are refused");
}

static bool
scaled(const char *number, int32_t scale, int64_t expected)
{
	int64_t result;
	bool    in_range;

	return risk_scaled_integer(number, scale, 1000000000, &result, &in_range) && in_range &&
		   result == expected;
}

static bool
scaled_fails(const char *number, int32_t scale, bool whole)
{
	int64_t result;
	bool    in_range;

	return risk_scaled_integer(number, scale, 1000000000, &result, &in_range) == whole &&
		   (!whole || !in_range);
}

static void
test_scaled(void)
{
	ok(scaled("0", 1, 0) && scaled("-0", 10, 0) && scaled("0.000", 1, 0) &&
		   scaled("0e999999999999", 1, 0) && scaled("0e-99", 1, 0),
	   "zero");
	ok(scaled("7.1", 10, 71) && scaled("0.1", 10, 1) && scaled("-3.2", 10, -32) &&
		   scaled("15", 10, 150) && scaled("7.10", 10, 71) && scaled("7", 10, 70),
	   "tenths");
	ok(scaled("100", 1, 100) && scaled("1010", 1, 1010) && scaled("1000000000", 1, 1000000000) &&
		   scaled("-1000000000", 1, -1000000000) && scaled("1000", 1000000, 1000000000),
	   "up to the limit");
	ok(scaled("1e2", 1, 100) && scaled("1E+2", 1, 100) && scaled("150e-1", 1, 15) &&
		   scaled("1.5e1", 1, 15) && scaled("0.00015e6", 10, 1500) && scaled("12.5e-1", 100, 125) &&
		   scaled("1e-6", 1000000, 1) && scaled("10e-7", 1000000, 1),
	   "exponents");
	ok(scaled_fails("0.5", 1, false) && scaled_fails("0.05", 10, false) &&
		   scaled_fails("1e-1", 1, false) && scaled_fails("1e-7", 1000000, false) &&
		   scaled_fails("10e-2", 1, false) && scaled_fails("1e-99999999999", 1, false) &&
		   scaled_fails("0.10000000000000000000000000000000001", 10, false),
	   "no integers");
	ok(scaled_fails("1000000001", 1, true) && scaled_fails("-1000000001", 1, true) &&
		   scaled_fails("100000000.1", 10, true) && scaled_fails("1e10", 1, true) &&
		   scaled_fails("1e19", 1, true) && scaled_fails("9223372036854775807", 1, true) &&
		   scaled_fails("9223372036854775808", 1, true) &&
		   scaled_fails("123456789012345678901234567890", 1, true) &&
		   scaled_fails("1e99999999999", 1, true),
	   "out of range");
}

/* starts_with --- the plain definition of a match. */
static bool
starts_with(const char *code, const char *prefix)
{
	return strncmp(code, prefix, strlen(prefix)) == 0;
}

static void
random_code(char *code, int longest)
{
	static const char first[] = "AIZ09";
	static const char rest[] = "019AZ";
	int               length = 1 + rand() % longest;
	int               i;

	for (i = 0; i < length; i++)
		code[i] = i == 0 ? first[rand() % 5] : rest[rand() % 5];
	code[length] = '\0';
}

/* match_randomly --- a random model against the plain definition; the number of differences. */
static int
match_randomly(int n_categories, int n_prefixes, int n_codes)
{
	static char prefixes[200][40][9];
	static int  counts[200];
	char       *text = allocate(&blocks, 400000);
	char       *to = text + sprintf(text, HEAD "\"categories\":[");
	RiskModel  *model;
	int         wrong = 0;
	int         c;
	int         i;
	int         j;

	for (c = 0; c < n_categories; c++)
	{
		to += sprintf(to, "%s{\"key\":\"c%d\",\"points\":1,\"prefixes\":[", c > 0 ? "," : "", c);
		counts[c] = 0;
		for (i = 0; i < n_prefixes; i++)
		{
			random_code(prefixes[c][counts[c]], 8);
			for (j = 0; j < counts[c] && strcmp(prefixes[c][j], prefixes[c][counts[c]]) != 0; j++)
				;
			if (j < counts[c])
				continue;
			to += sprintf(to, "%s\"%s\"", counts[c] > 0 ? "," : "", prefixes[c][counts[c]]);
			counts[c]++;
		}
		to += sprintf(to, "]}");
	}
	sprintf(to, "]}");
	model = read_model(text);
	if (model == NULL)
		return 1000000;
	for (i = 0; i < n_codes; i++)
	{
		uint64_t words[RISK_MAX_WORDS] = {0};
		uint64_t packed;
		char     code[9];

		random_code(code, 8);
		risk_prefix_pack(code, strlen(code), &packed);
		risk_add_set(model, risk_find_set(model, packed), words);
		for (c = 0; c < n_categories; c++)
		{
			bool hit = false;

			for (j = 0; j < counts[c]; j++)
				hit = hit || starts_with(code, prefixes[c][j]);
			wrong += hit != risk_has(words, (uint32_t) c);
		}
		wrong += n_categories % 64 != 0 && (words[n_categories / 64] >> (n_categories % 64)) != 0;
	}
	release();
	return wrong;
}

static bool
in_order(const RiskModel *model)
{
	const uint64_t *start = RISK_SECTION(model, uint64_t, range_start);
	const uint32_t *set = RISK_SECTION(model, uint32_t, range_set);
	uint32_t        i;

	for (i = 1; i < model->n_ranges; i++)
	{
		if (start[i] <= start[i - 1] || set[i] == set[i - 1])
			return false;
	}
	return start[0] == 0 && set[0] == 0;
}

static void
test_matching(void)
{
	RiskModel *model;
	int        wrong = 0;
	int        i;

	srand(20240401);
	for (i = 0; i < 60; i++)
		wrong += match_randomly(1 + rand() % 70, 1 + rand() % 12, 500);
	wrong += match_randomly(200, 40, 1000);
	ok(wrong == 0, "random models match codes as prefix comparison does (%d differences)", wrong);
	model = read_model(
		HEAD "\"categories\":[{\"key\":\"a\",\"points\":1,\"prefixes\":[\"I2\",\"I21\",\"I3\"]},"
			 "{\"key\":\"b\",\"points\":1,\"prefixes\":[\"I21\",\"I30\"]}]}");
	ok(model != NULL && in_order(model) && model->n_ranges == 7 && model->n_sets == 3 &&
		   model->n_prefixes == 5 && model->n_categories == 2,
	   "ranges are cut only where the set changes");
	ok(model->format == 1 && model->header_size == sizeof(RiskModel) && model->size % 8 == 0,
	   "the head says what follows");
	ok(risk_find_set(model, UINT64_C(0xFFFFFFFFFFFFFFFF)) == 0 && risk_find_set(model, 0) == 0 &&
		   risk_find_set(model, UINT64_C(0x0100000000000000)) == 0 &&
		   risk_find_set(model, UINT64_C(0x7F00000000000000)) == 0,
	   "words that are no codes match nothing");
	release();
	model = read_model(HEAD "\"categories\":[{\"key\":\"a\",\"points\":1,\"prefixes\":["
							"\"ZZZZZZZZ\",\"ZZZZZZZY\",\"00000000\"]}]}");
	ok(model != NULL && in_order(model) && model->n_ranges == 5 &&
		   risk_find_set(model, UINT64_C(0x5A5A5A5A5A5A5A5A)) == 1 &&
		   risk_find_set(model, UINT64_C(0x5A5A5A5A5A5A5A5B)) == 0 &&
		   risk_find_set(model, UINT64_C(0x5A5A5A5A5A5A5A59)) == 1 &&
		   risk_find_set(model, UINT64_C(0x5A5A5A5A5A5A5A58)) == 0 &&
		   risk_find_set(model, UINT64_C(0x3030303030303030)) == 1 &&
		   risk_find_set(model, UINT64_C(0x3030303030303031)) == 0,
	   "whole words as prefixes cover themselves only");
	release();
}

static void
test_points(void)
{
	RiskModel *model = read_model(
		HEAD "\"points_scale\":10,\"categories\":["
			 "{\"key\":\"a\",\"points\":7.1,\"prefixes\":[\"A\"]},{\"key\":\"b\",\"points\":-0.5,"
			 "\"prefixes\":[\"B\"]},"
			 "{\"key\":\"c\",\"points\":100,\"prefixes\":[\"C\"]}],\"hierarchy\":[{\"category\":"
			 "\"a\",\"removed_by\":\"b\"},"
			 "{\"category\":\"b\",\"removed_by\":\"c\"}],\"bands\":[{\"label\":\"x\",\"from\":0},{"
			 "\"label\":\"y\",\"from\":5},{\"label\":\"z\",\"above\":15}]}");
	static const int64_t raw[] = {0, 71, -5, 66, 1000, 1071, 995, 1066};
	static const int64_t kept_points[] = {0, 71, -5, -5, 1000, 1071, 1000, 1000};
	bool                 good = true;
	uint64_t             kept;
	uint64_t             words;

	for (words = 0; words < 8; words++)
	{
		risk_apply_hierarchy(model, &words, &kept);
		good = good && risk_points(model, &words) == raw[words] &&
			   risk_points(model, &kept) == kept_points[words];
	}
	ok(good, "points before and after the hierarchy; what is removed still removes");
	ok(risk_points_value(model, 171) == 17.1 && risk_points_value(model, -5) == -0.5 &&
		   risk_points_value(model, 0) == 0,
	   "points as numbers");
	ok(model->points_only == 1 && risk_band_index(model, -0.1) == -1 &&
		   risk_band_index(model, 0) == 0 && risk_band_index(model, 4.9) == 0 &&
		   risk_band_index(model, 5) == 1 && risk_band_index(model, 15) == 1 &&
		   risk_band_index(model, 15.1) == 2,
	   "bands begin where they say");
	ok(risk_band_index(model, 5.000000000000001) == 1 &&
		   risk_band_index(model, 4.999999999999999) == 1 &&
		   risk_band_index(model, 15.000000000000002) == 1 && risk_band_index(model, 4.99) == 0 &&
		   risk_band_index(model, 15.0001) == 2 && risk_band_index(model, 14.9999999) == 1 &&
		   risk_band_index(model, 15.00000005) == 1 && risk_band_index(model, 15.00000011) == 2,
	   "a hair beside a point is the point");
	ok(risk_band_index(model, NAN) == -1 && risk_band_index(model, INFINITY) == 2 &&
		   risk_band_index(model, -INFINITY) == -1 && risk_band_index(model, 1e14) == 2 &&
		   risk_band_index(model, 1e15) == 2 && risk_band_index(model, 1e300) == 2,
	   "numbers that are no points");
	release();
	model = read_model(HEAD "\"points_scale\":10,\"intercept\":1,\"categories\":[" ONE
							"],\"bands\":[{\"label\":\"x\"},{\"label\":\"y\",\"above\":15},{"
							"\"label\":\"z\",\"from\":15.5}]}");
	ok(model->points_only == 0 && risk_band_index(model, 15) == 0 &&
		   risk_band_index(model, 15.000000000000002) == 1 &&
		   risk_band_index(model, 15.499999999999998) == 1 && risk_band_index(model, 15.5) == 2 &&
		   risk_band_index(model, -1e300) == 0,
	   "bands of other scores are exact");
	release();
	model = read_model(INPUTS ",\"bands\":[{\"label\":\"x\"},{\"label\":\"y\",\"above\":15}]}");
	ok(RISK_SECTION(model, RiskInput, inputs)[0].missing == 0 &&
		   RISK_SECTION(model, RiskBand, bands)[0].bound == 0 &&
		   RISK_SECTION(model, RiskBand, bands)[0].points == 0 &&
		   RISK_SECTION(model, RiskBand, bands)[1].points == 0,
	   "what is not given is nothing");
	release();
	ok((model = read_model(HEAD "\"link\":\"log\",\"categories\":[" ONE "]}")) != NULL &&
		   model->points_only == 0 &&
		   (model = read_model(CATEGORIES ",\"inputs\":[{\"name\":\"x\",\"coefficient\":1}]}")) !=
			   NULL &&
		   model->points_only == 0 && (model = read_model(CATEGORIES "}")) != NULL &&
		   model->points_only == 1 && risk_band_index(model, 1) == -1,
	   "only sums of points are integers");
	release();
}

static void
test_hierarchy_width(void)
{
	RiskModel *model = read_model(repeated(
		HEAD "\"categories\":[", "{\"key\":\"c%d\",\"points\":1,\"prefixes\":[\"A\"]}", 130,
		"],\"hierarchy\":[{\"category\":\"c129\",\"removed_by\":\"c0\"},{\"category\":\"c63\","
		"\"removed_by\":\"c64\"}]}"));
	uint64_t   words[3] = {0};
	uint64_t   kept[3];

	risk_add_set(model, risk_find_set(model, UINT64_C(0x4100000000000000)), words);
	ok(words[0] == UINT64_MAX && words[1] == UINT64_MAX && words[2] == 3,
	   "130 categories in three words");
	risk_apply_hierarchy(model, words, kept);
	ok(kept[0] == UINT64_MAX >> 1 && kept[1] == UINT64_MAX && kept[2] == 1 && words[2] == 3 &&
		   risk_points(model, kept) == 128 && risk_points(model, words) == 130,
	   "the hierarchy reaches every word and leaves the flags alone");
	release();
}

static void
test_links(void)
{
	RiskModel *identity =
		read_model(HEAD "\"intercept\":1,\"inputs\":[{\"name\":\"x\",\"coefficient\":2},{\"name\":"
						"\"y\",\"coefficient\":-0.5}],\"bands\":[{\"label\":\"b\",\"from\":7}]}");
	RiskModel *logit =
		read_model(HEAD "\"link\":\"logit\",\"inputs\":[{\"name\":\"x\",\"coefficient\":1}]}");
	RiskModel *log_link =
		read_model(HEAD "\"link\":\"log\",\"inputs\":[{\"name\":\"x\",\"coefficient\":1}]}");
	double inputs[3] = {3, 4, 1e9}; /* one more than the models have */
	double result;

	ok(risk_predict_inputs(identity, inputs, &result) && result == 5,
	   "identity: 1 + 2 * 3 - 0.5 * 4");
	ok(risk_apply_link(logit, 0, &result) && result == 0.5 && risk_apply_link(logit, 1, &result) &&
		   fabs(result - 0.7310585786300049) < 1e-15 && risk_apply_link(logit, -1, &result) &&
		   fabs(result - 0.2689414213699951) < 1e-15 && risk_apply_link(logit, 0.5, &result) &&
		   fabs(result - 0.6224593312018546) < 1e-15 && risk_apply_link(logit, -0.5, &result) &&
		   fabs(result - 0.3775406687981454) < 1e-15,
	   "logit");
	ok(risk_apply_link(logit, 1000, &result) && result == 1 &&
		   risk_apply_link(logit, -1000, &result) && result == 0 &&
		   risk_apply_link(logit, -700, &result) && result > 0 &&
		   risk_apply_link(logit, INFINITY, &result) && result == 1,
	   "logit far out");
	ok(risk_predict_inputs(log_link, inputs, &result) && fabs(result - 20.085536923187668) < 1e-13,
	   "log: e^3");
	ok(!risk_apply_link(log_link, 710, &result) && risk_apply_link(log_link, 709, &result) &&
		   risk_apply_link(log_link, -1000, &result) && result == 0 &&
		   risk_apply_link(log_link, INFINITY, &result),
	   "log overflows");
	release();
}

static void
test_fingerprints(void)
{
	uint64_t   a[2];
	uint64_t   b[2];
	uint64_t   words[2] = {1, 2};
	char       text[40] = "abcdefghijklmnopqrstuvwxyz";
	bool       good = true;
	RiskModel *model = read_model(CATEGORIES "}");
	int        length;
	int        i;

	risk_fingerprint("", 0, a);
	ok(a[0] == UINT64_C(0xe220a8397b1dcdaf) && a[1] == UINT64_C(0x8209b480faed1b10),
	   "fingerprint of nothing");
	risk_fingerprint("abcdefghijk", 11, a);
	ok(a[0] == UINT64_C(0xb6cac89a53db9023) && a[1] == UINT64_C(0xb108435366ec2cea),
	   "fingerprint of eleven bytes");
	ok(model->fingerprint[0] == UINT64_C(0xc83d53750387f0e9) &&
		   model->fingerprint[1] == UINT64_C(0x1d728f2cd23d75a4),
	   "fingerprint of a model: stored flags carry it, so it never changes");
	for (length = 1; length <= 26; length++)
	{
		risk_fingerprint(text, (size_t) length, a);
		for (i = 0; i < length; i++)
		{
			text[i] ^= 1;
			risk_fingerprint(text, (size_t) length, b);
			text[i] ^= 1;
			good = good && a[0] != b[0] && a[1] != b[1];
		}
		risk_fingerprint(text, (size_t) length - 1, b);
		good = good && a[0] != b[0] && a[1] != b[1];
	}
	ok(good, "every byte and the length count, in both halves");
	ok(risk_hash_words(NULL, 0, 0) == UINT64_C(0xe220a8397b1dcdaf) &&
		   risk_hash_words(words, 2, 0) == UINT64_C(0xcd12c06a8866fb1d) &&
		   risk_hash_words(words, 2, 5) == UINT64_C(0x5a22935e50a51925),
	   "hashes that never change");
	release();
}

/* A valid model with random bytes changed, removed and added is read or refused, never more. */
static void
test_garbage(void)
{
	static const char pieces[] = "{}[]\",:\\u0123eE+-.nulltrue \x80\xFF\x01";
	const char       *base =
		HEAD "\"points_scale\":10,\"link\":\"logit\",\"intercept\":-1.5,\"categories\":[{\"key\":"
			 "\"a\",\"label\":\"L\\u00e9\",\"points\":0.5,"
			 "\"prefixes\":[\"I25\",\"I21\"]},{\"key\":\"b\",\"points\":-1,\"prefixes\":[\"I2\"]}],"
			 "\"hierarchy\":[{\"category\":\"a\",\"removed_by\":\"b\"}],"
			 "\"inputs\":[{\"name\":\"x\",\"coefficient\":1e-3,\"missing\":0}],\"bands\":[{"
			 "\"label\":\"l\"},{\"label\":\"h\",\"from\":0.5}]}";
	int  accepted = 0;
	int  refused = 0;
	bool good = true;
	int  i;

	srand(7);
	for (i = 0; i < 10000; i++)
	{
		size_t     length = strlen(base);
		char      *text = malloc(length + 8);
		int        changes = 1 + rand() % 4;
		RiskModel *model;

		memcpy(text, base, length);
		while (changes-- > 0 && length > 0)
		{
			size_t at = (size_t) rand() % length;
			char   piece =
                rand() % 4 == 0 ? (char) rand() : pieces[(size_t) rand() % (sizeof(pieces) - 1)];

			switch (rand() % 4)
			{
				case 0:
					text[at] = piece;
					break;
				case 1:
					memmove(text + at, text + at + 1, length - at - 1);
					length--;
					break;
				case 2:
					memmove(text + at + 1, text + at, length - at);
					text[at] = piece;
					length++;
					break;
				default:
					if (rand() % 8 == 0)
						length = at;
			}
		}
		text = realloc(text, length > 0 ? length : 1);
		model = risk_model_read(text, length, rand() % 2 == 0, &memory, &error);
		if (model == NULL)
		{
			refused++;
			good = good && error.fault != JSON_OK && error.message[0] == '$';
		}
		else
		{
			RiskModel *again = read_model(printed(model));

			accepted++;
			good = good && again != NULL && again->size == model->size &&
				   memcmp(again, model, model->size) == 0;
		}
		free(text);
		release();
	}
	ok(good && accepted > 200 && refused > 1000, "10000 damaged models: %d read, %d refused",
	   accepted, refused);
}

int
main(void)
{
	test_forms();
	test_faults();
	test_limits();
	test_prefixes();
	test_scaled();
	test_matching();
	test_points();
	test_hierarchy_width();
	test_links();
	test_fingerprints();
	test_garbage();
	return done_testing();
}
