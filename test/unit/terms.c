/*-------------------------------------------------------------------------
 *
 * terms.c
 *	  Unit test of contract terms: text in, canonical text or complaint out.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/terms_core.h"

#include <stdlib.h>

#include "terms_tools.h"

/* What stands behind the text; 0 is nothing, in a room of the exact size for the sanitizer. */
static char behind;

static char *
exact_copy_of(const char *text)
{
	size_t len = strlen(text);
	char  *copy = malloc(len + (behind != 0));

	memcpy(copy, text, len);
	if (behind != 0)
		copy[len] = behind;
	return copy;
}

static char shown[70000];

static TermsErrorKind
read_curve(const char *text)
{
	TermsCurve *c = malloc(CURVE_SIZE(2 * TERMS_MAX_BANDS));
	char       *copy = exact_copy_of(text);
	TermsError  error;
	size_t      size = curve_parse(copy, strlen(text), c, &error);

	if (size == 0)
		strcpy(shown, error.message);
	else
	{
		curve_print(c, shown);
		ok(strlen(shown) < curve_text_size(c) && curve_text_size(c) < 1000000 &&
			   size == CURVE_SIZE(c->side[0].bands + c->side[1].bands),
		   "sizes of: %s", text[0] == '\t' ? "blanks" : text);
	}
	free(c);
	free(copy);
	return size == 0 ? error.kind : TERMS_OK;
}

static TermsErrorKind
read_scale(const char *text)
{
	TermsScale *s = malloc(SCALE_SIZE(TERMS_MAX_STEPS));
	char       *copy = exact_copy_of(text);
	TermsError  error;
	size_t      size = scale_parse(copy, strlen(text), s, &error);

	if (size == 0)
		strcpy(shown, error.message);
	else
	{
		scale_print(s, shown);
		ok(strlen(shown) < scale_text_size(s) && scale_text_size(s) < 1000000 &&
			   size == SCALE_SIZE(s->rows),
		   "sizes of: %s", text[0] == '\t' ? "blanks" : text);
	}
	free(s);
	free(copy);
	return size == 0 ? error.kind : TERMS_OK;
}

static TermsErrorKind
read_split(const char *text)
{
	TermsSplit *s = malloc(SPLIT_SIZE(TERMS_MAX_PARTIES, strlen(text)));
	char       *copy = exact_copy_of(text);
	TermsError  error;
	size_t      size = split_parse(copy, strlen(text), s, &error);

	if (size == 0)
		strcpy(shown, error.message);
	else
	{
		split_print(s, shown);
		ok(strlen(shown) < split_text_size(s) && split_text_size(s) < 1000000 &&
			   size == SPLIT_SIZE(s->parties, s->name_bytes),
		   "sizes of: %s", text[0] == '\t' ? "blanks" : text);
	}
	free(s);
	free(copy);
	return size == 0 ? error.kind : TERMS_OK;
}

typedef TermsErrorKind (*reader)(const char *text);

static void
gives(reader read, const char *text, TermsErrorKind kind, const char *expected)
{
	static const char bytes[] = "\x80 5_x%.\"";
	size_t            i;

	for (i = 0; i < sizeof(bytes); i++)
	{
		TermsErrorKind got;

		behind = bytes[i];
		got = read(text);
		ok(got == kind && strcmp(shown, expected) == 0, "%s",
		   text[0] == '\t' ? "blanks of all kinds" : text);
		if (got != kind || strcmp(shown, expected) != 0)
			printf("#      got: %d %s\n# expected: %d %s\n", got, shown, kind, expected);
	}
}

#define CURVE "invalid share_curve at character "
#define SCALE "invalid sliding_scale at character "
#define SPLIT "invalid party_split at character "
#define PARTY \
	"expected a party (a word that is not a number or keyword, or text in double quotes), found "

