/*-------------------------------------------------------------------------
 *
 * reader.c
 *	  SQL functions to_amount and to_date_uk.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/numeric.h"

#include "types/reader_core.h"

PG_FUNCTION_INFO_V1(commissioning_to_amount);

/* commissioning_to_amount --- money with up to six decimals; NULL when unreadable, never fails. */
Datum
commissioning_to_amount(PG_FUNCTION_ARGS)
{
	text *text_arg = PG_GETARG_TEXT_PP(0);
	int64 value;
	int   decimals;

	if (!amount_read(VARDATA_ANY(text_arg), VARSIZE_ANY_EXHDR(text_arg), &value, &decimals))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(decimals == 0 ? int64_to_numeric(value)
									: int64_div_fast_to_numeric(value, decimals));
}

PG_FUNCTION_INFO_V1(commissioning_to_date_uk);

/* commissioning_to_date_uk --- a date of the years 1850 to 2199; NULL when unreadable, never fails.
 */
Datum
commissioning_to_date_uk(PG_FUNCTION_ARGS)
{
	text *text_arg = PG_GETARG_TEXT_PP(0);
	int32 days;

	if (!date_read(VARDATA_ANY(text_arg), VARSIZE_ANY_EXHDR(text_arg), &days))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(days);
}
