/*-------------------------------------------------------------------------
 *
 * sweep.c
 *	  One person's claims and records together: cases by hand, the same in
 *	  any order of the events, and random persons against plain loops.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <stdlib.h>

#include "invoice/sweep_core.h"
#include "invoice/sweep_line_core.h"
#include "types/code_core.h"

#define MOST 400

static SweepEvent event[MOST];
static SweepLinks found[MOST];
static int        events;
static char       words[MOST][2][8];
static int64_t    codes[MOST][4];

static SweepText
word(const char *text)
{
	SweepText value = {text, text == NULL ? 0 : (int32_t) strlen(text)};

	return value;
}

static void
begin(void)
{
	events = 0;
}

/* line --- a line charged at a hundred pounds at RZ1 in specialty 110, with an event of its own. */
static SweepEvent *
line(SweepKind kind, int32_t start, int32_t end)
{
	static const char *const pods[] = {"NEL",      "NELXBD",    "UNBACC",    "UNBCHEMO",
									   "OPFASPCL", "OPPROC",    "AE",        "DRUG",
									   "DEVICE",   "MATPATHAN", "MATPATHPN", "DAIMG"};
	SweepEvent              *e = &event[events];

	memset(e, 0, sizeof(*e));
	sprintf(words[events][0], "G%d", events);
	e->is_line = true;
	e->kind = kind;
	e->provider = word("RZ1");
	e->treatment_function = word("110");
	e->hrg = word("AA22C");
	e->start = start;
	e->start_month = start / 31;
	e->end = end;
	e->age = 50;
	e->patient_classification = word("1");
	e->admission_method = word("21");
	e->submission = 1;
	e->line_no = events + 1;
	e->year = word("2024/25");
	e->month = 3;
	e->claim_group = word(words[events][0]);
	e->site = word("RZ101");
	e->pod = word(pods[kind]);
	e->price_known = e->units_known = true;
	e->unit_price = e->total = 100000000;
	e->units = 1000000;
	e->n_diagnoses = SWEEP_UNKNOWN;
	events++;
	return e;
}

/* record --- a record at RZ1 in specialty 110 with one diagnosis. */
static SweepEvent *
record(int64_t activity, SweepKind kind, int32_t start, int32_t end)
{
	SweepEvent *e = line(kind, start, end);

	e->is_line = false;
	e->activity = activity;
	e->total = e->unit_price = e->units = 0;
	e->attendance_status = word("5");
	code_parse(&code_icd10, "J189", 4, &codes[events - 1][0]);
	e->diagnoses = codes[events - 1];
	e->n_diagnoses = 1;
	return e;
}

/* met --- a line and the record it meets; the record is returned. */
static SweepEvent *
met(SweepKind kind, int32_t start, int32_t end)
{
	line(kind, start, end)->activity = 1000 + events;
	return record(1000 + events - 1, kind, start, end);
}

static SweepEvent *
coded(SweepEvent *e, const char *first, const char *second)
{
	int64_t *list = codes[e - event];

	code_parse(&code_icd10, first, strlen(first), &list[0]);
	e->n_diagnoses = 1;
	if (second != NULL)
		code_parse(&code_icd10, second, strlen(second), &list[e->n_diagnoses++]);
	return e;
}

static int pauses;

static void
count_pause(void)
{
	pauses++;
}

static void
sweep_events(const SweepEvent *given, SweepLinks *links)
{
	/* as many bytes as were asked for: the sanitiser sees one too many */
	void *work = malloc(sweep_work_size(given, events));

	sweep_person(given, events, work, count_pause, links);
	free(work);
}

/* same_links --- equal, with places of the shuffled array read through the order. */
static bool
same_links(const SweepLinks *a, const SweepLinks *b, const int *order)
{
	int i;

	for (i = 0; i < SWEEP_TO_COUNT; i++)
	{
		if (a->to[i] != (b->to[i] == SWEEP_NO_EVENT ? SWEEP_NO_EVENT : order[b->to[i]]))
			return false;
	}
	return memcmp(a->number, b->number, sizeof(a->number)) == 0 &&
		   a->two_provider_paid == b->two_provider_paid &&
		   a->readmission_index == b->readmission_index &&
		   a->readmission_exclusion == b->readmission_exclusion &&
		   a->lone_secondary == b->lone_secondary;
}

/* run --- the events as they are, and shuffled three times: the answers are the same. */
static bool
run(void)
{
	static SweepEvent shuffled[MOST];
	static SweepLinks links[MOST];
	static int        order[MOST];
	bool              same = true;
	int               turn;
	int               i;

	sweep_events(event, found);
	for (turn = 0; turn < 3; turn++)
	{
		for (i = 0; i < events; i++)
			order[i] = i;
		for (i = events - 1; i > 0; i--)
		{
			int other = rand() % (i + 1);
			int kept = order[i];

			order[i] = order[other];
			order[other] = kept;
		}
		for (i = 0; i < events; i++)
			shuffled[i] = event[order[i]];
		sweep_events(shuffled, links);
		for (i = 0; i < events; i++)
			same = same && same_links(&found[order[i]], &links[i], order);
	}
	return same;
}

/* finds --- runs and compares one link of each line, given as a text of places; "-" is none. */
static void
finds(SweepTo to, const char *expected, const char *about)
{
	char  text[200] = "";
	char *end = text;
	bool  same = run();
	int   i;

	for (i = 0; i < events; i++)
	{
		if (!event[i].is_line)
			continue;
		end += found[i].to[to] == SWEEP_NO_EVENT ? sprintf(end, "- ")
												 : sprintf(end, "%d ", found[i].to[to]);
	}
	if (end > text)
		end[-1] = '\0';
	ok(same && strcmp(text, expected) == 0, "%s: %s (%s)", about, text,
	   same ? expected : "order matters");
}

static void
counts(SweepNumber number, const char *expected, const char *about)
{
	char  text[200] = "";
	char *end = text;
	bool  same = run();
	int   i;

	for (i = 0; i < events; i++)
	{
		if (!event[i].is_line)
			continue;
		end += found[i].number[number] == SWEEP_UNKNOWN
				   ? sprintf(end, "- ")
				   : sprintf(end, "%d ", found[i].number[number]);
	}
	if (end > text)
		end[-1] = '\0';
	ok(same && strcmp(text, expected) == 0, "%s: %s (%s)", about, text,
	   same ? expected : "order matters");
}

/* Duplicates and repeats -------------------------------------------------- */

static void
test_duplicates(void)
{
	SweepEvent *e;
	int         field;

	begin();
	line(SWEEP_ATTENDANCE, 10, 10);
	line(SWEEP_ATTENDANCE, 10, 10);
	finds(SWEEP_TO_DUPLICATE, "- 0", "two equal lines without identifiers");

	begin();
	line(SWEEP_ATTENDANCE, 10, 10)->cds_id = word("C1");
	line(SWEEP_ATTENDANCE, 10, 10)->cds_id = word("C2");
	finds(SWEEP_TO_DUPLICATE, "- -", "two records are two claims");

	begin();
	line(SWEEP_ATTENDANCE, 10, 10);
	line(SWEEP_ATTENDANCE, 10, 10)->cds_id = word("C2");
	line(SWEEP_ATTENDANCE, 10, 10)->cds_id = word("C1");
	line(SWEEP_ATTENDANCE, 10, 10)->cds_id = word("C2");
	finds(SWEEP_TO_DUPLICATE, "2 - - 1",
		  "one without an identifier goes with the first that has one");

	begin();
	line(SWEEP_ATTENDANCE, SWEEP_NO_DAY, SWEEP_NO_DAY);
	line(SWEEP_ATTENDANCE, SWEEP_NO_DAY, SWEEP_NO_DAY);
	finds(SWEEP_TO_DUPLICATE, "- -", "without a date nothing is said");

	begin();
	line(SWEEP_DRUG, 10, 10)->item = word("D");
	line(SWEEP_DRUG, 10, 10)->item = word("D");
	finds(SWEEP_TO_DUPLICATE, "- -", "drugs are asked otherwise");

	begin();
	line(SWEEP_DEVICE, 10, 10)->serial = word("1");
	line(SWEEP_DEVICE, 10, 10)->serial = word("2");
	line(SWEEP_DEVICE, 10, 10)->serial = word("1");
	finds(SWEEP_TO_DUPLICATE, "- - 0", "devices are told apart by their serial numbers");

	for (field = 0; field < 9; field++)
	{
		begin();
		line(SWEEP_ATTENDANCE, 10, 11);
		e = line(SWEEP_ATTENDANCE, 10, 11);
		switch (field)
		{
			case 0:
				e->provider = word("RZ2");
				break;
			case 1:
				e->start = 11;
				break;
			case 2:
				e->pod = word("OPFUPSPCL");
				break;
			case 3:
				e->site = word(NULL);
				break;
			case 4:
				e->end = 12;
				break;
			case 5:
				e->treatment_function = word("300");
				break;
			case 6:
				e->hrg = word("AA22D");
				break;
			case 7:
				e->unit_price = 100000001;
				break;
			default:
				e->price_known = false;
				e->unit_price = 0;
		}
		finds(SWEEP_TO_DUPLICATE, "- -", "a difference in one field is none");
	}

	/* the first sent: year, then month, then submission, then line */
	begin();
	line(SWEEP_ATTENDANCE, 10, 10)->year = word("2025/26");
	line(SWEEP_ATTENDANCE, 10, 10)->month = 4;
	line(SWEEP_ATTENDANCE, 10, 10)->submission = 2;
	line(SWEEP_ATTENDANCE, 10, 10)->line_no = 9;
	line(SWEEP_ATTENDANCE, 10, 10)->line_no = 8;
	event[0].month = event[0].submission = event[0].line_no = 1;
	event[1].submission = event[1].line_no = 1;
	event[2].line_no = 1;
	finds(SWEEP_TO_DUPLICATE, "4 4 4 4 -", "the first sent is kept");

	begin();
	line(SWEEP_ATTENDANCE, 10, 10)->hrg = word("WF01");
	line(SWEEP_ATTENDANCE, 10, 10)->hrg = word("WF01A");
	line(SWEEP_ATTENDANCE, 10, 10)->hrg = word(NULL);
	line(SWEEP_ATTENDANCE, 10, 10)->hrg = word("");
	line(SWEEP_ATTENDANCE, 10, 10)->hrg = word(NULL);
	finds(SWEEP_TO_DUPLICATE, "- - - - 2", "a beginning is not the whole, blank is not unknown");
}