static void
test_curves(void)
{
	gives(read_curve, "gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000",
		  TERMS_OK, "gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000");
	gives(read_curve,
		  "\t\n\v\f\r LOSS 0 .. : 1 / 1 MAX 3 ;GAIN CLIFF 2 % 0..5.5 % : 0.2 , 5.5%..:2/6",
		  TERMS_OK, "gain cliff 2% 0..5.5%:20%, 5.5%..:1/3; loss 0..:100% max 3");
	gives(read_curve, "both 0%..3.000000001%:0,3.000000001%..150%:99.999999999%", TERMS_OK,
		  "both 0..3.000000001%:0%, 3.000000001%..150%:99.999999999%");
	gives(read_curve, "loss 0..0.01:0.000000001 max 0.50", TERMS_OK,
		  "loss 0..0.01:0.0000001% max 0.50");
	gives(read_curve, "gain cliff 0% 0..9999999999999999.99:1% max 0%", TERMS_OK,
		  "gain 0..9999999999999999.99:1% max 0");
	gives(read_curve, "gain 0..:9223372036854775806/9223372036854775807", TERMS_OK,
		  "gain 0..:9223372036854775806/9223372036854775807");
	gives(read_curve, "gain 0..123456789012345678%:0%", TERMS_OK, "gain 0..123456789012345678%:0%");
	gives(read_curve, "gain 0..1:1%,1..10:2%,10..10.10:3%", TERMS_OK,
		  "gain 0..1:1%, 1..10:2%, 10..10.10:3%");
	gives(read_curve, "gain cliff 100% 0..200%:1 max 300%", TERMS_OK,
		  "gain cliff 100% 0..200%:100% max 300%");
	gives(read_curve, "", TERMS_SYNTAX, CURVE "1: expected gain, loss or both, found the end");
	gives(read_curve, "gain_ 0..:1", TERMS_SYNTAX,
		  CURVE "1: expected gain, loss or both, found \"gain_\"");
	gives(read_curve, "gain2 0..:1", TERMS_SYNTAX,
		  CURVE "1: expected gain, loss or both, found \"gain2\"");
	gives(read_curve, "pain 0..:1", TERMS_SYNTAX,
		  CURVE "1: expected gain, loss or both, found \"pain\"");
	gives(read_curve, "gai", TERMS_SYNTAX, CURVE "1: expected gain, loss or both, found \"gai\"");
	gives(read_curve, "gain", TERMS_SYNTAX,
		  CURVE "5: expected a band such as 0..5%:50%, found the end");
	gives(read_curve, "gain 0", TERMS_SYNTAX, CURVE "7: expected \"..\", found the end");
	gives(read_curve, "gain 0.", TERMS_SYNTAX, CURVE "7: expected \"..\", found \".\"");
	gives(read_curve, "gain 0..5", TERMS_SYNTAX,
		  CURVE "10: expected \":\" and a rate, found the end");
	gives(read_curve, "gain 0..:x", TERMS_SYNTAX,
		  CURVE "10: expected a rate such as 40%, 2/3 or 0.4, found \"x\"");
	gives(read_curve, "gain 0..x", TERMS_SYNTAX,
		  CURVE "9: expected the upper limit of the band, or \":\", found \"x\"");
	gives(read_curve, "gain 0..:100.000000001%", TERMS_RANGE,
		  CURVE "10: expected a rate between 0% and 100%");
	gives(read_curve, "gain 0..:5/4", TERMS_RANGE, CURVE "10: expected a rate between 0% and 100%");
	gives(read_curve, "gain 1..:1", TERMS_SYNTAX, CURVE "6: expected the band to start at 0");
	gives(read_curve, "gain 0..5:1,4..:1", TERMS_SYNTAX,
		  CURVE "13: expected the band to start at 5, where the last one ends");
	gives(read_curve, "gain 0..5%:1,5..:1", TERMS_SYNTAX,
		  CURVE "14: expected the band to start at 5%, where the last one ends");
	gives(read_curve, "gain 0..5%:1,5%..6:1", TERMS_SYNTAX,
		  CURVE "18: expected all limits of a side in money, or all in percent");
	gives(read_curve, "gain 0..5:1,5..6%:1", TERMS_SYNTAX,
		  CURVE "16: expected all limits of a side in money, or all in percent");
	gives(read_curve, "gain 0..5:1,5..5:1", TERMS_SYNTAX,
		  CURVE "16: expected an upper limit above 5");
	gives(read_curve, "gain 0..5%:1,5%..4.999999999%:1", TERMS_SYNTAX,
		  CURVE "18: expected an upper limit above 5%");
	gives(read_curve, "gain 0..0:1", TERMS_SYNTAX, CURVE "9: expected an upper limit above 0");
	gives(read_curve, "gain 0..:1,5..:1", TERMS_SYNTAX,
		  CURVE "12: expected no band after an open one");
	gives(read_curve, "gain 0..:1;gain 0..:1", TERMS_SYNTAX,
		  CURVE "12: expected gain and loss once each, or both alone");
	gives(read_curve, "loss 0..:1;loss 0..:1", TERMS_SYNTAX,
		  CURVE "12: expected gain and loss once each, or both alone");
	gives(read_curve, "both 0..:1;gain 0..:1", TERMS_SYNTAX,
		  CURVE "12: expected gain and loss once each, or both alone");
	gives(read_curve, "both 0..:1;loss 0..:1", TERMS_SYNTAX,
		  CURVE "12: expected gain and loss once each, or both alone");
	gives(read_curve, "gain 0..:1;both 0..:1", TERMS_SYNTAX,
		  CURVE "12: expected gain and loss once each, or both alone");
	gives(read_curve, "gain 0..:1 max", TERMS_SYNTAX,
		  CURVE "15: expected an amount such as 10%, found the end");
	gives(read_curve, "gain cliff x", TERMS_SYNTAX,
		  CURVE "12: expected an amount such as 3%, found \"x\"");
	gives(read_curve, "gain 0..:1 x", TERMS_SYNTAX,
		  CURVE "12: expected \",\", \";\", max or the end, found \"x\"");
	gives(read_curve, "gain 0..1.234:1", TERMS_SYNTAX, CURVE "9: expected at most 2 decimals");
	gives(read_curve, "gain 0..:0.1234567891", TERMS_SYNTAX,
		  CURVE "10: expected at most 9 decimals");
	gives(read_curve, "gain 0..1.2345678901%:1", TERMS_SYNTAX,
		  CURVE "9: expected at most 9 decimals");
	gives(read_curve, "gain 0..1234567890123456789:1", TERMS_RANGE,
		  CURVE "9: expected a number of at most 18 digits");
	gives(read_curve, "gain 0..92233720368547758:1", TERMS_OK, "gain 0..92233720368547758:100%");
	gives(read_curve, "gain 0..92233720368547759:1", TERMS_RANGE,
		  CURVE "9: expected an amount below 92,233,720,368,547,758.08");
	gives(read_curve, "gain 0..:1/9223372036854775808", TERMS_RANGE,
		  CURVE "12: expected a number below 9,223,372,036,854,775,808");
	gives(read_curve, "gain 0..:0.92233720368547758070", TERMS_RANGE,
		  CURVE "10: expected a number below 9,223,372,036,854,775,808");
	gives(read_curve, "gain 0..:1/0", TERMS_SYNTAX,
		  CURVE "12: expected a denominator other than 0");
	gives(read_curve, "gain 0..:1.5/2", TERMS_SYNTAX,
		  CURVE "10: expected whole numbers around \"/\"");
	gives(read_curve, "gain 0..:1/2.5", TERMS_SYNTAX,
		  CURVE "10: expected whole numbers around \"/\"");
	gives(read_curve, "gain 0..:1/", TERMS_SYNTAX,
		  CURVE "12: expected the denominator, found the end");
	gives(read_curve, "gain 0..:5Z", TERMS_SYNTAX,
		  CURVE "11: expected the end of the number, found \"Z\"");
	gives(read_curve, "gain 0..:5a", TERMS_SYNTAX,
		  CURVE "11: expected the end of the number, found \"a\"");
	gives(read_curve, "gain 0..:5_", TERMS_SYNTAX,
		  CURVE "11: expected the end of the number, found \"_\"");
	gives(read_curve, "g\xc3\xa9n 0", TERMS_SYNTAX,
		  CURVE "1: expected gain, loss or both, found \"g\xc3\xa9n\"");
	gives(read_curve, "gain 0\xc3\xa9 x", TERMS_SYNTAX,
		  CURVE "7: expected \"..\", found \"\xc3\xa9\"");
	gives(read_curve, "gain 0..:1 \xc3\xa9\xc3\xa9 ", TERMS_SYNTAX,
		  CURVE "12: expected \",\", \";\", max or the end, found \"\xc3\xa9\xc3\xa9\"");
	gives(read_curve, "abcdefghijklmnopqrstuvwxyz", TERMS_SYNTAX,
		  CURVE "1: expected gain, loss or both, found \"abcdefghijklmnopqrs\"");
	gives(read_curve, "abcdefghijklmnopqr\xe2\x82\xac\xe2\x82\xac", TERMS_SYNTAX,
		  CURVE "1: expected gain, loss or both, found \"abcdefghijklmnopqr\xe2\x82\xac\"");
	gives(read_curve,
		  "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
		  "\x80\x80\x80\x80\x80\x80\x80\x80",
		  TERMS_SYNTAX,
		  CURVE "1: expected gain, loss or both, found "
				"\"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
				"\x80\x80\x80\"");
}

