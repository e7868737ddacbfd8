/*-------------------------------------------------------------------------
 *
 * invoice_tariff.c
 *	  Tariffs as JSON: every fault by its path, round trip, look-up.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <stdlib.h>

#include "invoice/tariff_core.h"

static int live; /* blocks of memory in use */

static void *
resize(void *old, size_t size)
{
	live += (old == NULL && size != 0) - (old != NULL && size == 0);
	if (size != 0)
		return realloc(old, size);
	free(old);
	return NULL;
}

static void
release(void *block)
{
	resize(block, 0);
}

/* The flat value, or NULL with the error set; to be freed. */
static Tariff *
compile(const char *json, size_t length, bool utf8, JsonError *error)
{
	JsonBuffer out = {.resize = resize};
	char      *copy = malloc(length + 1);
	bool       good;

	/* what stands behind the text is not read */
	memcpy(copy, json, length);
	copy[length] = '"';
	good = tariff_compile(copy, length, utf8, &out, error);
	free(copy);
	if (good)
		return (Tariff *) out.data;
	release(out.data);
	return NULL;
}

static char *
written(const Tariff *tariff)
{
	JsonBuffer out = {.resize = resize};

	tariff_write(tariff, &out);
	json_buffer_add(&out, "", 1);
	return out.data;
}

/* json is refused with this fault and message */
static void
refused_as(const char *json, bool utf8, JsonFault fault, const char *message)
{
	JsonError error;
	Tariff   *tariff = compile(json, strlen(json), utf8, &error);

	ok(tariff == NULL && error.fault == fault && strcmp(error.message, message) == 0,
	   "%.60s: %s (%s)", json, message, tariff ? "accepted" : error.message);
	release(tariff);
}

static void
refused(const char *json, const char *message)
{
	refused_as(json, true, JSON_BAD_TEXT, message);
}

#define HEAD \
	"{\"name\":\"n\",\"version\":\"1\",\"financial_year\":\"2024/25\",\"currency\":\"GBP\","

/* json is accepted and written as expected (NULL: as it is) */
static void
accepted(const char *json, const char *expected)
{
	JsonError error;
	Tariff   *tariff = compile(json, strlen(json), true, &error);
	Tariff   *again;
	char     *text;

	if (expected == NULL)
		expected = json;
	if (tariff == NULL)
	{
		ok(false, "%.60s is a tariff (%s)", json, error.message);
		return;
	}
	text = written(tariff);
	ok(strcmp(text, expected) == 0, "%.70s... is written as expected (%s)", json, text);
	again = compile(text, strlen(text), true, &error);
	ok(again != NULL && again->size == tariff->size && memcmp(again, tariff, tariff->size) == 0,
	   "and is the same value again");
	release(again);
	release(text);
	release(tariff);
}

#define EMPTY                                                                                     \
	"\"spells\":[],\"attendances\":[],\"procedures\":[],\"emergency\":[],\"unbundled\":[],\"top_" \
	"ups\":[]}"