static void
test_repeats(void)
{
	static const SweepKind kinds[] = {SWEEP_SPELL,      SWEEP_EXCESS,    SWEEP_EMERGENCY,
									  SWEEP_ATTENDANCE, SWEEP_PROCEDURE, SWEEP_CRITICAL_CARE};
	int                    i;

	begin();
	for (i = 0; i < 6; i++)
		line(kinds[i], 10, 12)->event_id = word("E");
	finds(SWEEP_TO_REPEAT, "- - - - 3 -",
		  "an event has one of each part; a procedure is an attendance");

	begin();
	for (i = 0; i < 6; i++)
		line(kinds[i], 20 + i, 20 + i)->event_id = word("E");
	for (i = 0; i < 6; i++)
		line(kinds[i], 10, 10)->event_id = word("E");
	finds(SWEEP_TO_REPEAT, "- - - - 3 - 0 1 2 3 3 5", "again on another day");

	begin();
	line(SWEEP_UNBUNDLED, 10, 10)->event_id = word("E");
	line(SWEEP_UNBUNDLED, 11, 11)->event_id = word("E");
	line(SWEEP_UNBUNDLED, 10, 10)->event_id = word("E");
	event[1].hrg = word("AA22D");
	line(SWEEP_UNBUNDLED, 12, 12)->event_id = word("E");
	event[3].pod = word("UNBRAD");
	line(SWEEP_UNBUNDLED, 13, 13)->event_id = word("E");
	finds(SWEEP_TO_REPEAT, "- - - - 0", "other parts by point of delivery and HRG");
	ok(found[2].to[SWEEP_TO_DUPLICATE] == 0, "a duplicate is no repeat");

	begin();
	line(SWEEP_ATTENDANCE, 10, 10);
	line(SWEEP_ATTENDANCE, 11, 11);
	finds(SWEEP_TO_REPEAT, "- -", "without an event number nothing is said");

	begin();
	line(SWEEP_ATTENDANCE, 10, 10)->event_id = word("E");
	line(SWEEP_ATTENDANCE, 11, 11)->event_id = word("E");
	event[1].provider = word("RZ2");
	line(SWEEP_ATTENDANCE, 12, 12)->event_id = word("F");
	finds(SWEEP_TO_REPEAT, "- - -", "another provider's number, another number");

	begin();
	line(SWEEP_DRUG, 10, 10)->event_id = word("E");
	line(SWEEP_DRUG, 11, 11)->event_id = word("E");
	line(SWEEP_DEVICE, 10, 10)->event_id = word("E");
	line(SWEEP_DEVICE, 11, 11)->event_id = word("E");
	finds(SWEEP_TO_REPEAT, "- - - -", "several drugs and devices in a stay");

	begin();
	line(SWEEP_ATTENDANCE, SWEEP_NO_DAY, SWEEP_NO_DAY)->event_id = word("E");
	line(SWEEP_ATTENDANCE, 11, 11)->event_id = word("E");
	event[0].recovered = true;
	finds(SWEEP_TO_REPEAT, "- -", "what was paid back keeps no other line out");
}

/* Overlaps ---------------------------------------------------------------- */

static void
test_overlaps(void)
{
	begin();
	line(SWEEP_SPELL, 10, 20);
	line(SWEEP_SPELL, 12, 15);
	line(SWEEP_SPELL, 20, 25);
	finds(SWEEP_TO_OVERLAP, "- 0 -", "inside is an overlap, touching is none");

	begin();
	line(SWEEP_SPELL, 10, 15);
	line(SWEEP_SPELL, 14, 20);
	finds(SWEEP_TO_OVERLAP, "1 -", "the longer is kept");

	begin();
	line(SWEEP_SPELL, 10, 15);
	line(SWEEP_SPELL, 14, 19)->total++;
	finds(SWEEP_TO_OVERLAP, "1 -", "then the dearer");

	begin();
	line(SWEEP_SPELL, 10, 15)->line_no = 7;
	line(SWEEP_SPELL, 14, 19);
	finds(SWEEP_TO_OVERLAP, "1 -", "then the first sent");

	begin();
	line(SWEEP_SPELL, 10, 15);
	line(SWEEP_SPELL, 14, 25);
	line(SWEEP_SPELL, 24, 28);
	line(SWEEP_SPELL, 28, 30);
	finds(SWEEP_TO_OVERLAP, "1 - 1 -", "a stretch keeps one");

	begin();
	line(SWEEP_SPELL, 10, 30);
	line(SWEEP_SPELL, 11, 13);
	line(SWEEP_SPELL, 29, 40);
	line(SWEEP_SPELL, 39, 41);
	finds(SWEEP_TO_OVERLAP, "- 0 0 -", "what does not meet the kept one stays");

	begin();
	line(SWEEP_SPELL, 10, 20);
	line(SWEEP_SPELL, 11, 12);
	line(SWEEP_SPELL, 18, 22);
	line(SWEEP_SPELL, 20, 21);
	finds(SWEEP_TO_OVERLAP, "- 0 0 -",
		  "the stretch lasts as long as its longest, the kept one does not");

	begin();
	line(SWEEP_SPELL, 10, 15);
	line(SWEEP_SPELL, 12, 15)->provider = word("RZ2");
	finds(SWEEP_TO_OVERLAP, "- -", "another provider is another matter");

	begin();
	line(SWEEP_SPELL, 10, SWEEP_NO_DAY);
	line(SWEEP_SPELL, 12, 15);
	line(SWEEP_SPELL, SWEEP_NO_DAY, 15);
	line(SWEEP_SPELL, 13, 13);
	finds(SWEEP_TO_OVERLAP, "- - - -", "no end, no start, no night");

	begin();
	line(SWEEP_SPELL, 10, 20);
	line(SWEEP_SPELL, 12, 15);
	line(SWEEP_EXCESS, 12, 15)->claim_group = word("G1");
	line(SWEEP_EXCESS, 12, 15)->claim_group = word("G1");
	line(SWEEP_EXCESS, 10, 20)->claim_group = word("G0");
	event[4].unit_price = 7;
	line(SWEEP_CRITICAL_CARE, 12, 15)->claim_group = word("G1");
	event[5].provider = word("RZ2");
	finds(SWEEP_TO_OVERLAP, "- 0 0 - - -",
		  "what is charged with it goes with it, duplicates apart");

	begin();
	met(SWEEP_SPELL, 10, 20)->end = 12;
	met(SWEEP_SPELL, 13, 15);
	finds(SWEEP_TO_OVERLAP, "- 0", "the days as sent");

	/* the same days: the submission orders them, not the month */
	begin();
	line(SWEEP_SPELL, 10, 20)->submission = 2;
	line(SWEEP_SPELL, 10, 20)->month = 4;
	event[0].unit_price = 1;
	finds(SWEEP_TO_OVERLAP, "- 0", "the first sent by month");
}

static void
test_two_providers(void)
{
	SweepEvent *r;

	begin();
	line(SWEEP_SPELL, 10, 15);
	line(SWEEP_SPELL, 14, 20)->provider = word("RZ2");
	finds(SWEEP_TO_TWO_PROVIDER, "1 0", "both fail");
	finds(SWEEP_TO_TWO_PROVIDER_PAYEE, "0 0", "equal prices: the earlier is paid");
	ok(found[0].two_provider_paid && !found[1].two_provider_paid, "and says so");

	begin();
	line(SWEEP_SPELL, 10, 15);
	line(SWEEP_SPELL, 14, 20)->provider = word("RZ2");
	event[1].total++;
	finds(SWEEP_TO_TWO_PROVIDER_PAYEE, "1 1", "the dearer is paid");
	ok(!found[0].two_provider_paid && found[1].two_provider_paid, "and says so");

	begin();
	line(SWEEP_SPELL, 10, 15);
	line(SWEEP_SPELL, 15, 20)->provider = word("RZ2");
	finds(SWEEP_TO_TWO_PROVIDER, "- -", "touching is none");

	begin();
	line(SWEEP_SPELL, 10, 15)->total = 200000000;
	line(SWEEP_SPELL, 14, 20)->provider = word("RZ2");
	event[1].admission_method = word("2B");
	finds(SWEEP_TO_TWO_PROVIDER_PAYEE, "1 1",
		  "the hospital that received the patient: admission method 2B");
	event[1].admission_method = word("81");
	finds(SWEEP_TO_TWO_PROVIDER_PAYEE, "1 1", "or 81");
	event[1].admission_method = word("28");
	finds(SWEEP_TO_TWO_PROVIDER_PAYEE, "0 0", "but not 28");

	begin();
	r = met(SWEEP_SPELL, 10, 15);
	event[0].total++;
	r->discharge_destination = word("51");
	met(SWEEP_SPELL, 14, 20);
	event[2].provider = event[3].provider = word("RZ2");
	finds(SWEEP_TO_TWO_PROVIDER_PAYEE, "2 2", "or the first one's destination 51");
	r->discharge_destination = word("52");
	finds(SWEEP_TO_TWO_PROVIDER_PAYEE, "0 0", "but not 52");

	begin();
	line(SWEEP_SPELL, 10, 15)->admission_method = word("2B");
	line(SWEEP_SPELL, 10, 20)->provider = word("RZ2");
	event[1].total++;
	finds(SWEEP_TO_TWO_PROVIDER_PAYEE, "0 0",
		  "admitted on one day, the transfer counts either way");
	event[1].start = 11;
	finds(SWEEP_TO_TWO_PROVIDER_PAYEE, "1 1", "admitted later it does not");

	begin();
	line(SWEEP_SPELL, 10, 30);
	line(SWEEP_SPELL, 11, 14)->provider = word("RZ2");
	line(SWEEP_SPELL, 20, 25)->provider = word("RZ3");
	line(SWEEP_SPELL, 30, 31)->provider = word("RZ2");
	line(SWEEP_SPELL, 29, 29)->provider = word("RZ4");
	finds(SWEEP_TO_TWO_PROVIDER, "1 0 0 - -", "one long, two short; none without a night");
	ok(found[0].two_provider_paid, "the long one is paid twice");

	begin();
	line(SWEEP_SPELL, 10, 15);
	line(SWEEP_SPELL, 14, 20)->provider = word("RZ2");
	event[1].total++;
	line(SWEEP_SPELL, 19, 25)->provider = word("RZ3");
	event[2].total += 2;
	finds(SWEEP_TO_TWO_PROVIDER, "1 2 1", "paid against the one, lost to the next");
	ok(!found[1].two_provider_paid && found[2].two_provider_paid, "in the end the last is paid");

	begin();
	line(SWEEP_SPELL, 10, 20);
	line(SWEEP_SPELL, 12, 13)->total = 0;
	event[1].provider = word("RZ2");
	line(SWEEP_SPELL, 12, SWEEP_NO_DAY)->provider = word("RZ3");
	finds(SWEEP_TO_TWO_PROVIDER, "- - -", "what costs nothing or has no end is left alone");

	begin();
	line(SWEEP_SPELL, 10, 30);
	line(SWEEP_SPELL, 11, 13);
	line(SWEEP_SPELL, 29, 40);
	line(SWEEP_SPELL, 39, 45);
	line(SWEEP_SPELL, 42, 44)->provider = word("RZ2");
	finds(SWEEP_TO_TWO_PROVIDER, "- - - 4 3", "overlaps at one provider are settled first");

	begin();
	line(SWEEP_SPELL, 10, 12);
	line(SWEEP_SPELL, 11, 14);
	event[0].start = event[1].start = 10;
	event[1].provider = word("RZ2");
	line(SWEEP_EXCESS, 10, 12)->claim_group = word("G0");
	line(SWEEP_CRITICAL_CARE, 10, 14)->claim_group = word("G1");
	event[3].provider = word("RZ2");
	line(SWEEP_UNBUNDLED, 10, 12)->claim_group = word("G0");
	line(SWEEP_EXCESS, 10, 12)->claim_group = word("G7");
	finds(SWEEP_TO_TWO_PROVIDER, "1 0 1 0 - -", "excess days and critical care share it");
	finds(SWEEP_TO_TWO_PROVIDER_PAYEE, "0 0 0 0 - -", "and the payee");
	ok(found[2].two_provider_paid && !found[3].two_provider_paid, "and who is paid");
}