static void
test_scales(void)
{
	gives(read_scale, ">=90%:100%,>=80%:75%,>=60%:50% else 0%", TERMS_OK,
		  ">=90%:100%, >=80%:75%, >=60%:50% else 0%");
	gives(read_scale, "LINEAR 1/3:75%, 4/5:0.4", TERMS_OK, "linear 1/3:75%, 80%:40%");
	gives(read_scale, "linear 0:1,1:0", TERMS_OK, "linear 0%:100%, 100%:0%");
	gives(read_scale, "linear 0:1,1.000000001:0", TERMS_OK, "linear 0:100%, 1.000000001:0%");
	gives(read_scale, "linear 0.000000001%:1,5000:0", TERMS_OK,
		  "linear 0.000000001%:100%, 5000:0%");
	gives(read_scale, ">=60000.5:2%,>=1/3:1%", TERMS_OK, ">=60000.5:2%, >=1/3:1%");
	gives(read_scale, "linear 999999999999999999:1%", TERMS_OK, "linear 999999999999999999:1%");
	gives(read_scale, "linear 1000000000000000000/1:1%", TERMS_OK,
		  "linear 1000000000000000000/1:1%");
	gives(read_scale, "linear 1234567890123456789/10:1%", TERMS_OK,
		  "linear 1234567890123456789/10:1%");
	gives(read_scale, "linear 123456789012345678/10:1%", TERMS_OK, "linear 12345678901234567.8:1%");
	gives(read_scale, "", TERMS_SYNTAX, SCALE "1: expected \">=\" or linear, found the end");
	gives(read_scale, ">90%:1", TERMS_SYNTAX,
		  SCALE "1: expected \">=\" or linear, found \">90%:1\"");
	gives(read_scale, ">=", TERMS_SYNTAX,
		  SCALE "3: expected a value such as 90% or 5000, found the end");
	gives(read_scale, ">=1", TERMS_SYNTAX, SCALE "4: expected \":\" and a rate, found the end");
	gives(read_scale, ">=1:1,>=1:1", TERMS_SYNTAX,
		  SCALE "9: expected a value below the one before");
	gives(read_scale, ">=1:1,>=2:1", TERMS_SYNTAX,
		  SCALE "9: expected a value below the one before");
	gives(read_scale, "linear 1:1,1:1", TERMS_SYNTAX,
		  SCALE "12: expected a value above the one before");
	gives(read_scale, "linear 1:1,0.5:1", TERMS_SYNTAX,
		  SCALE "12: expected a value above the one before");
	gives(read_scale, ">=1:2", TERMS_RANGE, SCALE "5: expected a rate between 0% and 100%");
	gives(read_scale, ">=1:1 else 2", TERMS_RANGE, SCALE "12: expected a rate between 0% and 100%");
	gives(read_scale, "linear 1:1 else 1", TERMS_SYNTAX,
		  SCALE "12: expected \",\" or the end, found \"else\"");
	gives(read_scale, ">=1:1 x", TERMS_SYNTAX,
		  SCALE "7: expected \",\", else or the end, found \"x\"");
}

