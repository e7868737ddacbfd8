/*-------------------------------------------------------------------------
 *
 * price_core.h
 *	  What a spell, an attendance or an unbundled HRG costs under a tariff.
 *
 * Every function returns the parts of the price, or the reason why there is
 * none: a missing input is never replaced by a guess.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PRICE_CORE_H
#define PRICE_CORE_H

#include "invoice/tariff_core.h"

#define PRICE_REASON_SIZE 160
#define PRICE_NULL INT32_MIN /* an integer that is not known */

/* Text of the caller; text is NULL when not known. */
typedef struct PriceText
{
	const char *text;
	size_t      length;
} PriceText;

typedef struct SpellInput
{
	int64_t     hrg; /* 0 when not known */
	PriceText   classification;
	PriceText   admission_method;
	bool        admitted_known;
	bool        discharged_known;
	int32_t     admitted; /* days since 2000-01-01 */
	int32_t     discharged;
	int32_t     age;
	int32_t     critical_care_days;
	int32_t     rehabilitation_days;
	int32_t     overlap_days;
	int32_t     palliative_days;
	int         best_practice; /* 1, 0, or -1 when not known */
	PriceText   top_up_code;   /* NULL: none */
	bool        factor_known;
	bool        rounding_known;
	InvDecimal  factor;
	InvRounding rounding;
} SpellInput;

typedef struct SpellPrice
{
	const char *pod;            /* NULL until known */
	int32_t     length_of_stay; /* these four PRICE_NULL until known */
	int32_t     qualifying_days;
	int32_t     trim_point;
	int32_t     excess_days;
	int32_t     excess_days_with_critical_care;
	bool        short_stay;
	bool        short_stay_by_percent;
	bool        best_practice_earned; /* the full base is the best practice price */
	InvDecimal  short_stay_percent;
	InvDecimal  full_base;
	InvDecimal  base;
	const char *top_up_code; /* the one paid; NULL: none */
	InvDecimal  top_up_percent;
	InvDecimal  top_up;
	InvDecimal  per_day;
	InvDecimal  excess;
	InvDecimal  best_practice;
	InvDecimal  pre_factor;
	InvDecimal  final;
	bool        overflow;                  /* an amount does not fit: no price, an error */
	char        reason[PRICE_REASON_SIZE]; /* empty when priced */
} SpellPrice;

typedef struct AttendanceInput
{
	int64_t     hrg;
	PriceText   treatment_function;
	PriceText   attendance_status;
	PriceText   first_attendance;
	bool        units_known;
	bool        factor_known;
	bool        rounding_known;
	InvDecimal  units; /* of an unbundled HRG; 1 elsewhere */
	InvDecimal  factor;
	InvRounding rounding;
} AttendanceInput;

/* How a unit price came about. */
#define PRICE_ATTENDANCE "attendance"
#define PRICE_PROCEDURE "procedure"
#define PRICE_AS_ATTENDANCE "procedure as attendance" /* it has no price of its own */
#define PRICE_EMERGENCY "emergency care"
#define PRICE_UNBUNDLED "unbundled"
#define PRICE_PATHWAY "pathway"
#define PRICE_ZERO "zero price"   /* an HRG that carries none */
#define PRICE_NOT_PAID "not paid" /* not attended, or an administrative event */

typedef struct PathwayInput
{
	PriceText   module;
	PriceText   level;
	bool        factor_known;
	bool        rounding_known;
	InvDecimal  factor;
	InvRounding rounding;
} PathwayInput;

typedef struct AttendancePrice
{
	const char *pod;
	const char *kind;    /* one of the above; NULL until known */
	const char *paid_as; /* HRG of the attendance that a procedure is paid as */
	InvDecimal  unit_price;
	InvDecimal  final;
	bool        overflow;
	char        reason[PRICE_REASON_SIZE];
} AttendancePrice;

extern void price_spell_core(const Tariff *tariff, const SpellInput *spell, SpellPrice *price);
extern void price_attendance_core(const Tariff *tariff, const AttendanceInput *line,
								  AttendancePrice *price);
extern void price_emergency_core(const Tariff *tariff, const AttendanceInput *line,
								 AttendancePrice *price);
extern void price_unbundled_core(const Tariff *tariff, const AttendanceInput *line,
								 AttendancePrice *price);
extern void price_pathway_core(const Tariff *tariff, const PathwayInput *line,
							   AttendancePrice *price);

/* The caller's text for a message, if it is a short plain code. */
extern const char *price_quotable(PriceText text, char buffer[17]);

#endif /* PRICE_CORE_H */