static void
test_transfers(void)
{
	SweepEvent *first;
	SweepEvent *second;

	begin();
	first = met(SWEEP_SPELL, 10, 15);
	first->discharge_destination = word("51");
	second = met(SWEEP_SPELL, 15, 20);
	second->admission_method = word("2B");
	finds(SWEEP_TO_TRANSFER_PAIR, "- 0", "one stay in two spells: the later goes");
	event[2].total++;
	finds(SWEEP_TO_TRANSFER_PAIR, "2 -", "the cheaper goes");
	event[2].start = second->start = 16;
	second->admission_method = word("81");
	finds(SWEEP_TO_TRANSFER_PAIR, "2 -", "a day later, method 81");
	event[2].start = second->start = 17;
	finds(SWEEP_TO_TRANSFER_PAIR, "- -", "two days later");
	event[2].start = second->start = 14;
	finds(SWEEP_TO_TRANSFER_PAIR, "- -", "not while the first lasts");
	event[2].start = second->start = 15;
	second->admission_method = word("21");
	finds(SWEEP_TO_TRANSFER_PAIR, "- -", "an emergency of its own");
	second->admission_method = word("2B");
	first->discharge_destination = word("19");
	finds(SWEEP_TO_TRANSFER_PAIR, "- -", "discharged home");
	first->discharge_destination = word("51");
	event[2].provider = word("RZ2");
	finds(SWEEP_TO_TRANSFER_PAIR, "- -", "to another provider");
	event[2].provider = word("RZ0");
	finds(SWEEP_TO_TRANSFER_PAIR, "- -", "to a provider earlier in the alphabet");
	event[2].provider = word("RZ1");
	event[2].total = 0;
	finds(SWEEP_TO_TRANSFER_PAIR, "- -", "what costs nothing is left alone");
	event[2].total = 1;
	line(SWEEP_EXCESS, 15, 20)->claim_group = word("G2");
	finds(SWEEP_TO_TRANSFER_PAIR, "- 0 0", "its excess days go with it");

	begin();
	first = met(SWEEP_SPELL, 10, 10);
	second = met(SWEEP_SPELL, 10, 10);
	first->discharge_destination = second->discharge_destination = word("51");
	first->admission_method = second->admission_method = word("2B");
	event[2].unit_price = 5;
	finds(SWEEP_TO_TRANSFER_PAIR, "2 -",
		  "two stays of one day, each sent to the other: one of them goes");

	begin();
	first = met(SWEEP_SPELL, 10, 10);
	first->discharge_destination = word("51");
	first->admission_method = word("2B");
	finds(SWEEP_TO_TRANSFER_PAIR, "-", "no stay is its own transfer");

	begin();
	first = met(SWEEP_SPELL, 15, 15);
	second = met(SWEEP_SPELL, 10, 15);
	first->discharge_destination = second->discharge_destination = word("51");
	met(SWEEP_SPELL, 15, 20)->admission_method = word("2B");
	finds(SWEEP_TO_TRANSFER_PAIR, "- - 0", "of two that ended that day, the one admitted last");
}

/* Readmissions ------------------------------------------------------------ */

static void
excluded(SweepExclusion expected, const char *about)
{
	bool same = run();

	ok(same && found[2].to[SWEEP_TO_READMISSION] == 0 && found[2].readmission_exclusion == expected,
	   "%s: %d", about, found[2].readmission_exclusion);
}

static SweepEvent *index_stay;
static SweepEvent *again;

/* two_stays --- an elective stay, and an emergency five days after it. */
static void
two_stays(void)
{
	begin();
	index_stay = met(SWEEP_SPELL, 10, 15);
	index_stay->admission_method = word("11");
	again = met(SWEEP_SPELL, 20, 25);
}