static void
test_splits(void)
{
	gives(read_split, "acute 45%, community 30%, gp remaining", TERMS_OK,
		  "acute 45%, community 30%, gp remaining");
	gives(read_split, "15N 1/2 ,\"15n\" 0.5", TERMS_OK, "15N 50%, 15n 50%");
	gives(read_split, "\"a \"\"b\"\" c\" 1/3,\"Max\" 1/3, \"1.5\" 1/3", TERMS_OK,
		  "\"a \"\"b\"\" c\" 1/3, \"Max\" 1/3, \"1.5\" 1/3");
	gives(read_split, "Az_-.9 REMAINING", TERMS_OK, "Az_-.9 remaining");
	gives(read_split, "1.2.3 1, 5E1 0, 0. 0%, .5 0, -a 0, \"-5\" 0", TERMS_OK,
		  "1.2.3 100%, 5E1 0%, 0. 0%, .5 0%, -a 0%, \"-5\" 0%");
	gives(read_split, "a 100%, b remaining", TERMS_OK, "a 100%, b remaining");
	gives(read_split, "", TERMS_SYNTAX, SPLIT "1: " PARTY "the end");
	gives(read_split, "5 1", TERMS_SYNTAX, SPLIT "1: " PARTY "\"5\"");
	gives(read_split, "-5.25 1", TERMS_SYNTAX, SPLIT "1: " PARTY "\"-5.25\"");
	gives(read_split, "gain 1", TERMS_SYNTAX, SPLIT "1: " PARTY "\"gain\"");
	gives(read_split, "LOSS 1", TERMS_SYNTAX, SPLIT "1: " PARTY "\"LOSS\"");
	gives(read_split, "both 1", TERMS_SYNTAX, SPLIT "1: " PARTY "\"both\"");
	gives(read_split, "cliff 1", TERMS_SYNTAX, SPLIT "1: " PARTY "\"cliff\"");
	gives(read_split, "max 1", TERMS_SYNTAX, SPLIT "1: " PARTY "\"max\"");
	gives(read_split, "else 1", TERMS_SYNTAX, SPLIT "1: " PARTY "\"else\"");
	gives(read_split, "linear 1", TERMS_SYNTAX, SPLIT "1: " PARTY "\"linear\"");
	gives(read_split, "remaining 1", TERMS_SYNTAX, SPLIT "1: " PARTY "\"remaining\"");
	gives(read_split, "\"\" 1", TERMS_SYNTAX, SPLIT "1: expected a party name between the quotes");
	gives(read_split, "a 1,\"b", TERMS_SYNTAX, SPLIT "5: expected a closing quote");
	gives(read_split, "\"b\"\"", TERMS_SYNTAX, SPLIT "1: expected a closing quote");
	gives(read_split, "a", TERMS_SYNTAX,
		  SPLIT "2: expected a share such as 50%, 1/3 or remaining, found the end");
	gives(read_split, "a x", TERMS_SYNTAX,
		  SPLIT "3: expected a share such as 50%, 1/3 or remaining, found \"x\"");
	gives(read_split, "a 101%", TERMS_RANGE, SPLIT "3: expected a rate between 0% and 100%");
	gives(read_split, "a 1/2, a 1/2", TERMS_SYNTAX, SPLIT "8: expected each party once");
	gives(read_split, "aa 1/2, ab 1/2", TERMS_OK, "aa 50%, ab 50%");
	gives(read_split, "a remaining, b remaining", TERMS_SYNTAX,
		  SPLIT "16: expected remaining at most once");
	gives(read_split, "a 1/3, b 1/3, c 333333333/1000000000", TERMS_SYNTAX,
		  SPLIT "37: expected shares that make 100%, or a party that takes what is remaining");
	gives(read_split, "a 1/3, b 2/3, c 0.000000001", TERMS_SYNTAX,
		  SPLIT "28: expected shares that do not exceed 100%");
	gives(read_split, "\"\xc3\xa9\" 1 b", TERMS_SYNTAX,
		  SPLIT "7: expected \",\" or the end, found \"b\"");
	gives(read_split, "a 1 b", TERMS_SYNTAX, SPLIT "5: expected \",\" or the end, found \"b\"");
}

