/*-------------------------------------------------------------------------
 *
 * sweep_readmission_core.c
 *	  Emergency admissions within 30 days of a discharge.
 *
 *-------------------------------------------------------------------------
 */
#include "invoice/sweep_readmission_core.h"

#include "invoice/sweep_spell_core.h"

/*
 * What a readmission within 30 days is paid for all the same, each in the stay before or in the
 * readmission unless said otherwise.  Source: national payment rules of 2011/12 as summarised in
 * Annals of the Royal College of Surgeons of England 2016, table 1 (PMC5226021), and HFMA, 1 March
 * 2011:
 *
 *   no national price          charged at a local price, a regular attender (classes 3 and 4), or
 *                              without an HRG that could be grouped
 *   maternity and childbirth   HRG chapter N
 *   cancer                     first diagnosis C00-C97, D37-D48
 *   chemotherapy, radiotherapy HRG subchapters SB and SC, first diagnosis Z51.0 or Z51.1
 *   young child                under 4 years at the readmission
 *   self-discharge             discharge method 2, stay before
 *   emergency transfer         admission method 2B: never an emergency readmission here
 *   cross-border               resident of Wales, Scotland or Northern Ireland
 *   renal dialysis             HRG subchapters LC, LD and LE, LA05, LA97, LA08E; first diagnosis
 * Z49 organ transplant           HRGs named transplant: DZ01, EA01-EA02, ED01-ED06 without ED03,
 * GA01, GA12, GA14-GA16, LA01-LA03, SA19-SA23, SA26-SA28, SA38-SA40 multiple trauma            HRG
 * roots VA14 and VA15 transport accident         further diagnosis V01-V99, readmission
 *
 * Healthy newborn babies (PB03Z) are neither a stay before nor a readmission.
 */
#define YOUNG_CHILD_UNDER 4

/*
 * starts_with_one_of --- does the text begin with one of these words, divided by blanks?
 */
static bool
starts_with_one_of(SweepText text, const char *words)
{
	const char *word = words;

	while (*word != '\0')
	{
		int32_t matched = 0;

		while (word[matched] != ' ' && word[matched] != '\0' && matched < text.length &&
			   word[matched] == text.data[matched])
			matched++;
		if (matched > 0 && (word[matched] == ' ' || word[matched] == '\0'))
			return true;
		while (*word != ' ' && *word != '\0')
			word++;
		if (*word == ' ')
			word++;
	}
	return false;
}

/*
 * diagnosis_text --- the first four characters of an icd10 word.
 */
static void
diagnosis_text(int64_t word, char text[4])
{
	int i;

	for (i = 0; i < 4; i++)
		text[i] = (char) ((uint64_t) word >> (56 - 8 * i));
}

/*
 * is_cancer --- C00-C97 or D37-D48.
 */
static bool
is_cancer(const char code[4])
{
	int number = (code[1] - '0') * 10 + code[2] - '0';

	return (code[0] == 'C' && number <= 97) || (code[0] == 'D' && number >= 37 && number <= 48);
}

/*
 * exclusion_of_stay --- what in one stay lets the readmission be paid.
 */
static SweepExclusion
exclusion_of_stay(const SweepEvent *record, SweepText hrg, bool local_price)
{
	char      code[] = "----";
	SweepText first = {code, 4};

	if (record != NULL && record->n_diagnoses > 0)
		diagnosis_text(record->diagnoses[0], code);
	if (local_price || hrg.length != 5 || starts_with_one_of(hrg, "UZ") ||
		(record != NULL && (sweep_is(record->patient_classification, "3") ||
							sweep_is(record->patient_classification, "4"))))
		return SWEEP_EXCLUDED_NO_NATIONAL_PRICE;
	if (starts_with_one_of(hrg, "N"))
		return SWEEP_EXCLUDED_MATERNITY;
	if (is_cancer(code))
		return SWEEP_EXCLUDED_CANCER;
	if (starts_with_one_of(hrg, "SB SC") || starts_with_one_of(first, "Z510 Z511"))
		return SWEEP_EXCLUDED_CANCER_TREATMENT;
	if (record != NULL && (sweep_is(record->country, "W") || sweep_is(record->country, "S") ||
						   sweep_is(record->country, "N")))
		return SWEEP_EXCLUDED_CROSS_BORDER;
	if (starts_with_one_of(hrg, "LC LD LE LA05 LA97 LA08E") || starts_with_one_of(first, "Z49"))
		return SWEEP_EXCLUDED_DIALYSIS;
	if (starts_with_one_of(hrg,
						   "DZ01 EA01 EA02 ED01 ED02 ED04 ED05 ED06 GA01 GA12 GA14 GA15 GA16 "
						   "LA01 LA02 LA03 SA19 SA20 SA21 SA22 SA23 SA26 SA27 SA28 SA38 SA39 SA40"))
		return SWEEP_EXCLUDED_TRANSPLANT;
	if (starts_with_one_of(hrg, "VA14 VA15"))
		return SWEEP_EXCLUDED_MULTIPLE_TRAUMA;
	return SWEEP_EXCLUDED_NOT;
}

