/*-------------------------------------------------------------------------
 *
 * nhs_number.c
 *	  SQL type nhs_number: I/O, casts, placeholder test, tolerant reader.
 *
 * No message shows more than the last three digits of a number.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "types/nhs_number_core.h"

/* Report what nhs_number_parse or nhs_number_check found; returns from the calling function. */
#define NHS_NUMBER_REPORT(fault, number, sqlstate)                                                \
	do                                                                                            \
	{                                                                                             \
		if ((fault) == NHS_NUMBER_NOT_TEN_DIGITS)                                                 \
			ereturn(fcinfo->context, (Datum) 0,                                                   \
					(errcode(sqlstate),                                                           \
					 errmsg("invalid NHS number: expected ten digits, blanks or hyphens only as " \
							"3-3-4")));                                                           \
		if ((fault) == NHS_NUMBER_NEVER_ISSUED)                                                   \
			ereturn(fcinfo->context, (Datum) 0,                                                   \
					(errcode(sqlstate),                                                           \
					 errmsg("invalid NHS number ending %03d: no number with these first nine "    \
							"digits is ever issued",                                              \
							(int) ((number) % 1000))));                                           \
		if ((fault) == NHS_NUMBER_WRONG_CHECK_DIGIT)                                              \
			ereturn(fcinfo->context, (Datum) 0,                                                   \
					(errcode(sqlstate),                                                           \
					 errmsg("invalid NHS number ending %03d: expected check digit %d",            \
							(int) ((number) % 1000), nhs_number_check_digit(number))));           \
	} while (0)

PG_FUNCTION_INFO_V1(commissioning_nhs_number_in);

/* commissioning_nhs_number_in --- ten digits, plain or 3-3-4, with a right check digit; else 22P02.
 */
Datum
commissioning_nhs_number_in(PG_FUNCTION_ARGS)
{
	const char    *text = PG_GETARG_CSTRING(0);
	int64          number = 0;
	NhsNumberFault fault = nhs_number_parse(text, strlen(text), &number);

	NHS_NUMBER_REPORT(fault, number, ERRCODE_INVALID_TEXT_REPRESENTATION);
	PG_RETURN_INT64(number);
}

PG_FUNCTION_INFO_V1(commissioning_nhs_number_out);

/* commissioning_nhs_number_out --- ten plain digits. */
Datum
commissioning_nhs_number_out(PG_FUNCTION_ARGS)
{
	char *out = palloc(NHS_NUMBER_PLAIN_SIZE);

	nhs_number_format(PG_GETARG_INT64(0), out);
	PG_RETURN_CSTRING(out);
}

PG_FUNCTION_INFO_V1(commissioning_nhs_number_recv);

/* commissioning_nhs_number_recv --- eight bytes, checked like text; else 22P03. */
Datum
commissioning_nhs_number_recv(PG_FUNCTION_ARGS)
{
	int64          number = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));
	NhsNumberFault fault = nhs_number_check(number);

	NHS_NUMBER_REPORT(fault, number, ERRCODE_INVALID_BINARY_REPRESENTATION);
	PG_RETURN_INT64(number);
}

PG_FUNCTION_INFO_V1(commissioning_nhs_number_send);

/* commissioning_nhs_number_send --- eight bytes, most significant first. */
Datum
commissioning_nhs_number_send(PG_FUNCTION_ARGS)
{
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendint64(&buffer, PG_GETARG_INT64(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

PG_FUNCTION_INFO_V1(commissioning_nhs_number_from_text);

/* commissioning_nhs_number_from_text --- cast; as strict as the input function. */
Datum
commissioning_nhs_number_from_text(PG_FUNCTION_ARGS)
{
	text          *text_arg = PG_GETARG_TEXT_PP(0);
	int64          number = 0;
	NhsNumberFault fault;

	fault = nhs_number_parse(VARDATA_ANY(text_arg), VARSIZE_ANY_EXHDR(text_arg), &number);
	NHS_NUMBER_REPORT(fault, number, ERRCODE_INVALID_TEXT_REPRESENTATION);
	PG_RETURN_INT64(number);
}

PG_FUNCTION_INFO_V1(commissioning_nhs_number_to_text);

/* commissioning_nhs_number_to_text --- cast: ten plain digits. */
Datum
commissioning_nhs_number_to_text(PG_FUNCTION_ARGS)
{
	char out[NHS_NUMBER_PLAIN_SIZE];

	nhs_number_format(PG_GETARG_INT64(0), out);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out, 10));
}

PG_FUNCTION_INFO_V1(commissioning_nhs_number_from_int8);

/* commissioning_nhs_number_from_int8 --- cast, checked; a number that is none is 22003. */
Datum
commissioning_nhs_number_from_int8(PG_FUNCTION_ARGS)
{
	int64          number = PG_GETARG_INT64(0);
	NhsNumberFault fault = nhs_number_check(number);

	NHS_NUMBER_REPORT(fault, number, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE);
	PG_RETURN_INT64(number);
}

PG_FUNCTION_INFO_V1(commissioning_nhs_number_to_int8);

/* commissioning_nhs_number_to_int8 --- cast: the number as an integer (leading zeros are lost). */
Datum
commissioning_nhs_number_to_int8(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_INT64(0));
}

PG_FUNCTION_INFO_V1(commissioning_nhs_number_spaced);

/* commissioning_nhs_number_spaced --- 3-3-4 with blanks. */
Datum
commissioning_nhs_number_spaced(PG_FUNCTION_ARGS)
{
	char out[NHS_NUMBER_SPACED_SIZE];

	nhs_number_format_spaced(PG_GETARG_INT64(0), out);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out, NHS_NUMBER_SPACED_SIZE - 1));
}

PG_FUNCTION_INFO_V1(commissioning_nhs_number_is_placeholder);

/* commissioning_nhs_number_is_placeholder --- one digit ten times. */
Datum
commissioning_nhs_number_is_placeholder(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(nhs_number_is_placeholder(PG_GETARG_INT64(0)));
}

PG_FUNCTION_INFO_V1(commissioning_to_nhs_number);

/* commissioning_to_nhs_number --- NULL for what is no number or a placeholder; never fails. */
Datum
commissioning_to_nhs_number(PG_FUNCTION_ARGS)
{
	text *text_arg = PG_GETARG_TEXT_PP(0);
	int64 number;

	if (nhs_number_parse(VARDATA_ANY(text_arg), VARSIZE_ANY_EXHDR(text_arg), &number) !=
			NHS_NUMBER_OK ||
		nhs_number_is_placeholder(number))
		PG_RETURN_NULL();
	PG_RETURN_INT64(number);
}