static void
test_good(void)
{
	accepted(HEAD "\"synthetic\":false," EMPTY, NULL);
	accepted(" {\t\"name\" : \"n\" "
			 ",\r\n\"version\":\"1\",\"financial_year\":\"2024/25\",\"currency\":\"GBP\"}\n",
			 HEAD "\"synthetic\":false," EMPTY);
	accepted(HEAD "\"synthetic\":false,\"spells\":[{\"hrg\":\"AA00A\"},{\"hrg\":\"ZZ99Z\"}],"
				  "\"attendances\":[],\"procedures\":[],\"emergency\":[],\"unbundled\":[],"
				  "\"top_ups\":[]}",
			 NULL);
	accepted(HEAD
			 "\"synthetic\":true,\"short_stay\":{\"max_days\":1,\"min_age\":19},\"spells\":["
			 "{\"hrg\":\"AA22C\",\"combined\":1.5,\"day_case\":2,\"elective\":3,\"non_elective\":4,"
			 "\"elective_trim\":0,\"non_elective_trim\":100000,"
			 "\"per_day\":9223372036854.775807,\"short_stay_price\":0,\"best_practice\":0.000001,"
			 "\"best_practice_base\":12.5},"
			 "{\"hrg\":\"AA22D\",\"short_stay_percent\":45}],"
			 "\"attendances\":[{\"treatment_function\":\"110\",\"hrg\":\"WF01A\",\"price\":78}],"
			 "\"procedures\":[{\"hrg\":\"AA11A\",\"price\":143}],"
			 "\"emergency\":[{\"hrg\":\"VB08Z\",\"price\":84}],\"unbundled\":[{\"hrg\":\"XC01Z\","
			 "\"price\":1000}],"
			 "\"top_ups\":[{\"code\":\"child\",\"percent\":0.15},{\"code\":\"spinal of any "
			 "s\",\"percent\":11}]}",
			 NULL);
	accepted(
		HEAD
		"\"spells\":[{\"hrg\":\"BB22C\",\"combined\":null,\"elective_trim\":null},{\"hrg\":"
		"\"AA22C\"}],"
		"\"short_stay\":{\"max_days\":0,\"min_age\":0,\"length_of_stay\":\"actual\"},\"admission_"
		"method_81\":\"EL\","
		"\"unbundled\":[{\"hrg\":\"XC02Z\",\"price\":1e3},{\"price\":12.50,\"hrg\":\"XC01Z\"}]}",
		HEAD "\"synthetic\":false,\"short_stay\":{\"max_days\":0,\"min_age\":0,\"length_of_stay\":"
			 "\"actual\"},\"admission_method_81\":\"EL\","
			 "\"spells\":[{\"hrg\":\"AA22C\"},{\"hrg\":\"BB22C\"}],\"attendances\":[],"
			 "\"procedures\":[],\"emergency\":[],"
			 "\"unbundled\":[{\"hrg\":\"XC01Z\",\"price\":12.5},{\"hrg\":\"XC02Z\",\"price\":1000}]"
			 ",\"top_ups\":[]}");
	/* a part of the year; the whole year is not told */
	accepted(HEAD
			 "\"synthetic\":false,\"valid_from\":\"2024-10-01\",\"valid_to\":\"2025-02-28\"," EMPTY,
			 NULL);
	accepted(HEAD
			 "\"synthetic\":false,\"valid_from\":\"2024-04-01\",\"valid_to\":\"2024-12-31\"," EMPTY,
			 NULL);
	accepted(HEAD
			 "\"synthetic\":false,\"valid_from\":\"2025-01-01\",\"valid_to\":\"2025-03-31\"," EMPTY,
			 NULL);
	accepted(HEAD
			 "\"synthetic\":false,\"valid_from\":\"2024-05-09\",\"valid_to\":\"2024-05-09\"," EMPTY,
			 NULL);
	accepted(
		"{\"valid_to\":\"2024-11-30\",\"name\":\"n\",\"version\":\"1\",\"financial_year\":\"2024/"
		"25\",\"currency\":\"GBP\"}",
		HEAD
		"\"synthetic\":false,\"valid_from\":\"2024-04-01\",\"valid_to\":\"2024-11-30\"," EMPTY);
	accepted(HEAD "\"valid_from\":\"2024-04-01\",\"valid_to\":\"2025-03-31\"}",
			 HEAD "\"synthetic\":false," EMPTY);
	/* pathways stand behind everything, sorted by module and level */
	accepted(HEAD "\"pathways\":[{\"module\":\"postnatal\",\"level\":\"A\",\"price\":3},"
				  "{\"module\":\"antenatal\",\"level\":\"B\",\"price\":2.5},"
				  "{\"price\":1,\"level\":\"A\",\"module\":\"antenatal\"}]}",
			 HEAD "\"synthetic\":false,\"spells\":[],\"attendances\":[],\"procedures\":[],"
				  "\"emergency\":[],\"unbundled\":[],\"top_ups\":[],\"pathways\":["
				  "{\"module\":\"antenatal\",\"level\":\"A\",\"price\":1},"
				  "{\"module\":\"antenatal\",\"level\":\"B\",\"price\":2.5},"
				  "{\"module\":\"postnatal\",\"level\":\"A\",\"price\":3}]}");
	accepted(HEAD "\"short_stay\":null,\"admission_method_81\":\"NELNE\"}",
			 HEAD "\"synthetic\":false," EMPTY);
	accepted(HEAD
			 "\"short_stay\":{\"max_days\":1000,\"min_age\":200,\"length_of_stay\":\"adjusted\"}}",
			 HEAD "\"synthetic\":false,\"short_stay\":{\"max_days\":1000,\"min_age\":200}," EMPTY);
	accepted("{\"name\":\"\\\"\\\\\\/"
			 "\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00\\udbff\\udfff\\u007f\\u0080\\u07ff"
			 "\\u0800\\uFFFF"
			 "\",\"version\":\"1\",\"financial_year\":\"1999/00\",\"currency\":\"GBP\"}",
			 "{\"name\":\"\\\"\\\\/"
			 "\\u0008\\u000c\\u000a\\u000d\\u0009A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf"
			 "\xbf\x7f\xc2\x80"
			 "\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\",\"version\":\"1\",\"financial_year\":\"1999/"
			 "00\",\"currency\":\"GBP\",\"synthetic\":false," EMPTY);
	accepted(HEAD "\"attendances\":[{\"treatment_function\":\"110\",\"hrg\":\"WF01B\",\"price\":1},"
				  "{\"treatment_function\":\"100\",\"hrg\":\"WF01B\",\"price\":2},"
				  "{\"treatment_function\":\"110\",\"hrg\":\"WF01A\",\"price\":3}]}",
			 HEAD "\"synthetic\":false,\"spells\":[],\"attendances\":[{\"treatment_function\":"
				  "\"100\",\"hrg\":\"WF01B\",\"price\":2},"
				  "{\"treatment_function\":\"110\",\"hrg\":\"WF01A\",\"price\":3},{\"treatment_"
				  "function\":\"110\",\"hrg\":\"WF01B\",\"price\":1}],"
				  "\"procedures\":[],\"emergency\":[],\"unbundled\":[],\"top_ups\":[]}");
}