static void
test_readmissions(void)
{
	static const char *const emergencies[] = {"21", "22", "23", "24", "25", "28", "2A", "2C", "2D"};
	static const char *const others[] = {"2B", "11", "31", "81", "20", "2", "", NULL};
	static const char *const transplants[] = {
		"DZ01Z", "EA01Z", "EA02Z", "ED01Z", "ED02A", "ED04Z", "ED05Z", "ED06Z", "GA01A",
		"GA12Z", "GA14Z", "GA15A", "GA16Z", "LA01A", "LA02A", "LA03B", "SA19A", "SA20A",
		"SA21A", "SA22A", "SA23A", "SA26A", "SA27A", "SA28A", "SA38A", "SA39A", "SA40Z"};
	static const char *const dialyses[] = {"LC01A", "LD01A", "LE02B", "LA05Z", "LA97A", "LA08E"};
	static const char *const ordinary[] = {"AA22C", "ED07Z", "ED03A", "LA08F", "LA04A", "LB01A",
										   "SA24A", "GA13A", "VA13A", "DZ11V", "SD01A", "PB02Z"};
	static const char *const cancers[] = {"C00", "C509", "C97X", "D37", "D48", "D401"};
	static const char *const harmless[] = {"C98",  "D36", "D49", "B99X", "E37",
										   "Z512", "Z48", "V01", "J189"};
	size_t                   i;

	two_stays();
	counts(SWEEP_N_READMISSION_DAYS, "- 5", "five days after the discharge");
	ok(found[2].to[SWEEP_TO_READMISSION] == 0 && found[2].readmission_index == SWEEP_INDEX_ELECTIVE,
	   "after an elective stay");
	excluded(SWEEP_EXCLUDED_NOT, "nothing lets it be paid");
	ok(found[0].readmission_index == SWEEP_INDEX_NONE, "the stay before is none");

	for (i = 0; i < sizeof(emergencies) / sizeof(emergencies[0]); i++)
	{
		two_stays();
		again->admission_method = word(emergencies[i]);
		counts(SWEEP_N_READMISSION_DAYS, "- 5", emergencies[i]);
		index_stay->admission_method = word(emergencies[i]);
		run();
		ok(found[2].readmission_index == SWEEP_INDEX_EMERGENCY, "after an emergency %s",
		   emergencies[i]);
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
	{
		two_stays();
		again->admission_method = word(others[i]);
		event[2].admission_method = word("11");
		counts(SWEEP_N_READMISSION_DAYS, "- -", "no emergency");
	}
	two_stays();
	index_stay->admission_method = word("2B");
	run();
	ok(found[2].readmission_index == SWEEP_INDEX_EMERGENCY, "after a transfer");
	index_stay->admission_method = word("31");
	run();
	ok(found[2].readmission_index == SWEEP_INDEX_OTHER, "after a maternity admission");
	index_stay->admission_method = word("13");
	run();
	ok(found[2].readmission_index == SWEEP_INDEX_ELECTIVE, "after a planned admission");

	/* which stay is the one before */
	two_stays();
	event[2].start = again->start = 45;
	event[2].end = again->end = 50;
	counts(SWEEP_N_READMISSION_DAYS, "- 30", "day 30");
	event[2].start = again->start = 46;
	counts(SWEEP_N_READMISSION_DAYS, "- -", "day 31");
	event[2].start = again->start = 15;
	counts(SWEEP_N_READMISSION_DAYS, "- 0", "the day of discharge");
	event[2].start = again->start = 14;
	counts(SWEEP_N_READMISSION_DAYS, "- -", "before the discharge");
	two_stays();
	event[0].provider = index_stay->provider = word("RZ0");
	counts(SWEEP_N_READMISSION_DAYS, "- -", "from another provider");
	two_stays();
	record(7, SWEEP_SPELL, 12, 18);
	finds(SWEEP_TO_READMISSION, "- 4", "the nearest discharge, claimed or not");
	record(8, SWEEP_SPELL, 11, 18);
	finds(SWEEP_TO_READMISSION, "- 4", "of one day, the later admission");
	event[5].hrg = event[4].hrg = word("PB03Z");
	finds(SWEEP_TO_READMISSION, "- 0", "healthy newborn babies are passed over");
	index_stay->hrg = event[0].hrg = word("PB03Z");
	finds(SWEEP_TO_READMISSION, "- -", "all of them");
	two_stays();
	event[2].hrg = word("PB03Z");
	finds(SWEEP_TO_READMISSION, "- -", "a healthy newborn baby is no readmission");

	/* stays of one day */
	begin();
	met(SWEEP_SPELL, 20, 20)->admission_method = word("11");
	met(SWEEP_SPELL, 20, 20);
	event[2].unit_price = 3;
	finds(SWEEP_TO_READMISSION, "- -", "of two stays of one day neither is the first");
	event[2].end = event[3].end = 22;
	finds(SWEEP_TO_READMISSION, "- 0", "a later discharge makes it the second");
	begin();
	met(SWEEP_SPELL, 19, 20)->admission_method = word("11");
	met(SWEEP_SPELL, 20, 20);
	finds(SWEEP_TO_READMISSION, "- 0", "a later admission too");
	begin();
	line(SWEEP_SPELL, 10, 15)->admission_method = word("11");
	line(SWEEP_SPELL, 20, SWEEP_NO_DAY);
	finds(SWEEP_TO_READMISSION, "- 0", "claims without records, one still open");
	ok(found[1].readmission_exclusion == SWEEP_EXCLUDED_UNKNOWN &&
		   found[1].readmission_index == SWEEP_INDEX_ELECTIVE,
	   "of which too little is known");
	line(SWEEP_SPELL, 10, 15)->admission_method = word("11");
	finds(SWEEP_TO_READMISSION, "- 0 -", "a duplicate is no stay");
	begin();
	record(7, SWEEP_ATTENDANCE, 14, 15);
	record(8, SWEEP_SPELL, 12, SWEEP_NO_DAY);
	met(SWEEP_SPELL, 20, 25);
	line(SWEEP_ATTENDANCE, 30, 30);
	finds(SWEEP_TO_READMISSION, "- -", "attendances and open stays are no stay before");

	two_stays();
	line(SWEEP_SPELL, 10, 15)->activity = event[0].activity;
	event[4].unit_price = 7;
	event[4].line_no = 0;
	finds(SWEEP_TO_READMISSION, "- 4 -", "a stay charged twice goes by the line sent first");
	event[4].line_no = 9;
	finds(SWEEP_TO_READMISSION, "- 0 -", "whichever it is");

	/* what lets it be paid */
	two_stays();
	event[0].local_price = true;
	excluded(SWEEP_EXCLUDED_NO_NATIONAL_PRICE, "local price of the stay before");
	two_stays();
	event[2].local_price = true;
	excluded(SWEEP_EXCLUDED_NO_NATIONAL_PRICE, "local price of the readmission");
	two_stays();
	index_stay->patient_classification = word("3");
	excluded(SWEEP_EXCLUDED_NO_NATIONAL_PRICE, "regular day attender");
	index_stay->patient_classification = word("4");
	excluded(SWEEP_EXCLUDED_NO_NATIONAL_PRICE, "regular night attender");
	index_stay->patient_classification = word("2");
	excluded(SWEEP_EXCLUDED_NOT, "a day case has a price");
	event[0].hrg = word("UZ01Z");
	excluded(SWEEP_EXCLUDED_NO_NATIONAL_PRICE, "not grouped");
	event[0].hrg = word("LOC1");
	excluded(SWEEP_EXCLUDED_NO_NATIONAL_PRICE, "no HRG");
	event[0].hrg = word(NULL);
	excluded(SWEEP_EXCLUDED_NO_NATIONAL_PRICE, "blank");
	two_stays();
	event[0].hrg = word("NZ30A");
	excluded(SWEEP_EXCLUDED_MATERNITY, "maternity before");
	two_stays();
	event[2].hrg = word("NZ30A");
	excluded(SWEEP_EXCLUDED_MATERNITY, "maternity again");
	for (i = 0; i < sizeof(cancers) / sizeof(cancers[0]); i++)
	{
		two_stays();
		coded(i % 2 ? index_stay : again, cancers[i], NULL);
		excluded(SWEEP_EXCLUDED_CANCER, cancers[i]);
	}
	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
	{
		two_stays();
		coded(i % 2 ? index_stay : again, harmless[i], "C509");
		excluded(SWEEP_EXCLUDED_NOT, harmless[i]);
	}
	two_stays();
	event[0].hrg = word("SB97Z");
	excluded(SWEEP_EXCLUDED_CANCER_TREATMENT, "chemotherapy");
	event[0].hrg = word("SC97Z");
	excluded(SWEEP_EXCLUDED_CANCER_TREATMENT, "radiotherapy");
	two_stays();
	coded(again, "Z511", "C509");
	excluded(SWEEP_EXCLUDED_CANCER_TREATMENT, "admitted for chemotherapy");
	coded(again, "Z510", "C509");
	excluded(SWEEP_EXCLUDED_CANCER_TREATMENT, "admitted for radiotherapy");
	two_stays();
	again->age = event[2].age = 3;
	excluded(SWEEP_EXCLUDED_YOUNG_CHILD, "aged 3");
	again->age = 4;
	excluded(SWEEP_EXCLUDED_NOT, "aged 4 by the record");
	again->age = SWEEP_UNKNOWN;
	excluded(SWEEP_EXCLUDED_YOUNG_CHILD, "aged 3 by the claim");
	event[2].age = SWEEP_UNKNOWN;
	excluded(SWEEP_EXCLUDED_UNKNOWN, "age not known");
	two_stays();
	index_stay->age = 3;
	excluded(SWEEP_EXCLUDED_NOT, "the age at the stay before does not count");
	index_stay->discharge_method = word("2");
	excluded(SWEEP_EXCLUDED_SELF_DISCHARGE, "self-discharge");
	index_stay->discharge_method = word("1");
	again->discharge_method = word("2");
	excluded(SWEEP_EXCLUDED_NOT, "self-discharge of the readmission does not count");
	for (i = 0; i < 3; i++)
	{
		two_stays();
		(i == 1 ? index_stay : again)->country = word(i == 0 ? "W" : i == 1 ? "S" : "N");
		excluded(SWEEP_EXCLUDED_CROSS_BORDER, "resident elsewhere in the United Kingdom");
		(i == 1 ? index_stay : again)->country = word("E");
		excluded(SWEEP_EXCLUDED_NOT, "resident of England");
	}
	for (i = 0; i < sizeof(dialyses) / sizeof(dialyses[0]); i++)
	{
		two_stays();
		event[i % 2 * 2].hrg = word(dialyses[i]);
		excluded(SWEEP_EXCLUDED_DIALYSIS, dialyses[i]);
	}
	two_stays();
	coded(index_stay, "Z491", NULL);
	excluded(SWEEP_EXCLUDED_DIALYSIS, "admitted for dialysis");
	for (i = 0; i < sizeof(transplants) / sizeof(transplants[0]); i++)
	{
		two_stays();
		event[i % 2 * 2].hrg = word(transplants[i]);
		excluded(SWEEP_EXCLUDED_TRANSPLANT, transplants[i]);
	}
	two_stays();
	event[0].hrg = word("VA14A");
	excluded(SWEEP_EXCLUDED_MULTIPLE_TRAUMA, "multiple trauma 14");
	event[0].hrg = word("VA15B");
	excluded(SWEEP_EXCLUDED_MULTIPLE_TRAUMA, "multiple trauma 15");
	for (i = 0; i < sizeof(ordinary) / sizeof(ordinary[0]); i++)
	{
		two_stays();
		event[i % 2 * 2].hrg = word(ordinary[i]);
		excluded(SWEEP_EXCLUDED_NOT, ordinary[i]);
	}
	two_stays();
	coded(again, "S720", "V031");
	excluded(SWEEP_EXCLUDED_TRANSPORT_ACCIDENT, "transport accident");
	two_stays();
	coded(index_stay, "S720", "V031");
	excluded(SWEEP_EXCLUDED_NOT, "a transport accident before does not count");
	coded(again, "S720", "W031");
	excluded(SWEEP_EXCLUDED_NOT, "a fall does not count");
	again->n_diagnoses = SWEEP_UNKNOWN;
	excluded(SWEEP_EXCLUDED_UNKNOWN, "diagnoses of the readmission not known");
	coded(again, "C509", NULL)->n_diagnoses = 0;
	excluded(SWEEP_EXCLUDED_NOT, "recorded as none");
	coded(again, "V031", "J189");
	excluded(SWEEP_EXCLUDED_NOT, "a transport accident as first diagnosis does not count");
	again->n_diagnoses = 0;
	index_stay->n_diagnoses = SWEEP_UNKNOWN;
	excluded(SWEEP_EXCLUDED_UNKNOWN, "diagnoses of the stay before not known");

	two_stays();
	line(SWEEP_EXCESS, 20, 25)->claim_group = word("G2");
	line(SWEEP_EXCESS, 20, 25)->claim_group = word("G0");
	event[5].unit_price = 1;
	finds(SWEEP_TO_READMISSION, "- 0 0 -", "excess days belong to the readmission");
	ok(found[4].readmission_index == SWEEP_INDEX_ELECTIVE &&
		   found[4].number[SWEEP_N_READMISSION_DAYS] == 5 &&
		   found[4].readmission_exclusion == found[2].readmission_exclusion,
	   "with all that is known of it");
	coded(index_stay, "C509", NULL);
	run();
	ok(found[4].readmission_exclusion == SWEEP_EXCLUDED_CANCER, "and what lets it be paid");
}

/* Two feeds, drugs, pathways ---------------------------------------------- */

static void
test_other_feed(void)
{
	begin();
	line(SWEEP_ATTENDANCE, 10, 10);
	line(SWEEP_ATTENDANCE, 10, 10)->local_price = true;
	event[1].total--;
	event[1].unit_price--;
	finds(SWEEP_TO_OTHER_FEED, "- 0", "at a national and a local price: the cheaper goes");
	event[1].total += 2;
	finds(SWEEP_TO_OTHER_FEED, "1 -", "whichever it is");
	event[1].total--;
	finds(SWEEP_TO_OTHER_FEED, "- 0", "the later where they are equal");
	event[1].line_no = 0;
	finds(SWEEP_TO_OTHER_FEED, "1 -", "whichever it is");
	event[1].kind = SWEEP_PROCEDURE;
	finds(SWEEP_TO_OTHER_FEED, "1 -", "a procedure is an attendance");
	event[1].kind = SWEEP_EMERGENCY;
	finds(SWEEP_TO_OTHER_FEED, "- -", "an emergency attendance is not");
	event[0].kind = SWEEP_EMERGENCY;
	finds(SWEEP_TO_OTHER_FEED, "1 -", "two emergency attendances are one");
	event[0].kind = event[1].kind = SWEEP_SPELL;
	finds(SWEEP_TO_OTHER_FEED, "1 -", "two spells are one");
	event[0].kind = event[1].kind = SWEEP_UNBUNDLED;
	finds(SWEEP_TO_OTHER_FEED, "- -", "parts are not asked");
	event[0].kind = event[1].kind = SWEEP_ATTENDANCE;
	event[1].treatment_function = word("300");
	finds(SWEEP_TO_OTHER_FEED, "- -", "two specialties");
	event[0].treatment_function = event[1].treatment_function = word(NULL);
	finds(SWEEP_TO_OTHER_FEED, "- -", "no specialty");
	event[0].kind = event[1].kind = SWEEP_EMERGENCY;
	finds(SWEEP_TO_OTHER_FEED, "1 -", "which emergency attendances have none of");
	event[0].kind = event[1].kind = SWEEP_ATTENDANCE;
	event[0].treatment_function = event[1].treatment_function = word("110");
	event[1].start = 11;
	finds(SWEEP_TO_OTHER_FEED, "- -", "two days");
	event[1].start = 10;
	event[1].provider = word("RZ2");
	finds(SWEEP_TO_OTHER_FEED, "- -", "two providers");
	event[1].provider = word("RZ1");
	event[1].total = 0;
	finds(SWEEP_TO_OTHER_FEED, "- -", "nothing charged");
	event[1].total = 1;
	event[1].local_price = false;
	finds(SWEEP_TO_OTHER_FEED, "- -", "two national prices");

	begin();
	line(SWEEP_ATTENDANCE, 10, 10)->total += 4;
	line(SWEEP_ATTENDANCE, 10, 10)->total += 3;
	line(SWEEP_ATTENDANCE, 10, 10)->total += 2;
	line(SWEEP_ATTENDANCE, 10, 10)->total += 1;
	line(SWEEP_ATTENDANCE, 10, 10)->total += 9;
	event[0].unit_price = 1;
	event[1].unit_price = 2;
	event[2].unit_price = 3;
	event[3].unit_price = 4;
	event[3].local_price = event[4].local_price = true;
	finds(SWEEP_TO_OTHER_FEED, "- 4 - 0 -", "the first meets the first, the second the second");
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "4 - 4 - -", "what is gone keeps no other out");
}