/*
 * has_transport_accident --- a further diagnosis in V01-V99?
 */
static bool
has_transport_accident(const SweepEvent *record)
{
	int32_t i;

	for (i = 1; i < record->n_diagnoses; i++)
	{
		if ((uint64_t) record->diagnoses[i] >> 56 == 'V')
			return true;
	}
	return false;
}

/*
 * exclusion --- why this readmission after that stay is paid all the same.
 */
static SweepExclusion
exclusion(const SweepLine *line, const SweepStay *index)
{
	SweepText      index_hrg = index->line != NULL ? index->line->sent->hrg : index->record->hrg;
	bool           index_local = index->line != NULL && index->line->sent->local_price;
	SweepExclusion found =
		exclusion_of_stay(line->record, line->sent->hrg, line->sent->local_price);

	if (found == SWEEP_EXCLUDED_NOT)
		found = exclusion_of_stay(index->record, index_hrg, index_local);
	if (found == SWEEP_EXCLUDED_NOT && line->age != SWEEP_UNKNOWN && line->age < YOUNG_CHILD_UNDER)
		found = SWEEP_EXCLUDED_YOUNG_CHILD;
	if (found == SWEEP_EXCLUDED_NOT && index->record != NULL &&
		sweep_is(index->record->discharge_method, "2"))
		found = SWEEP_EXCLUDED_SELF_DISCHARGE;
	if (found == SWEEP_EXCLUDED_NOT && line->record != NULL && has_transport_accident(line->record))
		found = SWEEP_EXCLUDED_TRANSPORT_ACCIDENT;
	if (found == SWEEP_EXCLUDED_NOT &&
		(line->age == SWEEP_UNKNOWN || line->record == NULL ||
		 line->record->n_diagnoses == SWEEP_UNKNOWN || index->record == NULL ||
		 index->record->n_diagnoses == SWEEP_UNKNOWN))
		found = SWEEP_EXCLUDED_UNKNOWN;
	return found;
}

static SweepIndex
index_kind(const SweepStay *index)
{
	SweepText method =
		index->line != NULL ? index->line->admission_method : index->record->admission_method;

	if (sweep_is_one_of(method, "11 12 13"))
		return SWEEP_INDEX_ELECTIVE;
	if (sweep_is_emergency(method) || sweep_is(method, "2B"))
		return SWEEP_INDEX_EMERGENCY;
	return SWEEP_INDEX_OTHER;
}

static bool
is_healthy_baby(SweepText hrg)
{
	return sweep_is(hrg, "PB03Z");
}

/*
 * stay_before --- the stay at the same provider that ended last before this admission, another one
 * and with an earlier admission or discharge; NULL: none.
 */
static const SweepStay *
stay_before(const SweepPerson *person, const SweepLine *line)
{
	bool             same_day = line->end == line->start;
	const SweepStay *stay = sweep_last_stay(person, line->sent->provider, line->start,
											same_day ? line->start - 1 : line->start);

	while (stay != NULL &&
		   is_healthy_baby(stay->line != NULL ? stay->line->sent->hrg : stay->record->hrg))
	{
		if (stay == person->stays || sweep_compare_text(stay[-1].provider, stay->provider) != 0)
			return NULL;
		stay--;
	}
	return stay;
}

/*
 * sweep_readmissions --- emergency admissions within 30 days of the nearest discharge from the same
 * provider.
 */
void
sweep_readmissions(SweepPerson *person)
{
	int32_t i;

	for (i = 0; i < person->n_lines; i++)
	{
		SweepLine       *line = &person->lines[i];
		const SweepStay *index;

		if (line->sent->kind != SWEEP_SPELL || line->start == SWEEP_NO_DAY ||
			!sweep_is_emergency(line->admission_method) || is_healthy_baby(line->sent->hrg))
			continue;
		index = stay_before(person, line);
		if (index == NULL || line->start - index->end > SWEEP_READMISSION_DAYS)
			continue;
		line->links->to[SWEEP_TO_READMISSION] = sweep_event_of_rank(person, index->rank);
		line->links->number[SWEEP_N_READMISSION_DAYS] = line->start - index->end;
		line->links->readmission_index = index_kind(index);
		line->links->readmission_exclusion = exclusion(line, index);
	}
}