/* repeated --- head, then n times a piece with its number and the next one */
static char *
repeated(const char *head, const char *piece, int from, int n, int step)
{
	char *text = malloc(80 * (size_t) n + 40);
	char *out = text + sprintf(text, "%s", head);
	int   i;

	for (i = 0; i < n; i++)
	{
		int a = from + i * step;

		out += sprintf(out, "%s", i == 0 ? "" : ",");
		out += sprintf(out, piece, a, a + step);
	}
	return text;
}

static void
test_limits(void)
{
	char *text;

	text = repeated("gain ", "%d..%d:1", 0, 64, 1);
	ok(read_curve(text) == TERMS_OK, "64 bands");
	text = repeated("loss ", "%d..%d:1", 0, 65, 1);
	ok(read_curve(text) == TERMS_LIMIT && strstr(shown, "expected at most 64 bands"), "65 bands");
	text = repeated("loss ", "%d..%d:1/3", 0, 64, 1);
	strcat(text, ";");
	strcat(text, repeated("gain ", "%d..%d:1/3", 0, 32, 1));
	ok(read_curve(text) == TERMS_OK && strlen(shown) > 1000, "bands on both sides");
	text = repeated("linear ", "%d:1", 0, 64, 1);
	ok(read_scale(text) == TERMS_OK, "64 knots");
	text = repeated("linear ", "%d:1", 0, 65, 1);
	ok(read_scale(text) == TERMS_LIMIT && strstr(shown, "expected at most 64 knots"), "65 knots");
	text = repeated("", ">=%d:1", 99, 65, -1);
	ok(read_scale(text) == TERMS_LIMIT && strstr(shown, "expected at most 64 steps"), "65 steps");
	text = repeated("", "p%d 1/1024", 0, 1024, 1);
	ok(read_split(text) == TERMS_OK, "1,024 parties");
	text = repeated("", "p%d 1/1025", 0, 1025, 1);
	ok(read_split(text) == TERMS_LIMIT && strstr(shown, "expected at most 1024 parties"),
	   "1,025 parties");
	text = malloc(300);
	memset(text, 'x', 300);
	strcpy(text + 255, " 1");
	ok(read_split(text) == TERMS_OK, "a name of 255 bytes");
	text[255] = 'x';
	strcpy(text + 256, " 1");
	ok(read_split(text) == TERMS_LIMIT &&
		   strstr(shown, "character 1: expected a party name of at most 255 bytes"),
	   "a name of 256 bytes");
	text = malloc(600);
	memset(text, '"', 512);
	strcpy(text + 512, " 1");
	ok(read_split(text) == TERMS_OK && strlen(shown) == 517, "a name of 255 quotes");
	/* primes near 2^62 share no denominator */
	text = repeated("", "p%d 1/4611686018427387%d", 847, 20, 2);
	ok(read_split(text) == TERMS_RANGE && strstr(shown, "common denominator"),
	   "shares without a common denominator");
}