static void
test_drugs(void)
{
	int i;

	begin();
	for (i = 0; i < 4; i++)
		line(SWEEP_DRUG, 10, 10)->item = word("D1");
	event[1].units++;
	event[2].provider = word("RZ2");
	event[3].item = word("D2");
	finds(SWEEP_TO_SAME_DRUG, "- - 0 -", "same drug, day and quantity, whoever charges it");
	counts(SWEEP_N_DAYS_SINCE_SAME_DRUG, "- - - -", "on one day there is nothing before");
	event[2].units_known = false;
	event[2].units = 0;
	event[0].units = 0;
	finds(SWEEP_TO_SAME_DRUG, "- - - -", "a quantity that is not known equals none");
	event[0].units_known = false;
	finds(SWEEP_TO_SAME_DRUG, "- - - -", "not even itself");

	begin();
	line(SWEEP_DRUG, 10, 10)->item = word("D1");
	line(SWEEP_DRUG, 10, 10)->item = word("D1");
	line(SWEEP_DRUG, 30, 30)->item = word("D1");
	line(SWEEP_DRUG, 30, 30)->item = word("D1");
	event[3].units++;
	line(SWEEP_DRUG, 31, 31)->item = word("D1");
	line(SWEEP_DRUG, 32, 32)->item = word("D2");
	line(SWEEP_DRUG, 33, 33)->item = word(NULL);
	line(SWEEP_DRUG, SWEEP_NO_DAY, 33)->item = word("D1");
	line(SWEEP_DRUG, 40, 40)->item = word("D1");
	event[8].total = 0;
	line(SWEEP_OTHER, 50, 50)->item = word("D1");
	counts(SWEEP_N_DAYS_SINCE_SAME_DRUG, "- - 20 20 1 - - - - -", "days since the supply before");

	begin();
	line(SWEEP_DRUG, 10, 10);
	counts(SWEEP_N_DAYS_TO_EVENT, "-", "no event at all");
	record(1, SWEEP_ATTENDANCE, 12, 12);
	counts(SWEEP_N_DAYS_TO_EVENT, "2", "an attendance after it");
	record(2, SWEEP_EMERGENCY, 9, 15);
	counts(SWEEP_N_DAYS_TO_EVENT, "1", "an attendance before it, whose end does not count");
	record(3, SWEEP_SPELL, 1, 9);
	counts(SWEEP_N_DAYS_TO_EVENT, "1", "a stay before it");
	record(4, SWEEP_SPELL, 2, 11);
	counts(SWEEP_N_DAYS_TO_EVENT, "0", "inside a stay that began before another");
	begin();
	line(SWEEP_DRUG, 40, 40);
	record(1, SWEEP_SPELL, 10, 30);
	record(2, SWEEP_SPELL, 20, 25);
	counts(SWEEP_N_DAYS_TO_EVENT, "10", "the last discharge, not the last admission");
	record(3, SWEEP_SPELL, 15, SWEEP_NO_DAY);
	counts(SWEEP_N_DAYS_TO_EVENT, "0", "an open stay");
	begin();
	line(SWEEP_DRUG, 40, 40);
	line(SWEEP_DEVICE, 40, 40);
	line(SWEEP_PROCEDURE, 37, 37);
	counts(SWEEP_N_DAYS_TO_EVENT, "3 - -", "a claimed attendance without a record, not a device");
	event[2].recovered = true;
	counts(SWEEP_N_DAYS_TO_EVENT, "- - -", "not one that was paid back");
	event[2].recovered = false;
	event[2].start = SWEEP_NO_DAY;
	counts(SWEEP_N_DAYS_TO_EVENT, "- - -", "not one without a day");
	event[2].start = 37;
	event[0].start = SWEEP_NO_DAY;
	counts(SWEEP_N_DAYS_TO_EVENT, "- - -", "no day of the drug");
}

static void
test_pathways(void)
{
	begin();
	line(SWEEP_ANTENATAL, 10, 10);
	line(SWEEP_ANTENATAL, 290, 290)->provider = word("RZ2");
	finds(SWEEP_TO_PATHWAY_REPEAT, "- 0", "280 days after, at another provider");
	event[1].start = 291;
	finds(SWEEP_TO_PATHWAY_REPEAT, "- -", "281 days after");
	event[1].start = 100;
	event[1].provider = word("RZ1");
	finds(SWEEP_TO_PATHWAY_REPEAT, "- -", "the same provider");
	event[1].provider = word("RZ2");
	event[1].kind = SWEEP_PATHWAY;
	event[1].pod = word("MATPATHPN");
	finds(SWEEP_TO_PATHWAY_REPEAT, "- -", "another module");
	event[0].kind = SWEEP_PATHWAY;
	event[0].pod = word("MATPATHPN");
	finds(SWEEP_TO_PATHWAY_REPEAT, "- 0", "the other module twice");
	event[1].total = 0;
	finds(SWEEP_TO_PATHWAY_REPEAT, "- -", "at no price");
	event[1].total = 1;
	event[1].start = SWEEP_NO_DAY;
	finds(SWEEP_TO_PATHWAY_REPEAT, "- -", "no day");
	event[1].start = 10;
	event[1].line_no = 0;
	finds(SWEEP_TO_PATHWAY_REPEAT, "1 -", "of one day the first sent is kept");
	event[0].kind = event[1].kind = SWEEP_OTHER;
	finds(SWEEP_TO_PATHWAY_REPEAT, "- -", "no module");

	begin();
	line(SWEEP_ANTENATAL, 10, 10);
	line(SWEEP_ANTENATAL, 200, 200)->provider = word("RZ2");
	line(SWEEP_ANTENATAL, 295, 295)->provider = word("RZ2");
	line(SWEEP_ANTENATAL, 300, 300)->provider = word("RZ1");
	finds(SWEEP_TO_PATHWAY_REPEAT, "- 0 - 2", "the next pregnancy begins anew");

	begin();
	line(SWEEP_ANTENATAL, 10, 10);
	line(SWEEP_ATTENDANCE, 10, 10)->treatment_function = word("501");
	line(SWEEP_ATTENDANCE, 289, 289)->treatment_function = word("560");
	line(SWEEP_PROCEDURE, 20, 20)->treatment_function = word("501");
	event[3].provider = word("RZ2");
	line(SWEEP_ATTENDANCE, 9, 9)->treatment_function = word("501");
	line(SWEEP_ATTENDANCE, 290, 290)->treatment_function = word("501");
	line(SWEEP_ATTENDANCE, 20, 20)->treatment_function = word("502");
	line(SWEEP_EMERGENCY, 20, 20)->treatment_function = word("501");
	line(SWEEP_ATTENDANCE, SWEEP_NO_DAY, 20)->treatment_function = word("501");
	finds(SWEEP_TO_PATHWAY, "- 0 0 0 - - - - -", "attendances within the pathway");
	event[0].recovered = true;
	finds(SWEEP_TO_PATHWAY, "- - - - - - - - -", "not of one that was paid back");

	begin();
	line(SWEEP_ANTENATAL, 10, 10);
	line(SWEEP_SPELL, 30, 31)->hrg = word("NZ16Z");
	event[1].admission_method = word("31");
	line(SWEEP_SPELL, 40, 41)->hrg = word("NZ16Z");
	line(SWEEP_SPELL, 50, 51)->admission_method = word("31");
	line(SWEEP_EXCESS, 30, 31)->hrg = word("NZ16Z");
	event[4].admission_method = word("31");
	line(SWEEP_SPELL, 60, 61)->hrg = word("NZ26B");
	event[5].admission_method = word("31");
	line(SWEEP_SPELL, 70, 72)->hrg = word("NZ30C");
	event[6].admission_method = word("31");
	finds(SWEEP_TO_PATHWAY, "- 0 - - - 0 -",
		  "antenatal admissions within the pathway, deliveries not");
	event[0].start = SWEEP_NO_DAY;
	finds(SWEEP_TO_PATHWAY, "- - - - - - -", "no day of the pathway");
}

/* One day ----------------------------------------------------------------- */

