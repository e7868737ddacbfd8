/*-------------------------------------------------------------------------
 *
 * terms_split_core.c
 *	  Party splits, read and printed.
 *
 *-------------------------------------------------------------------------
 */
#include "settle/terms_reader_core.h"

#include <stdio.h>
#include <string.h>

static const char *const keywords[] = {"gain", "loss", "both",   "cliff",
									   "max",  "else", "linear", "remaining"};

static bool
is_name_char(char c)
{
	return terms_is_letter(c) || terms_is_digit(c) || c == '_' || c == '-' || c == '.';
}

/* is_number --- [-] digits [. digits] */
static bool
is_number(const char *p, const char *end)
{
	int points = 0;

	if (p < end && *p == '-')
		p++;
	if (p == end || !terms_is_digit(*p) || !terms_is_digit(end[-1]))
		return false;
	for (; p < end; p++)
	{
		if (*p == '.')
			points++;
		else if (!terms_is_digit(*p))
			return false;
	}
	return points <= 1;
}

/* is_bare_name --- may the name stand without quotes: neither number nor keyword? */
static bool
is_bare_name(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
	{
		if (!is_name_char(name[i]))
			return false;
	}
	if (len == 0 || is_number(name, name + len))
		return false;
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
	{
		if (terms_is_word(name, len, keywords[i]))
			return false;
	}
	return true;
}

/* read_quoted --- "any text", a quote doubled; appended to out. */
static bool
read_quoted(TermsReader *r, char *out, int64_t *len)
{
	const char *at = r->at++;

	for (;;)
	{
		if (r->at == r->end)
			return terms_fail_at(r, TERMS_SYNTAX, at, "expected a closing quote");
		if (*r->at == '"' && (++r->at == r->end || *r->at != '"'))
			return true;
		out[(*len)++] = *r->at++;
	}
}

/* read_name --- a bare word or quoted text. */
static bool
read_name(TermsReader *r, char *out, int64_t *len)
{
	const char *at = r->at;

	*len = 0;
	if (r->at < r->end && *r->at == '"')
	{
		if (!read_quoted(r, out, len))
			return false;
		if (*len == 0)
			return terms_fail_at(r, TERMS_SYNTAX, at, "expected a party name between the quotes");
	}
	else
	{
		while (r->at < r->end && is_name_char(*r->at))
			r->at++;
		*len = r->at - at;
		if (!is_bare_name(at, (size_t) *len))
		{
			r->at = at;
			return terms_expected(
				r, "a party (a word that is not a number or keyword, or text in double quotes)");
		}
		memcpy(out, at, (size_t) *len);
	}
	if (*len > TERMS_MAX_NAME)
		return terms_fail_at(r, TERMS_LIMIT, at, "expected a party name of at most %d bytes",
							 TERMS_MAX_NAME);
	terms_skip_blanks(r);
	return true;
}

/* read_party --- name and share; names collects all names so far. */
static bool
read_party(TermsReader *r, TermsSplit *s, char *names)
{
	TermsParty *party = &s->party[s->parties];
	const char *at = r->at;
	int         i;

	if (s->parties == TERMS_MAX_PARTIES)
		return terms_fail_at(r, TERMS_LIMIT, at, "expected at most %d parties", TERMS_MAX_PARTIES);
	party->name_at = s->name_bytes;
	if (!read_name(r, names + s->name_bytes, &party->name_len))
		return false;
	for (i = 0; i < s->parties; i++)
	{
		if (s->party[i].name_len == party->name_len &&
			memcmp(names + s->party[i].name_at, names + party->name_at, (size_t) party->name_len) ==
				0)
			return terms_fail_at(r, TERMS_SYNTAX, at, "expected each party once");
	}
	s->name_bytes += party->name_len;
	at = r->at;
	if (!terms_take_word(r, "remaining"))
	{
		if (r->at == r->end || !terms_is_digit(*r->at))
			return terms_expected(r, "a share such as 50%, 1/3 or remaining");
		if (!terms_read_rate(r, &party->share))
			return false;
	}
	else if (s->remaining >= 0)
		return terms_fail_at(r, TERMS_SYNTAX, at, "expected remaining at most once");
	else
	{
		s->remaining = s->parties;
		party->share.num = party->share.den = 0;
	}
	s->parties++;
	return true;
}

/* check_sum --- the shares make exactly one, or leave something for `remaining`. */
static bool
check_sum(TermsReader *r, const TermsSplit *s)
{
	ExactRat sum, share, one;
	int      i, side;

	rat_set(&sum, 0, 1);
	rat_set(&one, 1, 1);
	for (i = 0; i < s->parties; i++)
	{
		if (i == s->remaining)
			continue;
		rat_set(&share, s->party[i].share.num, s->party[i].share.den);
		rat_add(&sum, &sum, &share);
	}
	if (rat_overflow(&sum))
		return terms_fail_at(r, TERMS_RANGE, r->end,
							 "expected shares with a common denominator of at most 600 digits");
	side = rat_cmp(&sum, &one);
	if (side > 0)
		return terms_fail_at(r, TERMS_SYNTAX, r->end, "expected shares that do not exceed 100%%");
	if (side < 0 && s->remaining < 0)
		return terms_fail_at(
			r, TERMS_SYNTAX, r->end,
			"expected shares that make 100%%, or a party that takes what is remaining");
	return true;
}

/* split_parse --- see terms_core.h. */
size_t
split_parse(const char *text, size_t len, TermsSplit *s, TermsError *error)
{
	TermsReader r;
	char       *names = (char *) &s->party[TERMS_MAX_PARTIES];

	terms_start(&r, text, len, "party_split", error);
	s->version = TERMS_VERSION;
	s->parties = s->name_bytes = 0;
	s->remaining = -1;
	do
	{
		if (!read_party(&r, s, names))
			return 0;
	} while (terms_take(&r, ","));
	if (r.at != r.end)
	{
		terms_expected(&r, "\",\" or the end");
		return 0;
	}
	if (!check_sum(&r, s))
		return 0;
	memmove(&s->party[s->parties], names, (size_t) s->name_bytes);
	return SPLIT_SIZE(s->parties, s->name_bytes);
}

size_t
split_text_size(const TermsSplit *s)
{
	return 1 + (size_t) s->parties * TERMS_TEXT + 2 * (size_t) s->name_bytes;
}

/* split_print --- the canonical text, parties in their order. */
void
split_print(const TermsSplit *s, char *out)
{
	int i, k;

	for (i = 0; i < s->parties; i++)
	{
		const char *name = split_name(s, i);
		int         len = (int) s->party[i].name_len;

		out += sprintf(out, "%s", i == 0 ? "" : ", ");
		if (is_bare_name(name, (size_t) len))
			out += sprintf(out, "%.*s ", len, name);
		else
		{
			*out++ = '"';
			for (k = 0; k < len; k++)
			{
				if (name[k] == '"')
					*out++ = '"';
				*out++ = name[k];
			}
			*out++ = '"';
			*out++ = ' ';
		}
		if (i == s->remaining)
			strcpy(out, "remaining");
		else
			rate_print(s->party[i].share, out);
		out += strlen(out);
	}
}