static void
test_order(void)
{
	static const char *const in_order[] = {"gain 0..:50%", "gain 0..:40%", "loss 0..:50%",
										   "gain 0..5:50%, 5..:50%"};
	int                      i, j;

	for (i = 0; i < 4; i++)
		for (j = 0; j < 4; j++)
			ok(curve_compare(curve(in_order[i]), curve(in_order[j])) == (i > j) - (i < j),
			   "%s against %s", in_order[i], in_order[j]);
	{
		TermsCurve *later = curve("gain 0..:50%");

		later->version++;
		ok(curve_compare(curve("gain 0..:50%"), later) == -1 &&
			   curve_compare(later, curve("gain 0..:50%")) == 1,
		   "a later layout comes later");
	}
	ok(scale_compare(scale(">=1:1"), scale(">= 100% : 2/2")) == 0, "scales equal by value");
	ok(scale_compare(scale(">=1:1"), scale("linear 1:1")) == -1 &&
		   scale_compare(scale("linear 1:1"), scale(">=1:1")) == 1,
	   "scales by kind");
	ok(split_compare(split("a 1/2, b 1/2"), split("a 50%,b 50%")) == 0, "splits equal by value");
	ok(split_compare(split("a 1/2, b 1/2"), split("a 1/2, c 1/2")) == -1 &&
		   split_compare(split("a 1/2, c 1/2"), split("a 1/2, b 1/2")) == 1,
	   "splits by name");
	ok(split_compare(split("a 1/2, b 1/2"), split("b 1/2, a 1/2")) == -1,
	   "order of parties matters");
	ok(split_compare(split("a 1"), split("a 1, b 0")) == -1 &&
		   split_compare(split("a 1, b 0"), split("a 1")) == 1,
	   "more parties come later");
	/* kept in indexes: never to change */
	ok(curve_hash(curve("gain 0..:50%"), 0) == (uint64_t) -5524552875177629008LL,
	   "hash of a curve");
	ok(curve_hash(curve("gain 0..:50%"), 1) == (uint64_t) 6897541320312113904LL,
	   "hash of a curve with a seed");
	ok(curve_hash(curve("gain 0..5:50%, 5..:20%; loss 0..:40%"), 0) ==
		   (uint64_t) -741542594078321126LL,
	   "hash of a curve with two sides");
	ok((int32_t) scale_hash(scale(">=90%:1"), 0) == 708939603, "hash of a scale");
	ok((int32_t) split_hash(split("a 1/2, b 1/2"), 0) == 707662768, "hash of a split");
	ok(split("a 1/2, b remaining")->party[1].share.num == 0 &&
		   split("a 1/2, b remaining")->party[1].share.den == 0,
	   "what remains is no fraction");
	ok(curve("loss 0..:1")->side[0].gate.num == -1 && curve("loss 0..:1")->side[0].cap.num == -1 &&
		   curve("gain 0..:1")->side[1].gate.num == -1 &&
		   curve("gain 0..:1")->side[1].cap.num == -1,
	   "a side that is not there has no limits");
	ok(curve("gain 0..5%:1/3, 5%..:1/4 max 2.5%")->side[0].amount_den == 40,
	   "common denominator of amounts");
	ok(curve("gain cliff 1% 0..:1/3")->side[0].amount_den == 100, "the gate counts");
	ok(curve("gain 0..5%:1/3, 5%..:1/4")->side[0].rate_den == 12, "common denominator of rates");
	ok(curve("gain 0..5:1/9223372036854775807, 5..:1/2")->side[0].rate_den == 0, "none that fits");
	ok(curve("gain 0..5:1/9223372036854775807, 5..6:1/2, 6..7:1/3")->side[0].rate_den == 0,
	   "and none after it");
}