static void
test_same_day(void)
{
	static const char pairs[] = "BB01A\0BB02A\0BB03A";

	begin();
	line(SWEEP_ATTENDANCE, 10, 10)->cds_id = word("1");
	line(SWEEP_ATTENDANCE, 10, 10)->cds_id = word("2");
	event[1].total++;
	line(SWEEP_ATTENDANCE, 10, 10)->cds_id = word("3");
	event[2].total++;
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "1 - 1", "the dearest is kept, then the first");
	event[0].site = word("RZ102");
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "- - 1", "another site");
	event[0].site = word("RZ101");
	event[0].treatment_function = word("300");
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "- - 1", "another specialty");
	event[0].treatment_function = word(NULL);
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "- - 1", "no specialty");
	event[0].treatment_function = word("110");
	event[0].kind = SWEEP_PROCEDURE;
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "- - 1", "a procedure");
	event[0].kind = SWEEP_ATTENDANCE;
	event[0].total = 0;
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "- - 1", "at no price");
	event[0].total = 1;
	event[0].start = 11;
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "- - 1", "another day");
	event[0].start = SWEEP_NO_DAY;
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "- - 1", "no day");

	begin();
	met(SWEEP_ATTENDANCE, 10, 10)->main_specialty = word("110");
	met(SWEEP_ATTENDANCE, 10, 10)->main_specialty = word("950");
	event[0].cds_id = word("1");
	event[2].cds_id = word("2");
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "- -", "two professions");
	event[3].main_specialty = word("110");
	finds(SWEEP_TO_SAME_DAY_ATTENDANCE, "- 0", "one");

	begin();
	line(SWEEP_ATTENDANCE, 10, 10)->hrg = word("WF01A");
	line(SWEEP_PROCEDURE, 10, 10)->hrg = word("JC43A");
	event[1].total = 1;
	line(SWEEP_PROCEDURE, 10, 10)->hrg = word("JC42A");
	event[2].total = 2;
	line(SWEEP_ATTENDANCE, 10, 10)->hrg = word("WF02A");
	finds(SWEEP_TO_PROCEDURE_SAME_DAY, "2 - - 2", "attendances beside the dearest procedure");
	event[3].hrg = word("JC40A");
	event[3].total = 1000000000;
	finds(SWEEP_TO_PROCEDURE_SAME_DAY, "2 - - -", "an attendance is told by its HRG");
	event[2].hrg = word("WF01B");
	event[2].total = 1000000000;
	finds(SWEEP_TO_PROCEDURE_SAME_DAY, "1 - 1 -", "and so is a procedure");
	event[1].treatment_function = word("300");
	finds(SWEEP_TO_PROCEDURE_SAME_DAY, "- - - -", "another specialty");
	event[1].treatment_function = word("110");
	event[1].total = 0;
	finds(SWEEP_TO_PROCEDURE_SAME_DAY, "- - - -", "a procedure at no price holds nothing");
	event[1].total = 1;
	event[0].treatment_function = event[1].treatment_function = event[2].treatment_function =
		word(NULL);
	finds(SWEEP_TO_PROCEDURE_SAME_DAY, "- - - -", "no specialty");

	begin();
	line(SWEEP_SPELL, 10, 10)->hrg = word("AA01A");
	event[0].not_beside.data = pairs;
	event[0].not_beside.length = sizeof(pairs);
	line(SWEEP_SPELL, 10, 10)->hrg = word("BB02A");
	event[1].total++;
	line(SWEEP_SPELL, 10, 10)->hrg = word("BB03A");
	event[2].total += 2;
	finds(SWEEP_TO_CODE_PAIR, "2 - -", "beside the dearest of the codes");
	event[2].provider = word("RZ2");
	finds(SWEEP_TO_CODE_PAIR, "1 - -", "not of another provider");
	event[1].start = 11;
	finds(SWEEP_TO_CODE_PAIR, "- - -", "not of another day");
	event[1].start = 10;
	event[1].total -= 2;
	finds(SWEEP_TO_CODE_PAIR, "- - -", "the dearer stays");
	event[1].total++;
	finds(SWEEP_TO_CODE_PAIR, "- - -", "the first sent stays where they are equal");
	event[1].line_no = 0;
	finds(SWEEP_TO_CODE_PAIR, "1 - -", "the later goes");
	event[1].hrg = word("BB03B");
	finds(SWEEP_TO_CODE_PAIR, "- - -", "another code");
	event[1].hrg = word("BB03A");
	event[1].start = event[0].start = SWEEP_NO_DAY;
	finds(SWEEP_TO_CODE_PAIR, "- - -", "no day");

	begin();
	line(SWEEP_ATTENDANCE, 10, 10)->hrg = word("WF01A");
	line(SWEEP_PROCEDURE, 10, 10)->hrg = word("AA01A");
	event[0].total++;
	event[1].not_beside.data = "WF01A";
	event[1].not_beside.length = 6;
	finds(SWEEP_TO_CODE_PAIR, "- -", "an attendance that goes with its procedure keeps it not out");

	begin();
	line(SWEEP_SPELL, 3, 3)->cds_id = word("1");
	line(SWEEP_SPELL, 30, 30)->cds_id = word("2");
	line(SWEEP_SPELL, 31, 31)->cds_id = word("3");
	line(SWEEP_SPELL, 0, 0)->cds_id = word("4");
	event[0].patient_classification = event[1].patient_classification =
		event[2].patient_classification = event[3].patient_classification = word("2");
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "3 3 - 3", "day cases of one month");
	event[3].hrg = word("BB02A");
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "2 2 - -", "of one HRG");
	event[1].treatment_function = word("300");
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "- - - -", "of one specialty");
	event[1].treatment_function = word("110");
	event[1].patient_classification = word("1");
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "- - - -", "not overnight stays");
	event[1].patient_classification = word("2");
	event[1].provider = word("RZ2");
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "- - - -", "of one provider");
	event[1].provider = word("RZ1");
	event[1].total = 0;
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "- - - -", "charged");
	event[1].total = 1;
	event[1].kind = SWEEP_EXCESS;
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "- - - -", "spells");
	event[1].kind = SWEEP_SPELL;
	event[0].hrg = event[1].hrg = word(NULL);
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "- - - -", "with an HRG");
	event[0].hrg = event[1].hrg = word("BB");
	event[0].treatment_function = event[1].treatment_function = word(NULL);
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "- - - -", "with a specialty");
}

/* Around stays ------------------------------------------------------------ */

static void
test_around_stays(void)
{
	int i;

	begin();
	line(SWEEP_SPELL, 10, 20);
	for (i = 0; i < 4; i++)
		line(i % 2 ? SWEEP_PROCEDURE : SWEEP_ATTENDANCE, i < 2 ? 11 + 8 * i : 10 * (i - 1), 0);
	line(SWEEP_EMERGENCY, 11, 11);
	line(SWEEP_EMERGENCY, 10, 10);
	line(SWEEP_ATTENDANCE, SWEEP_NO_DAY, 11);
	line(SWEEP_DEVICE, 15, 15);
	finds(SWEEP_TO_INSIDE_SPELL, "- 0 0 - - - - - -",
		  "attendances inside the stay, not on its edges");
	finds(SWEEP_TO_EMERGENCY_INSIDE_SPELL, "- - - - - 0 - - -", "emergencies inside the stay");
	event[0].provider = word("RZ0");
	finds(SWEEP_TO_INSIDE_SPELL, "- - - - - - - - -", "of another provider");
	event[0].provider = word("RZ1");
	event[0].recovered = true;
	finds(SWEEP_TO_INSIDE_SPELL, "- - - - - - - - -", "that was paid back");
	event[0].recovered = false;
	event[0].end = SWEEP_NO_DAY;
	finds(SWEEP_TO_INSIDE_SPELL, "- - - - - - - - -", "that is still open");
	event[0].end = 20;
	event[0].start = SWEEP_NO_DAY;
	finds(SWEEP_TO_INSIDE_SPELL, "- - - - - - - - -", "whose admission is not known");
	begin();
	line(SWEEP_SPELL, 10, 12);
	line(SWEEP_ATTENDANCE, 11, 11);
	finds(SWEEP_TO_INSIDE_SPELL, "- 0", "a stay of two nights");
	event[0].end = 11;
	finds(SWEEP_TO_INSIDE_SPELL, "- -", "a stay of one night has no day inside");
	event[0].end = 12;
	met(SWEEP_ATTENDANCE, 30, 30)->start = 11;
	finds(SWEEP_TO_INSIDE_SPELL, "- 0 0", "the day of the record");

	begin();
	line(SWEEP_SPELL, 10, 30)->provider = word("RZ0");
	line(SWEEP_SPELL, 32, 34);
	line(SWEEP_ATTENDANCE, 36, 36);
	event[0].start = 33;
	event[0].end = 40;
	event[0].total = 1;
	event[1].total = 1;
	line(SWEEP_SPELL, 34, 35);
	finds(SWEEP_TO_INSIDE_SPELL, "- - - -", "a longer stay at another provider");

	begin();
	line(SWEEP_SPELL, 10, 30);
	line(SWEEP_SPELL, 32, 34);
	line(SWEEP_ATTENDANCE, 29, 29);
	line(SWEEP_ATTENDANCE, 33, 33);
	line(SWEEP_ATTENDANCE, 31, 31);
	finds(SWEEP_TO_INSIDE_SPELL, "- - 0 1 -", "of several stays the one it falls into");

	begin();
	line(SWEEP_SPELL, 10, 10);
	line(SWEEP_ATTENDANCE, 10, 10);
	line(SWEEP_PROCEDURE, 10, 10);
	line(SWEEP_ATTENDANCE, 11, 11);
	line(SWEEP_ATTENDANCE, 10, 10)->treatment_function = word("300");
	line(SWEEP_ATTENDANCE, 10, 10)->treatment_function = word(NULL);
	line(SWEEP_ATTENDANCE, 10, 10)->provider = word("RZ2");
	line(SWEEP_EMERGENCY, 10, 10);
	finds(SWEEP_TO_ADMISSION_SAME_DAY, "- 0 0 - - - - -",
		  "attendances on the day of admission in its specialty");
	event[0].recovered = true;
	finds(SWEEP_TO_ADMISSION_SAME_DAY, "- - - - - - - -", "not of one that was paid back");
	event[0].recovered = false;
	event[0].start = SWEEP_NO_DAY;
	event[1].start = SWEEP_NO_DAY;
	finds(SWEEP_TO_ADMISSION_SAME_DAY, "- - - - - - - -", "no day");
	event[0].start = 10;
	event[0].treatment_function = word(NULL);
	finds(SWEEP_TO_ADMISSION_SAME_DAY, "- - - - - - - -", "no specialty");

	begin();
	line(SWEEP_SPELL, 10, 12);
	record(5, SWEEP_EMERGENCY, 10, 10);
	finds(SWEEP_TO_EMERGENCY_SAME_DAY, "1", "an emergency recorded on the day of admission");
	line(SWEEP_EMERGENCY, 10, 10);
	finds(SWEEP_TO_EMERGENCY_SAME_DAY, "2 -", "better one that is charged");
	event[2].start = 9;
	finds(SWEEP_TO_EMERGENCY_SAME_DAY, "1 -", "of that day");
	event[1].start = 11;
	finds(SWEEP_TO_EMERGENCY_SAME_DAY, "- -", "not the day after or before");
	event[2].start = 10;
	event[2].recovered = true;
	finds(SWEEP_TO_EMERGENCY_SAME_DAY, "- -", "not paid back");
	event[1].start = 10;
	event[1].kind = SWEEP_ATTENDANCE;
	finds(SWEEP_TO_EMERGENCY_SAME_DAY, "- -", "not an outpatient attendance");
	event[1].kind = SWEEP_EMERGENCY;
	event[0].start = SWEEP_NO_DAY;
	finds(SWEEP_TO_EMERGENCY_SAME_DAY, "- -", "no admission");
	event[0].start = 10;
	event[0].kind = SWEEP_ATTENDANCE;
	finds(SWEEP_TO_EMERGENCY_SAME_DAY, "- -", "no stay");
	event[0].kind = SWEEP_SPELL;
	event[1].provider = word("RZ2");
	finds(SWEEP_TO_EMERGENCY_SAME_DAY, "- -", "another provider");

	begin();
	line(SWEEP_ATTENDANCE, 20, 20);
	line(SWEEP_PROCEDURE, 12, 12);
	line(SWEEP_ATTENDANCE, 11, 11);
	line(SWEEP_ATTENDANCE, 20, 20)->provider = word("RZ2");
	line(SWEEP_EMERGENCY, 20, 20);
	line(SWEEP_ATTENDANCE, SWEEP_NO_DAY, 20);
	record(5, SWEEP_SPELL, 5, 12);
	record(6, SWEEP_SPELL, 6, 8);
	counts(SWEEP_N_DAYS_SINCE_DISCHARGE, "8 0 3 - - -", "days since the last discharge");
	event[0].provider = word("RZ0");
	counts(SWEEP_N_DAYS_SINCE_DISCHARGE, "- 0 3 - - -", "from the same provider");
}