static void
test_json(void)
{
	char deep[200] = "";
	int  i;

	refused("", "$: expected an object");
	refused("[]", "$: expected an object");
	refused("{", "$: expected a key in double quotes");
	refused("{}", "$: expected \"name\", \"version\", \"financial_year\" and \"currency\"");
	refused("{} x", "$: expected \"name\", \"version\", \"financial_year\" and \"currency\"");
	refused(HEAD "\"spells\":[]} x", "$: text after the end of the JSON value");
	refused("{name", "$: expected a key in double quotes");
	refused("{\"name", "$: expected a key without escapes");
	refused("{\"na\\u006de\":\"n\"}", "$: expected a key without escapes");
	refused("{\"name\" \"n\"}", "$.name: expected a colon");
	refused("{\"name\":\"n\" \"version\"}", "$.name: expected a comma or \"}\"");
	refused("{\"name\":\"n\",}", "$.name: expected a key in double quotes");
	refused("{,\"name\":\"n\"}", "$: expected a key in double quotes");
	refused("{\"name\":7}", "$.name: expected a string");
	refused("{\"name\":\"n", "$.name: the string does not end");
	refused("{\"name\":\"n\\", "$.name: the string does not end");
	refused("{\"name\":\"n\tm\"}", "$.name: a control character in a string must be escaped");
	refused("{\"name\":\"\x1f\"}", "$.name: a control character in a string must be escaped");
	refused("{\"name\":\"\\x\"}", "$.name: unknown escape in a string");
	refused("{\"name\":\"\\u00g0\"}", "$.name: expected four hexadecimal digits after \\u");
	refused("{\"name\":\"\\u00G0\"}", "$.name: expected four hexadecimal digits after \\u");
	refused("{\"name\":\"\\u00:0\"}", "$.name: expected four hexadecimal digits after \\u");
	refused("{\"name\":\"\\u00", "$.name: expected four hexadecimal digits after \\u");
	refused("{\"name\":\"\\u0000\"}", "$.name: the character \\u0000 cannot be stored");
	refused("{\"name\":\"\\ud83d\"}", "$.name: half of a surrogate pair");
	refused("{\"name\":\"\\ud83dxxxxxx\"}", "$.name: half of a surrogate pair");
	refused("{\"name\":\"\\ud83d\\n0000\"}", "$.name: half of a surrogate pair");
	refused("{\"name\":\"\\ud83d\\udbff\"}", "$.name: half of a surrogate pair");
	refused("{\"name\":\"\\ud83d\\ue000\"}", "$.name: half of a surrogate pair");
	refused("{\"name\":\"\\ud800\\u\"}", "$.name: expected four hexadecimal digits after \\u");
	refused("{\"name\":\"\\udc00\"}", "$.name: half of a surrogate pair");
	refused("{\"name\":\"\\udfff\"}", "$.name: half of a surrogate pair");
	refused_as("{\"name\":\"\\u0080\"}", false, JSON_BAD_TEXT,
			   "$.name: escapes beyond ASCII need a UTF8 database");
	refused_as("{\"name\":\"\\u007f\"}", false, JSON_BAD_TEXT,
			   "$: expected \"name\", \"version\", \"financial_year\" and \"currency\"");
	refused("{\"name\":\"\"}", "$.name: expected 1 to 200 characters");
	refused(
		"{\"a key that is rather longer than any key that anybody would ever want to use here\":1}",
		"$.(long key): unknown key");
	refused("{\"1234567890123456789012345678901234567890123456789012345678901234\":1}",
			"$.1234567890123456789012345678901234567890123456789012345678901234: unknown key");
	refused("{\"12345678901234567890123456789012345678901234567890123456789012345\":1}",
			"$.(long key): unknown key");
	refused("{\"name\":\"n", "$.name: the string does not end");
	refused("{\"nam\":\"x\"}", "$.nam: unknown key");
	refused("{\"name\":\"x\",\"name\":\"x\"}", "$.name: given twice");
	for (i = 0; i < 100; i++)
		strcat(deep, "[");
	refused(deep, "$: expected an object");
	ok(true, "no garbage was accepted");
}