static void
test_clauses(void)
{
	TermsAmount   a;
	TermsError    error;
	ExactRounding mode;
	int64_t       unit;
	bool          of_revenue;

#define CAP(text) amount_parse(text, strlen(text), &a, &of_revenue, &error)
#define ROUNDING(text) rounding_parse(text, strlen(text), &mode, &unit, &error)
	ok(CAP(" 8% of revenue ") && of_revenue && a.num == 2 && a.den == 25, "8%% of revenue");
	ok(CAP("10% OF base") && !of_revenue && a.num == 1 && a.den == 10, "10%% of base");
	ok(CAP("10%") && !of_revenue, "10%%");
	ok(CAP("150000") && !of_revenue && a.num == 15000000 && a.den == 0, "150000");
	ok(!CAP("150000 of revenue") &&
		   strcmp(error.message, "invalid cap at character 8: expected the end, found \"of\"") == 0,
	   "money is not of anything");
	ok(!CAP("10% of sales") &&
		   strcmp(error.message,
				  "invalid cap at character 8: expected base or revenue, found \"sales\"") == 0,
	   "10%% of sales");
	ok(!CAP("") && error.kind == TERMS_SYNTAX, "no cap");
	ok(ROUNDING("") && mode == EXACT_HALF_AWAY && unit == 1, "the default");
	ok(ROUNDING("half_even") && mode == EXACT_HALF_EVEN && unit == 1, "half_even");
	ok(ROUNDING("truncate unit 1.00") && mode == EXACT_TRUNCATE && unit == 100,
	   "truncate unit 1.00");
	ok(ROUNDING("unit 1000 half_away") && mode == EXACT_HALF_AWAY && unit == 100000,
	   "unit 1000 half_away");
	ok(!ROUNDING("half_up") &&
		   strcmp(error.message, "invalid rounding at character 1: expected half_away, half_even, "
								 "truncate or unit 1.00, found \"half_up\"") == 0,
	   "half_up");
	ok(!ROUNDING("unit 0") &&
		   strcmp(error.message,
				  "invalid rounding at character 1: expected a unit of money above 0") == 0,
	   "unit 0");
	ok(!ROUNDING("unit 5%") && !ROUNDING("unit 100%"), "unit 5%%");
	ok(!ROUNDING("unit x") && strstr(error.message, "expected an amount such as 1.00"), "unit x");
}

int
main(void)
{
	test_curves();
	test_scales();
	test_splits();
	test_limits();
	test_order();
	test_clauses();
	return done_testing();
}