/* Looking back ------------------------------------------------------------ */

static SweepEvent *
visit(int32_t day, const char *first_attendance, const char *referral)
{
	SweepEvent *e = met(SWEEP_ATTENDANCE, day, day);

	e->first_attendance = word(first_attendance);
	e->referral = word(referral);
	return e;
}

static void
test_firsts(void)
{
	static const char *const missed[] = {"2", "3", "4", "7"};
	int                      i;

	begin();
	visit(10, "1", "R1");
	visit(40, "3", "R1");
	visit(41, "2", "R1");
	visit(45, "1", "R1");
	visit(45, "1", "R2");
	counts(SWEEP_N_DAYS_SINCE_SAME_FIRST, "- 30 - 5 -", "first attendances of one referral");
	event[1].attendance_status = word("6");
	counts(SWEEP_N_DAYS_SINCE_SAME_FIRST, "- 30 - 5 -", "late but seen");
	for (i = 0; i < 4; i++)
	{
		event[3].attendance_status = word(missed[i]);
		counts(SWEEP_N_DAYS_SINCE_SAME_FIRST, "- 30 - 35 -", "not one that was missed");
	}
	event[3].attendance_status = word("5");
	event[1].provider = word("RZ2");
	counts(SWEEP_N_DAYS_SINCE_SAME_FIRST, "- - - 5 -", "at one provider");
	event[1].provider = word("RZ1");
	event[1].treatment_function = word("300");
	counts(SWEEP_N_DAYS_SINCE_SAME_FIRST, "- - - 5 -", "in one specialty");
	event[1].treatment_function = word(NULL);
	event[2].treatment_function = word(NULL);
	counts(SWEEP_N_DAYS_SINCE_SAME_FIRST, "- - - 5 -", "in a specialty");
	event[1].treatment_function = event[2].treatment_function = word("110");
	event[1].referral = event[3].referral = word(NULL);
	counts(SWEEP_N_DAYS_SINCE_SAME_FIRST, "- - - - -", "with a referral");
	event[1].referral = word("R1");
	event[1].kind = SWEEP_EMERGENCY;
	event[7].referral = word("R2");
	counts(SWEEP_N_DAYS_SINCE_SAME_FIRST, "- - - - -", "of the outpatient department");

	begin();
	visit(10, "1", "R1");
	visit(40, "2", "R2");
	visit(50, "4", "R3");
	visit(60, "5", "R3");
	counts(SWEEP_N_DAYS_SINCE_FIRST, "- 30 40 -", "follow-ups after a first");
	counts(SWEEP_N_HISTORY_DAYS, "- 30 40 -", "how far records reach back");
	event[1].provider = word("RZ2");
	counts(SWEEP_N_DAYS_SINCE_FIRST, "- 30 40 -", "anywhere");
	event[1].start = 40;
	event[0].start = 40;
	counts(SWEEP_N_DAYS_SINCE_FIRST, "- 0 10 -", "on the same day");
	event[1].start = 41;
	counts(SWEEP_N_DAYS_SINCE_FIRST, "- - 9 -", "not after");
	record(77, SWEEP_SPELL, 20, 38);
	counts(SWEEP_N_DAYS_SINCE_FIRST, "- 2 9 -", "or a discharge");
	event[8].end = SWEEP_NO_DAY;
	counts(SWEEP_N_DAYS_SINCE_FIRST, "- - 9 -", "from a stay that ended");
	event[1].treatment_function = word("300");
	counts(SWEEP_N_DAYS_SINCE_FIRST, "- - - -", "in the specialty");
	event[1].treatment_function = word(NULL);
	event[4].treatment_function = word(NULL);
	counts(SWEEP_N_DAYS_SINCE_FIRST, "- - - -", "that is known");
	counts(SWEEP_N_HISTORY_DAYS, "- 20 30 -", "how far records reach back does not depend on it");
	event[8].start = SWEEP_NO_DAY;
	counts(SWEEP_N_HISTORY_DAYS, "- 0 10 -", "a record without a day reaches nowhere");
	event[2].kind = SWEEP_PROCEDURE;
	counts(SWEEP_N_HISTORY_DAYS, "- 0 10 -", "procedures too");
	event[2].kind = SWEEP_SPELL;
	counts(SWEEP_N_HISTORY_DAYS, "- - 10 -", "but not stays");
	event[2].kind = SWEEP_ATTENDANCE;
	event[2].activity = 0;
	counts(SWEEP_N_HISTORY_DAYS, "- - 10 -", "nor lines without a record");
}

static void
lone(const char *expected, const char *about)
{
	char text[CODE_TEXT_SIZE] = "";
	bool same = run();

	if (found[0].lone_secondary != 0)
		code_format(&code_icd10, found[0].lone_secondary, text);
	ok(same && strcmp(text, expected) == 0, "%s: %s", about, text);
}

static void
test_lone_secondaries(void)
{
	SweepEvent *other;

	begin();
	coded(met(SWEEP_SPELL, 1000, 1005), "J189", "E119");
	lone("E119", "the only further diagnosis, recorded nowhere else");
	other = coded(record(7, SWEEP_ATTENDANCE, 270, 270), "E119", NULL);
	lone("", "recorded 730 days before");
	other->start = 269;
	lone("E119", "731 days before");
	other->start = 1730;
	lone("", "730 days after");
	other->start = 1731;
	lone("E119", "731 days after");
	other->start = 1000;
	coded(other, "E118", NULL);
	lone("E119", "another fourth character");
	coded(other, "E119A", NULL);
	lone("", "a fifth character makes no difference");
	coded(other, "A000", "E119");
	lone("", "in any place");
	other->start = SWEEP_NO_DAY;
	lone("E119", "without a day it does not count");
	other->start = 1000;
	other->n_diagnoses = SWEEP_UNKNOWN;
	lone("E119", "without diagnoses neither");
	coded(&event[1], "J189", NULL);
	lone("", "no further diagnosis");
	coded(&event[1], "J189", "E119");
	codes[1][2] = codes[1][1];
	event[1].n_diagnoses = 3;
	lone("", "two further diagnoses");
	event[1].n_diagnoses = 2;
	event[0].kind = SWEEP_ATTENDANCE;
	lone("", "no spell");
	event[0].kind = SWEEP_SPELL;
	event[0].activity = 0;
	lone("", "no record");
	event[0].activity = event[1].activity;
	codes[1][0] = codes[1][1];
	lone("E119", "its own record does not count, twice or not");
	line(SWEEP_SPELL, 1000, 1005)->activity = event[0].activity;
	lone("E119", "nor does a second claim of it");
}

static void
test_everything_else(void)
{
	SweepLinks links;
	int        i;

	begin();
	pauses = 0;
	run();
	ok(pauses == 0, "nobody: no passes");
	record(7, SWEEP_SPELL, 10, 15);
	record(8, SWEEP_SPELL, 16, 17);
	ok(run() && pauses == 0 && found[0].to[SWEEP_TO_READMISSION] == SWEEP_NO_EVENT &&
		   !sweep_says_something(&found[0]) && !sweep_says_something(&found[1]),
	   "records alone: nothing to say");
	line(SWEEP_OTHER, 10, 10);
	run();
	ok(pauses == 4 * 23, "a pause after every pass: %d", pauses);
	ok(!sweep_says_something(&found[2]), "nothing to say of an only line");
	sweep_person(event, 0, NULL, NULL, found);
	for (i = 0; i < SWEEP_TO_COUNT; i++)
	{
		links = found[2];
		links.to[i] = 0;
		ok(sweep_says_something(&links), "link %d is something to say", i);
	}
	for (i = 0; i < SWEEP_N_COUNT; i++)
	{
		links = found[2];
		links.number[i] = 0;
		ok(sweep_says_something(&links), "number %d is something to say", i);
	}
	links = found[2];
	links.lone_secondary = 1;
	ok(sweep_says_something(&links), "a lone diagnosis is something to say");

	/* what the record knows goes before what the claim says */
	begin();
	met(SWEEP_SPELL, 3, 3)->patient_classification = word("2");
	met(SWEEP_SPELL, 4, 4)->patient_classification = word(NULL);
	event[2].patient_classification = word("2");
	met(SWEEP_SPELL, 5, 5);
	event[4].patient_classification = word("2");
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "2 2 -", "class of care by the record, else by the claim");
	event[3].start = 40;
	event[3].start_month = 1;
	counts(SWEEP_N_DAY_CASES_IN_MONTH, "- - -", "the month of the record");

	/* the visit is sent before the stay */
	begin();
	line(SWEEP_ATTENDANCE, 12, 12);
	line(SWEEP_SPELL, 10, 15);
	finds(SWEEP_TO_INSIDE_SPELL, "1 -", "inside a stay sent after it");
	event[0].start = 10;
	finds(SWEEP_TO_ADMISSION_SAME_DAY, "1 -", "on the day of an admission sent after it");
	begin();
	line(SWEEP_SPELL, 10, 15);
	line(SWEEP_EMERGENCY, 10, 10)->line_no = 0;
	finds(SWEEP_TO_EMERGENCY_SAME_DAY, "1 -", "an emergency sent before the stay");
	begin();
	line(SWEEP_ATTENDANCE, 12, 12)->treatment_function = word("501");
	line(SWEEP_ANTENATAL, 10, 10);
	finds(SWEEP_TO_PATHWAY, "1 -", "a pathway sent after the visit");

	/* what the record does not know, the claim says */
	begin();
	met(SWEEP_SPELL, 10, 15)->start = SWEEP_NO_DAY;
	event[1].end = SWEEP_NO_DAY;
	event[1].admission_method = word(NULL);
	event[1].patient_classification = word(NULL);
	line(SWEEP_ATTENDANCE, 12, 12);
	finds(SWEEP_TO_INSIDE_SPELL, "- 0", "days of the claim where the record has none");
	event[0].activity = 99;
	event[1].start = 30;
	event[1].end = 35;
	finds(SWEEP_TO_INSIDE_SPELL, "- 0", "a record that is not there");
	event[0].activity = 0;
	event[1].activity = 0;
	finds(SWEEP_TO_INSIDE_SPELL, "- 0", "number 0 is none");
	for (i = 0; i < SWEEP_OTHER + 1; i++)
	{
		begin();
		met(SWEEP_SPELL, 10, 15);
		line((SweepKind) i, 12, 12)->activity = event[1].activity;
		event[2].hrg = word("BB01A");
		line(SWEEP_ATTENDANCE, i == SWEEP_UNBUNDLED || i >= SWEEP_DRUG ? 12 : 10, 10)->hrg =
			word("AA01A");
		event[3].not_beside.data = "BB01A";
		event[3].not_beside.length = 6;
		event[3].total = 1;
		finds(SWEEP_TO_CODE_PAIR, "- - 2", "a day of its own, or that of the record");
	}
}