static void
test_faults(void)
{
	char name[300];

	memset(name, 'x', sizeof(name));
	memcpy(name, "{\"name\":\"", 9);
	strcpy(name + 9 + 201, "\"}");
	refused(name, "$.name: expected 1 to 200 characters");
	strcpy(name + 9 + 200, "\"}");
	refused(name, "$: expected \"name\", \"version\", \"financial_year\" and \"currency\"");
	refused("{\"financial_year\":\"2024-25\"}",
			"$.financial_year: expected a financial year such as 2024/25");
	refused("{\"financial_year\":\"2024/26\"}",
			"$.financial_year: expected a financial year such as 2024/25");
	refused("{\"financial_year\":\"2024/255\"}",
			"$.financial_year: expected a financial year such as 2024/25");
	refused("{\"financial_year\":\"1989/90\"}",
			"$.financial_year: expected a financial year such as 2024/25");
	refused("{\"financial_year\":\"202:/25\"}",
			"$.financial_year: expected a financial year such as 2024/25");
	refused("{\"financial_year\":\"2024/2/\"}",
			"$.financial_year: expected a financial year such as 2024/25");
	refused("{\"financial_year\":\"1990/91\"}",
			"$: expected \"name\", \"version\", \"financial_year\" and \"currency\"");
	refused("{\"synthetic\":1}", "$.synthetic: expected true or false");
	refused("{\"synthetic\":tru}", "$.synthetic: expected true or false");
	refused("{\"admission_method_81\":\"DC\"}",
			"$.admission_method_81: expected \"EL\" or \"NELNE\"");
	refused("{\"admission_method_81\":\"NELNEX\"}",
			"$.admission_method_81: expected 1 to 5 characters");
	refused("{\"short_stay\":1}", "$.short_stay: expected an object");
	refused("{\"short_stay\":{\"max_days\":1}}",
			"$.short_stay: expected \"max_days\" and \"min_age\"");
	refused("{\"short_stay\":{\"min_age\":1}}",
			"$.short_stay: expected \"max_days\" and \"min_age\"");
	refused("{\"short_stay\":{\"max_days\":1001}}",
			"$.short_stay.max_days: expected a whole number from 0 to 1000");
	refused("{\"short_stay\":{\"max_days\":-1}}",
			"$.short_stay.max_days: expected a whole number from 0 to 1000");
	refused("{\"short_stay\":{\"max_days\":0.5}}",
			"$.short_stay.max_days: expected a whole number from 0 to 1000");
	refused("{\"short_stay\":{\"max_days\":null}}", "$.short_stay.max_days: expected a number");
	refused("{\"short_stay\":{\"min_age\":201}}",
			"$.short_stay.min_age: expected a whole number from 0 to 200");
	refused("{\"short_stay\":{\"length_of_stay\":\"both\"}}",
			"$.short_stay.length_of_stay: expected \"adjusted\" or \"actual\"");
	refused("{\"short_stay\":{\"age\":1}}", "$.short_stay.age: unknown key");
	refused("{\"short_stay\":{\"max_days\":1,\"max_days\":1}}",
			"$.short_stay.max_days: given twice");
	refused("{\"spells\":{}}", "$.spells: expected an array");
	refused("{\"spells\":[1]}", "$.spells[0]: expected an object");
	refused("{\"spells\":[{}]}", "$.spells[0]: \"hrg\" is missing");
	refused("{\"spells\":[{\"hrg\":\"AA22C\"},{\"hrg\":\"AA2CC\"}]}",
			"$.spells[1].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"AA22C\"}{}]}", "$.spells[0]: expected a comma or \"]\"");
	refused("{\"spells\":[{\"hrg\":\"AA22C\"},]}", "$.spells[1]: expected an object");
	refused("{\"spells\":[{\"hrg\":\"A222C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"aA22C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"AA:2C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"AA2/C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"AA22@\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"[[22C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"AA22\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"AA22CC\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"[A22C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"A[22C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"@A22C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"A@22C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"AA/2C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\":A22C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"AA22[\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":\"AA2:C\"}]}",
			"$.spells[0].hrg: expected an HRG code such as AA22C");
	refused("{\"spells\":[{\"hrg\":5}]}", "$.spells[0].hrg: expected a string");
	refused("{\"spells\":[{\"elective\":\"5\"}]}", "$.spells[0].elective: expected a number");
	refused("{\"spells\":[{\"elective\":nul}]}", "$.spells[0].elective: expected a number");
	refused("{\"spells\":[{\"elective\":-1}]}",
			"$.spells[0].elective: expected an amount that is not negative");
	refused("{\"spells\":[{\"elective\":01}]}",
			"$.spells[0].elective: a number does not begin with 0");
	refused("{\"spells\":[{\"elective\":-00}]}",
			"$.spells[0].elective: a number does not begin with 0");
	refused("{\"spells\":[{\"elective\":1..2}]}",
			"$.spells[0].elective: expected a number of at most 38 digits");
	refused("{\"spells\":[{\"elective\":-}]}",
			"$.spells[0].elective: expected a number of at most 38 digits");
	refused("{\"spells\":[{\"elective\":1:}]}", "$.spells[0].elective: expected a comma or \"}\"");
	refused("{\"spells\":[{\"elective\":1/}]}", "$.spells[0].elective: expected a comma or \"}\"");
	refused("{\"spells\":[{\"elective\":/}]}", "$.spells[0].elective: expected a number");
	refused("{\"spells\":[{\"elective\"::}]}", "$.spells[0].elective: expected a number");
	refused_as("{\"spells\":[{\"elective\":1.0000001}]}", true, JSON_OUT_OF_RANGE,
			   "$.spells[0].elective: expected an amount with at most 6 decimals and 12 digits "
			   "before them");
	refused_as("{\"spells\":[{\"elective\":9223372036854.775808}]}", true, JSON_OUT_OF_RANGE,
			   "$.spells[0].elective: expected an amount with at most 6 decimals and 12 digits "
			   "before them");
	refused("{\"spells\":[{\"elective_trim\":100001}]}",
			"$.spells[0].elective_trim: expected a whole number from 0 to 100000");
	refused("{\"spells\":[{\"non_elective_trim\":100001}]}",
			"$.spells[0].non_elective_trim: expected a whole number from 0 to 100000");
	refused("{\"spells\":[{\"hrg\":\"AA22C\",\"hrg\":\"AA22C\"}]}", "$.spells[0].hrg: given twice");
	refused("{\"spells\":[{\"best_practice\":1,\"best_practice\":1}]}",
			"$.spells[0].best_practice: given twice");
	refused("{\"spells\":[{\"price\":1}]}", "$.spells[0].price: unknown key");
	refused(
		"{\"spells\":[{\"hrg\":\"AA22C\",\"short_stay_price\":1,\"short_stay_percent\":1}]}",
		"$.spells[0]: expected either \"short_stay_price\" or \"short_stay_percent\", not both");
	refused(HEAD "\"spells\":[{\"hrg\":\"AA22C\",\"short_stay_price\":1}]}",
			"$: \"AA22C\" has a short stay price but there is no \"short_stay\" rule");
	refused(HEAD "\"spells\":[{\"hrg\":\"AA22A\"},{\"hrg\":\"AA22C\",\"short_stay_percent\":1}]}",
			"$: \"AA22C\" has a short stay price but there is no \"short_stay\" rule");
	refused(HEAD "\"spells\":[{\"hrg\":\"AA22C\"},{\"hrg\":\"AA22A\"},{\"hrg\":\"AA22C\"}]}",
			"$: \"spells\" holds \"AA22C\" twice");
	refused(HEAD "\"emergency\":[{\"hrg\":\"AA22C\",\"price\":1},{\"hrg\":\"AA22C\",\"price\":2}]}",
			"$: \"emergency\" holds \"AA22C\" twice");
	refused(HEAD "\"attendances\":[{\"treatment_function\":\"1\",\"hrg\":\"AA22C\",\"price\":1},{"
				 "\"treatment_function\":\"1\",\"hrg\":\"AA22C\",\"price\":2}]}",
			"$: \"attendances\" holds \"AA22C\" twice");
	refused(HEAD "\"top_ups\":[{\"code\":\"a\",\"percent\":1},{\"code\":\"a\",\"percent\":2}]}",
			"$: \"top_ups\" holds \"a\" twice");
	refused("{\"procedures\":[{\"hrg\":\"AA22C\"}]}",
			"$.procedures[0]: expected \"hrg\" and \"price\"");
	refused("{\"procedures\":[{\"price\":1}]}", "$.procedures[0]: expected \"hrg\" and \"price\"");
	refused("{\"procedures\":[{\"price\":null}]}", "$.procedures[0].price: expected a number");
	refused("{\"procedures\":[{\"treatment_function\":\"110\"}]}",
			"$.procedures[0].treatment_function: unknown key");
	refused("{\"unbundled\":[{\"price\":1,\"price\":1}]}", "$.unbundled[0].price: given twice");
	refused("{\"attendances\":[{\"hrg\":\"AA22C\",\"price\":1}]}",
			"$.attendances[0]: expected \"treatment_function\", \"hrg\" and \"price\"");
	refused("{\"attendances\":[{\"treatment_function\":\"12345678\"}]}",
			"$.attendances[0].treatment_function: expected 1 to 7 characters");
	refused("{\"attendances\":[{\"treatment_function\":\"\"}]}",
			"$.attendances[0].treatment_function: expected 1 to 7 characters");
	refused("{\"pathways\":[{\"module\":\"a\",\"level\":\"b\"}]}",
			"$.pathways[0]: expected \"module\", \"level\" and \"price\"");
	refused("{\"pathways\":[{\"module\":\"a\",\"price\":1}]}",
			"$.pathways[0]: expected \"module\", \"level\" and \"price\"");
	refused("{\"pathways\":[{\"level\":\"b\",\"price\":1}]}",
			"$.pathways[0]: expected \"module\", \"level\" and \"price\"");
	refused("{\"pathways\":[{\"module\":\"a\",\"level\":\"1234567890123456\"}]}",
			"$.pathways[0].level: expected 1 to 15 characters");
	refused("{\"pathways\":[{\"module\":\"a\",\"module\":\"a\"}]}",
			"$.pathways[0].module: given twice");
	refused("{\"pathways\":[{\"hrg\":\"a\"}]}", "$.pathways[0].hrg: unknown key");
	refused("{\"pathways\":[{\"price\":null}]}", "$.pathways[0].price: expected a number");
	refused(HEAD "\"pathways\":[{\"module\":\"a\",\"level\":\"b\",\"price\":1},"
				 "{\"module\":\"a\",\"level\":\"b\",\"price\":2}]}",
			"$: \"pathways\" holds \"a\" \"b\" twice");
	refused("{\"valid_from\":\"2024-02-30\"}", "$.valid_from: expected a date such as 2024-10-01");
	refused("{\"valid_to\":\"1/4/24\"}", "$.valid_to: expected a date such as 2024-10-01");
	refused("{\"valid_to\":\"\"}", "$.valid_to: expected 1 to 10 characters");
	refused(HEAD "\"valid_from\":\"2024-03-31\"}",
			"$: expected \"valid_from\" and \"valid_to\" in order and within the financial year");
	refused(HEAD "\"valid_to\":\"2025-04-01\"}",
			"$: expected \"valid_from\" and \"valid_to\" in order and within the financial year");
	refused(HEAD "\"valid_from\":\"2024-10-02\",\"valid_to\":\"2024-10-01\"}",
			"$: expected \"valid_from\" and \"valid_to\" in order and within the financial year");
	refused("{\"top_ups\":[{\"code\":\"1234567890123456\"}]}",
			"$.top_ups[0].code: expected 1 to 15 characters");
	refused("{\"top_ups\":[{\"code\":\"a\"}]}", "$.top_ups[0]: expected \"code\" and \"percent\"");
	refused("{\"top_ups\":[{\"percent\":1}]}", "$.top_ups[0]: expected \"code\" and \"percent\"");
	refused("{\"top_ups\":[{\"name\":1}]}", "$.top_ups[0].name: unknown key");
	refused("{\"top_ups\":[{\"percent\":1,\"percent\":1}]}", "$.top_ups[0].percent: given twice");
}

static void
test_lookup(void)
{
	static const char json[] =
		HEAD "\"spells\":[{\"hrg\":\"AA22C\",\"elective\":1},{\"hrg\":\"BA22C\",\"elective\":2},{"
			 "\"hrg\":\"CA22C\",\"elective\":3}],"
			 "\"attendances\":[{\"treatment_function\":\"110\",\"hrg\":\"WF01A\",\"price\":4}],"
			 "\"procedures\":[{\"hrg\":\"AA22C\",\"price\":5}],"
			 "\"emergency\":[{\"hrg\":\"VB08Z\",\"price\":6}],\"unbundled\":[{\"hrg\":\"XC01Z\","
			 "\"price\":7},{\"hrg\":\"XC02Z\",\"price\":8}],"
			 "\"top_ups\":[{\"code\":\"a\",\"percent\":9},{\"code\":\"b\",\"percent\":10}]}";
	JsonError error;
	Tariff   *tariff = compile(json, strlen(json), true, &error);
	Tariff   *empty = compile(HEAD "\"spells\":[]}", strlen(HEAD "\"spells\":[]}"), true, &error);
	int64_t   a = inv_code_pack("AA22C", 5);

	ok(tariff_spell(tariff, a)->elective == 1000000 &&
		   tariff_spell(tariff, inv_code_pack("BA22C", 5))->elective == 2000000 &&
		   tariff_spell(tariff, inv_code_pack("CA22C", 5))->elective == 3000000,
	   "every spell is found");
	ok(tariff_spell(tariff, a - 1) == NULL && tariff_spell(tariff, a + 1) == NULL &&
		   tariff_spell(tariff, INT64_MAX) == NULL && tariff_spell(empty, a) == NULL,
	   "and no other");
	ok(tariff_price(tariff, TARIFF_ATTENDANCES, inv_code_pack("110", 3), inv_code_pack("WF01A", 5))
				   ->price == 4000000 &&
		   tariff_price(tariff, TARIFF_PROCEDURES, 0, a)->price == 5000000 &&
		   tariff_price(tariff, TARIFF_EMERGENCY, 0, inv_code_pack("VB08Z", 5))->price == 6000000 &&
		   tariff_price(tariff, TARIFF_UNBUNDLED, 0, inv_code_pack("XC01Z", 5))->price == 7000000 &&
		   tariff_price(tariff, TARIFF_UNBUNDLED, 0, inv_code_pack("XC02Z", 5))->price == 8000000,
	   "every list has its own prices");
	ok(tariff_price(tariff, TARIFF_ATTENDANCES, inv_code_pack("111", 3),
					inv_code_pack("WF01A", 5)) == NULL &&
		   tariff_price(tariff, TARIFF_EMERGENCY, 0, a) == NULL &&
		   tariff_price(empty, TARIFF_EMERGENCY, 0, a) == NULL,
	   "and no other");
	ok(tariff_top_up(tariff, "a", 1)->percent == 9000000 &&
		   tariff_top_up(tariff, "b", 1)->percent == 10000000 &&
		   tariff_top_up(tariff, "c", 1) == NULL && tariff_top_up(empty, "a", 1) == NULL &&
		   tariff_top_up(tariff, "a234567890123456", 16) == NULL &&
		   tariff_top_up(tariff, "a23456789012345", 15) == NULL,
	   "top-ups");
	ok(!strcmp(tariff_text(tariff, TARIFF_NAME), "n") &&
		   !strcmp(tariff_text(tariff, TARIFF_RELEASE), "1") &&
		   !strcmp(tariff_text(tariff, TARIFF_YEAR), "2024/25") &&
		   !strcmp(tariff_text(tariff, TARIFF_CURRENCY), "GBP"),
	   "texts");
	ok(tariff->version == 1 && tariff->first_day == 8857 && tariff->last_day == 9221 &&
		   tariff->vl_len_ == 0,
	   "2024-04-01 to 2025-03-31");
	ok(sizeof(Tariff) == 96 &&
		   tariff->size == 96 + 3 * (8 + sizeof(TariffSpell)) + 5 * 24 + 2 * 24 + 2 + 2 + 8 + 4,
	   "the stored layout");
	ok(tariff->fingerprint[0] != empty->fingerprint[0] &&
		   tariff->fingerprint[1] != empty->fingerprint[1],
	   "other content, other fingerprint");
	release(tariff);
	release(empty);
}

static void
test_codes(void)
{
	static const struct
	{
		const char *text;
		int32_t     date;
	} dates[] = {{"2000-01-01", 0},       {"1999-12-31", -1},      {"2000-02-29", 59},
				 {"2000-03-01", 60},      {"2024-02-29", 8825},    {"2024-12-31", 9131},
				 {"0001-01-01", -730119}, {"9999-12-31", 2921939}, {"1900-03-01", -36465},
				 {"2400-02-29", 146156}};
	static const char *const none[] = {"2023-02-29",  "1900-02-29",
									   "2024-13-01",  "2024-00-01",
									   "2024-01-00",  "2024-01-32",
									   "2024-04-31",  "2024-06-31",
									   "2024-03-32",  "2024-05-32",
									   "2024-07-32",  "2024-08-32",
									   "2024-10-32",  "2024-12-32",
									   "2024-09-31",  "2024-11-31",
									   "2024-02-30",  "0000-01-01",
									   "2024/01-01",  "2024-01/01",
									   "2024-1-01",   "2024-01-1",
									   "2024-01-011", "202:-01-01",
									   "2024-0/-01",  ""};
	char                     text[8];
	uint64_t                 print[2];
	int32_t                  date;
	size_t                   i;

	for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		ok(inv_date_from_text(dates[i].text, 10, &date) && date == dates[i].date, "%s is day %d",
		   dates[i].text, dates[i].date);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ok(!inv_date_from_text(none[i], strlen(none[i]), &date), "\"%s\" is no date", none[i]);
	ok(inv_date_from_text("2023-01-31", 10, &date) && inv_date_from_text("2023-03-31", 10, &date) &&
		   inv_date_from_text("2023-05-31", 10, &date) &&
		   inv_date_from_text("2023-07-31", 10, &date) &&
		   inv_date_from_text("2023-08-31", 10, &date) &&
		   inv_date_from_text("2023-10-31", 10, &date) &&
		   inv_date_from_text("2023-04-30", 10, &date) &&
		   inv_date_from_text("2023-06-30", 10, &date) &&
		   inv_date_from_text("2023-09-30", 10, &date) &&
		   inv_date_from_text("2023-11-30", 10, &date) &&
		   inv_date_from_text("2023-02-28", 10, &date),
	   "the last day of every month");
	ok(inv_code_pack("AA22C", 5) == INT64_C(0x4141323243000000) && inv_code_pack("", 0) == 0 &&
		   inv_code_pack("12345678", 8) == 0 &&
		   inv_code_pack("1234567", 7) == INT64_C(0x3132333435363700),
	   "codes as words");
	ok(inv_code_unpack(INT64_C(0x4141323243000000), text) == 5 && !strcmp(text, "AA22C") &&
		   inv_code_unpack(INT64_C(0x3132333435363700), text) == 7 && !strcmp(text, "1234567") &&
		   inv_code_unpack(0, text) == 0 && text[0] == '\0',
	   "and back");
	inv_fingerprint("", 0, print);
	ok(print[0] == UINT64_C(0xcbf29ce484222325) && print[1] == UINT64_C(0x9e3779b97f4a7c15),
	   "fingerprint of nothing");
	inv_fingerprint("abc", 3, print);
	ok(print[0] == UINT64_C(0xe71fa2190541574b) && print[1] == UINT64_C(0xe955098e2a0d2b6e),
	   "fingerprint of three bytes, its first half FNV-1a (%llx %llx)",
	   (unsigned long long) print[0], (unsigned long long) print[1]);
}

/* Nothing that is fed in may crash, loop or leak. */
static void
test_garbage(void)
{
	static const char json[] =
		HEAD "\"short_stay\":{\"max_days\":1,\"min_age\":19},\"spells\":[{\"hrg\":\"AA22C\","
			 "\"elective\":1.5e2,\"elective_trim\":null}],"
			 "\"top_ups\":[{\"code\":\"\\u00e9\\n\",\"percent\":9}],\"synthetic\":true,"
			 "\"pathways\":[{\"module\":\"a\",\"level\":\"b\",\"price\":1}],\"valid_to\":\"2024-05-"
			 "31\"}";
	static const char alphabet[] = "{}[]\",:\\u0123456789.eE-+ntfals AZ\n";
	char              text[sizeof(json)];
	uint64_t          seed = 42;
	JsonError         error;
	int               tried;
	int               good = 0;

	for (tried = 0; tried < 30000; tried++)
	{
		size_t length = sizeof(json) - 1;
		int    changes;

		memcpy(text, json, sizeof(json));
		for (changes = tried % 4; changes >= 0; changes--)
		{
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			text[(seed >> 40) % length] = alphabet[(seed >> 20) % (sizeof(alphabet) - 1)];
		}
		if (tried % 5 == 0)
			length = (seed >> 33) % sizeof(json);
		{
			Tariff *tariff = compile(text, length, true, &error);

			if ((tariff == NULL) != (error.fault != JSON_OK) ||
				(tariff == NULL && error.message[0] != '$'))
				break;
			good += tariff != NULL;
			release(tariff);
		}
	}
	ok(tried == 30000 && good > 100 && good < 15000,
	   "30,000 damaged texts are tariffs or have a fault with a path (%d tariffs)", good);
}

int
main(void)
{
	test_good();
	test_json();
	test_faults();
	test_lookup();
	test_codes();
	test_garbage();
	ok(live == 0, "all memory is given back (%d blocks)", live);
	return done_testing();
}
