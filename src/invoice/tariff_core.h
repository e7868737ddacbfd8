/*-------------------------------------------------------------------------
 *
 * tariff_core.h
 *	  A price list valid in one financial year or a part of it, as one flat value.
 *
 * Layout (version 1), little or big endian as the server: this header, then
 * in this order and without gaps
 *	  int64 keys[spells]; TariffSpell rows[spells];
 *	  TariffPrice rows of attendances, procedures, emergency, unbundled;
 *	  TariffTopUp rows; TariffPathway rows (none in the first values of this
 *	  version); the four texts of the head, each with its NUL.
 * Every array is sorted by its key, so that a look-up is a binary search in
 * the value itself.  Money is in millionths of the currency unit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TARIFF_CORE_H
#define TARIFF_CORE_H

#include "invoice/decimal_core.h"
#include "json/json_core.h"

#define TARIFF_VERSION 1
#define TARIFF_SCALE 6        /* decimals of every price and percentage */
#define TARIFF_NONE INT64_MIN /* no price in this cell */
#define TARIFF_MAX_BYTES (64 * 1024 * 1024)
#define TARIFF_DAY_SIZE 40  /* bytes of a date as text, whatever its numbers */
#define TARIFF_CODE_SIZE 16 /* bytes of a code of a top-up or pathway, NUL included */

typedef enum TariffList
{
	TARIFF_ATTENDANCES,
	TARIFF_PROCEDURES,
	TARIFF_EMERGENCY,
	TARIFF_UNBUNDLED,
	TARIFF_LISTS
} TariffList;

typedef enum TariffText
{
	TARIFF_NAME,
	TARIFF_RELEASE,
	TARIFF_YEAR,
	TARIFF_CURRENCY,
	TARIFF_TEXTS
} TariffText;

typedef struct Tariff
{
	int32_t  vl_len_; /* the server's, never touched here */
	uint32_t version;
	uint64_t fingerprint[2]; /* of everything behind this field */
	uint32_t size;           /* of the whole value */
	int32_t  first_day;      /* of its validity, days since 2000-01-01 */
	int32_t  last_day;
	int32_t  short_stay_days; /* -1: no short stay rule */
	int32_t  short_stay_age;
	uint8_t  synthetic;
	uint8_t  short_stay_actual;  /* the rule looks at the actual, not the adjusted length of stay */
	uint8_t  transfers_elective; /* admission method 81 is elective here */
	uint8_t  unused;             /* always zero */
	uint32_t spells;
	uint32_t lists[TARIFF_LISTS];
	uint32_t top_ups;
	uint32_t texts[TARIFF_TEXTS]; /* lengths without the NUL */
	uint32_t pathways;
} Tariff;

typedef struct TariffSpell
{
	int64_t combined;
	int64_t day_case;
	int64_t elective;
	int64_t non_elective;
	int64_t per_day;
	int64_t short_stay_price;
	int64_t short_stay_percent;
	int64_t best_practice;      /* added to the base price when earned */
	int64_t best_practice_base; /* replaces the base price when earned */
	int32_t elective_trim;      /* -1: none */
	int32_t non_elective_trim;
} TariffSpell;

/* An HRG of any list but spells; group is the treatment function of an attendance, else 0. */
typedef struct TariffPrice
{
	int64_t group;
	int64_t hrg;
	int64_t price;
} TariffPrice;

typedef struct TariffTopUp
{
	char    code[TARIFF_CODE_SIZE];
	int64_t percent;
} TariffTopUp;

/* A module of the maternity pathway at one level of need. */
typedef struct TariffPathway
{
	char    module[TARIFF_CODE_SIZE];
	char    level[TARIFF_CODE_SIZE];
	int64_t price;
} TariffPathway;

extern bool tariff_compile(const char *json, size_t length, bool utf8, JsonBuffer *out,
						   JsonError *error);
extern void tariff_write(const Tariff *tariff, JsonBuffer *out);
extern const TariffSpell   *tariff_spell(const Tariff *tariff, int64_t hrg);
extern const TariffPrice   *tariff_price(const Tariff *tariff, TariffList list, int64_t group,
										 int64_t hrg);
extern const TariffTopUp   *tariff_top_up(const Tariff *tariff, const char *code, size_t length);
extern const TariffPathway *tariff_pathway(const Tariff *tariff, const char *module,
										   size_t module_length, const char *level,
										   size_t level_length);
extern bool                 tariff_whole_year(const Tariff *tariff);
extern void        tariff_day_text(const Tariff *tariff, int32_t date, char text[TARIFF_DAY_SIZE]);
extern const char *tariff_text(const Tariff *tariff, TariffText which);

/* An HRG, and any code of up to seven bytes, as its characters from the top byte down. */
extern int64_t inv_code_pack(const char *text, size_t length);
extern int     inv_code_unpack(int64_t code, char *text);

/* Days since 2000-01-01 of an ISO date; false when it is none. */
extern bool inv_date_from_text(const char *text, size_t length, int32_t *date);
extern bool inv_json_number(JsonReader *json, InvDecimal *value);
extern void inv_fingerprint(const void *data, size_t length, uint64_t fingerprint[2]);

#endif /* TARIFF_CORE_H */