/* Random persons against plain loops -------------------------------------- */

static bool
equal(SweepText a, SweepText b)
{
	return a.data != NULL && b.data != NULL && a.length == b.length &&
		   memcmp(a.data, b.data, a.length) == 0;
}

static const SweepEvent *
record_met(const SweepEvent *e)
{
	int i;

	for (i = 0; i < events; i++)
	{
		if (!event[i].is_line && e->activity != 0 && event[i].activity == e->activity)
			return &event[i];
	}
	return NULL;
}

static int32_t
start_of(const SweepEvent *e)
{
	const SweepEvent *r = e->is_line ? record_met(e) : NULL;

	return r != NULL ? r->start : e->start;
}

static int32_t
end_of(const SweepEvent *e)
{
	const SweepEvent *r = e->is_line ? record_met(e) : NULL;

	return r != NULL && r->end != SWEEP_NO_DAY ? r->end : e->end;
}

static void
make_random(void)
{
	static const char *const providers[] = {"RZ1", "RZ2"};
	static const char *const specialties[] = {"110", "300", NULL};
	static const char *const hrgs[] = {"AA22C", "NZ16Z", "PB03Z", "DZ11V"};
	static const char *const methods[] = {"11", "21", "2B", "31"};
	static const char *const visits[] = {"1", "2", "3", "4"};
	static const SweepKind   kinds[] = {SWEEP_SPELL, SWEEP_ATTENDANCE, SWEEP_EMERGENCY,
										SWEEP_DRUG,  SWEEP_PROCEDURE,  SWEEP_SPELL};
	int                      n = 2 + rand() % 30;

	begin();
	while (events < n)
	{
		SweepKind   kind = kinds[rand() % 6];
		int32_t     start = rand() % 60;
		int32_t     end = kind == SWEEP_SPELL ? start + rand() % 12 : start;
		SweepEvent *e;

		if (rand() % 3 == 0 || kind == SWEEP_DRUG)
			e = line(kind, start, end);
		else
		{
			e = record(100 + events, kind == SWEEP_PROCEDURE ? SWEEP_ATTENDANCE : kind, start, end);
			if (rand() % 2)
				e->hrg = word("DZ11V");
		}
		e->provider = word(providers[rand() % 2]);
		e->treatment_function = word(specialties[rand() % 3]);
		e->hrg = word(hrgs[rand() % 4]);
		e->admission_method = word(methods[rand() % 4]);
		e->item = word(rand() % 2 ? "D1" : "D2");
		e->units = rand() % 3;
		if (!e->is_line)
		{
			e->first_attendance = word(visits[rand() % 4]);
			e->referral = word(rand() % 2 ? "R1" : "R2");
			coded(e, "J189", rand() % 2 ? "E119" : "I10X");
			if (rand() % 2 == 0 && events < n)
			{
				SweepEvent *c = line(kind, rand() % 60, end);

				c->activity = e->activity;
				c->provider = e->provider;
				c->treatment_function = e->treatment_function;
				c->hrg = e->hrg;
			}
		}
	}
	/* no two lines alike: what would be gone is asked elsewhere */
	for (n = 0; n < events; n++)
	{
		sprintf(words[n][1], "C%d", n);
		event[n].cds_id = word(words[n][1]);
	}
}

/* line_is_right --- one line of a random person by plain loops. */
static bool
line_is_right(int n)
{
	const SweepEvent *e = &event[n];
	const SweepEvent *r = record_met(e);
	const SweepLinks *links = &found[n];
	int32_t           day = start_of(e);
	bool              outpatient = e->kind == SWEEP_ATTENDANCE || e->kind == SWEEP_PROCEDURE;
	int32_t           since_discharge = SWEEP_UNKNOWN;
	int32_t           since_first = SWEEP_UNKNOWN;
	int32_t           since_same = SWEEP_UNKNOWN;
	int32_t           to_event = SWEEP_UNKNOWN;
	int32_t           readmitted = SWEEP_UNKNOWN;
	bool              alone = r != NULL && e->kind == SWEEP_SPELL;
	int               i;
	int               k;

	for (i = 0; i < events; i++)
	{
		const SweepEvent *o = &event[i];
		int32_t           start = start_of(o);
		int32_t           end = end_of(o);
		bool              stands = !o->is_line ||
					  (record_met(o) == NULL && found[i].to[SWEEP_TO_OVERLAP] == SWEEP_NO_EVENT &&
					   found[i].to[SWEEP_TO_TWO_PROVIDER] == SWEEP_NO_EVENT);

		/* recorded, or claimed without a record and not gone: those that lost an overlap are left
		 * out of the comparison */
		if (o->is_line && record_met(o) == NULL && !stands)
			return true;
		if (o->kind == SWEEP_SPELL && stands && equal(o->provider, e->provider))
		{
			if (outpatient && end <= day &&
				(since_discharge == SWEEP_UNKNOWN || day - end < since_discharge))
				since_discharge = day - end;
			if (e->kind == SWEEP_SPELL && end <= day && (start < day || end < end_of(e)) &&
				!equal(o->hrg, word("PB03Z")) &&
				(readmitted == SWEEP_UNKNOWN || day - end < readmitted))
				readmitted = day - end;
		}
		if (!o->is_line && o->kind == SWEEP_ATTENDANCE && o->start <= day &&
			equal(o->treatment_function, e->treatment_function) &&
			(equal(o->first_attendance, word("1")) || equal(o->first_attendance, word("3"))))
		{
			if (since_first == SWEEP_UNKNOWN || day - o->start < since_first)
				since_first = day - o->start;
			if (r != NULL && o->start < day && equal(o->provider, e->provider) &&
				equal(o->referral, r->referral) &&
				(since_same == SWEEP_UNKNOWN || day - o->start < since_same))
				since_same = day - o->start;
		}
		if (!o->is_line && o->kind == SWEEP_SPELL && end <= day &&
			equal(o->treatment_function, e->treatment_function) &&
			(since_first == SWEEP_UNKNOWN || day - end < since_first))
			since_first = day - end;
		if (o->kind != SWEEP_DRUG && stands)
		{
			int32_t distance = day < start ? start - day : day > end ? day - end : 0;

			if (to_event == SWEEP_UNKNOWN || distance < to_event)
				to_event = distance;
		}
		for (k = 0; alone && !o->is_line && o != r && k < o->n_diagnoses; k++)
			alone = o->diagnoses[k] != r->diagnoses[1];
	}
	if (e->kind == SWEEP_DRUG && links->number[SWEEP_N_DAYS_TO_EVENT] != to_event)
		return false;
	if (outpatient && links->number[SWEEP_N_DAYS_SINCE_DISCHARGE] != since_discharge)
		return false;
	if (outpatient && r != NULL &&
		(equal(r->first_attendance, word("2")) || equal(r->first_attendance, word("4"))) &&
		links->number[SWEEP_N_DAYS_SINCE_FIRST] != since_first)
		return false;
	if (outpatient && r != NULL &&
		(equal(r->first_attendance, word("1")) || equal(r->first_attendance, word("3"))) &&
		links->number[SWEEP_N_DAYS_SINCE_SAME_FIRST] != since_same)
		return false;
	if (e->kind == SWEEP_SPELL)
	{
		SweepText method = r != NULL ? r->admission_method : e->admission_method;

		if (!equal(method, word("21")) || equal(e->hrg, word("PB03Z")) || readmitted > 30)
			readmitted = SWEEP_UNKNOWN;
		if (links->number[SWEEP_N_READMISSION_DAYS] != readmitted)
			return false;
	}
	return (links->lone_secondary != 0) == alone;
}

static void
test_random(void)
{
	int  person;
	bool same = true;
	bool right = true;

	srand(20240401);
	for (person = 0; person < 4000 && same && right; person++)
	{
		int i;

		make_random();
		same = run();
		for (i = 0; i < events && right; i++)
			right = !event[i].is_line || line_is_right(i);
	}
	ok(same, "random persons: the order of the events does not matter");
	ok(right, "random persons: as plain loops find (person %d)", person);
}

static void
test_order(void)
{
	ok(sweep_compare_text(word("A"), word("AB")) < 0 &&
		   sweep_compare_text(word("AB"), word("A")) > 0 &&
		   sweep_compare_text(word("AB"), word("AB")) == 0,
	   "a beginning comes before the whole");
	ok(sweep_compare_text(word("B"), word("AC")) > 0 &&
		   sweep_compare_text(word("AC"), word("B")) < 0,
	   "byte by byte");
	ok(sweep_compare_text(word(NULL), word("")) > 0 &&
		   sweep_compare_text(word(""), word(NULL)) < 0 &&
		   sweep_compare_text(word(NULL), word(NULL)) == 0,
	   "what is not known comes last");
	ok(sweep_compare_day(SWEEP_NO_DAY, 5) > 0 && sweep_compare_day(5, SWEEP_NO_DAY) < 0 &&
		   sweep_compare_day(SWEEP_NO_DAY, SWEEP_NO_DAY) == 0 && sweep_compare_day(4, 5) < 0 &&
		   sweep_compare_day(5, 4) > 0 && sweep_compare_day(5, 5) == 0,
	   "days likewise");
	ok(sweep_compare_amount(4, 5) < 0 && sweep_compare_amount(5, 4) > 0 &&
		   sweep_compare_amount(5, 5) == 0,
	   "amounts");
}

int
main(void)
{
	test_order();
	test_duplicates();
	test_repeats();
	test_overlaps();
	test_two_providers();
	test_transfers();
	test_readmissions();
	test_other_feed();
	test_drugs();
	test_pathways();
	test_same_day();
	test_around_stays();
	test_firsts();
	test_lone_secondaries();
	test_everything_else();
	test_random();
	return done_testing();
}
