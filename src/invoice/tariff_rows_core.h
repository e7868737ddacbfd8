/*-------------------------------------------------------------------------
 *
 * tariff_rows_core.h
 *	  Where the arrays of a price list stand, and their order; see the layout in tariff_core.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TARIFF_ROWS_CORE_H
#define TARIFF_ROWS_CORE_H

#include "invoice/tariff_core.h"

extern const char *const tariff_list_names[TARIFF_LISTS];

static inline const int64_t *
tariff_spell_keys(const Tariff *tariff)
{
	return (const int64_t *) (tariff + 1);
}

static inline const TariffSpell *
tariff_spell_rows(const Tariff *tariff)
{
	return (const TariffSpell *) (tariff_spell_keys(tariff) + tariff->spells);
}

static inline const TariffPrice *
tariff_list_rows(const Tariff *tariff, TariffList list)
{
	const TariffPrice *rows = (const TariffPrice *) (tariff_spell_rows(tariff) + tariff->spells);
	int                i;

	for (i = 0; i < (int) list; i++)
		rows += tariff->lists[i];
	return rows;
}

static inline const TariffTopUp *
tariff_top_up_rows(const Tariff *tariff)
{
	return (const TariffTopUp *) tariff_list_rows(tariff, TARIFF_LISTS);
}

static inline const TariffPathway *
tariff_pathway_rows(const Tariff *tariff)
{
	return (const TariffPathway *) (tariff_top_up_rows(tariff) + tariff->top_ups);
}

extern int  tariff_compare_prices(const void *a, const void *b);
extern int  tariff_compare_top_ups(const void *a, const void *b);
extern int  tariff_compare_pathways(const void *a, const void *b);
extern void tariff_year_bounds(const char *financial_year, int32_t *first_day, int32_t *last_day);

#endif /* TARIFF_ROWS_CORE_H */
