/*-------------------------------------------------------------------------
 *
 * sweep_core.h
 *	  One person's claims and records, looked at together once.
 *
 * The caller gives everything of one person in any order; each question is
 * one sort and one pass, so the cost is n log n in the events of the person
 * and the memory is a few words per event.  Nothing here knows prices or
 * contracts: the answers are other events, days and counts, from which rules
 * make findings.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SWEEP_CORE_H
#define SWEEP_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SWEEP_NO_DAY INT32_MIN  /* a date that is not known */
#define SWEEP_UNKNOWN INT32_MIN /* a number that is not known */
#define SWEEP_NO_EVENT (-1)     /* no such event */

/* Text of the caller; data is NULL when not known. */
typedef struct SweepText
{
	const char *data;
	int32_t     length;
} SweepText;

/* What an event is: how a claimed line is priced, or what a record is about. */
typedef enum SweepKind
{
	SWEEP_SPELL,
	SWEEP_EXCESS,
	SWEEP_CRITICAL_CARE,
	SWEEP_UNBUNDLED,
	SWEEP_ATTENDANCE,
	SWEEP_PROCEDURE,
	SWEEP_EMERGENCY,
	SWEEP_DRUG,
	SWEEP_DEVICE,
	SWEEP_ANTENATAL,
	SWEEP_PATHWAY,
	SWEEP_OTHER
} SweepKind;

/* A claimed line of the current position, or a record of the hospital.  Amounts are in millionths.
 */
typedef struct SweepEvent
{
	bool      is_line;
	SweepKind kind;
	int64_t   activity; /* of a record its number, of a line that of the record it meets; 0: none */
	SweepText provider;
	SweepText treatment_function;
	SweepText hrg; /* as sent */
	int32_t   start;
	int32_t   start_month; /* any number that is the same for the days of one calendar month */
	int32_t   end;
	int32_t   age;
	SweepText patient_classification;
	SweepText admission_method;

	/* lines */
	int64_t   submission;
	int64_t   line_no;
	SweepText year;
	int32_t   month;
	SweepText claim_group;
	SweepText site;
	SweepText pod;
	bool      local_price;
	bool      price_known;
	int64_t   unit_price;
	bool      units_known;
	int64_t   units;
	int64_t   total;
	SweepText cds_id;
	SweepText event_id;
	SweepText item;
	SweepText serial;
	bool      recovered; /* its money came back under another number */
	/* codes that are not paid beside this one, each followed by a NUL */
	SweepText not_beside;

	/* records */
	SweepText      main_specialty;
	SweepText      first_attendance;
	SweepText      attendance_status;
	SweepText      referral;
	SweepText      discharge_method;
	SweepText      discharge_destination;
	SweepText      country;
	const int64_t *diagnoses;   /* as icd10, primary first */
	int32_t        n_diagnoses; /* SWEEP_UNKNOWN: not recorded */
} SweepEvent;

/* What kind of stay a readmission follows. */
typedef enum SweepIndex
{
	SWEEP_INDEX_NONE,
	SWEEP_INDEX_ELECTIVE,
	SWEEP_INDEX_EMERGENCY,
	SWEEP_INDEX_OTHER
} SweepIndex;

/* Why a readmission is paid all the same; the first that holds. */
typedef enum SweepExclusion
{
	SWEEP_EXCLUDED_NOT,
	SWEEP_EXCLUDED_UNKNOWN, /* age, diagnoses or the index stay's record are not known */
	SWEEP_EXCLUDED_NO_NATIONAL_PRICE,
	SWEEP_EXCLUDED_MATERNITY,
	SWEEP_EXCLUDED_CANCER,
	SWEEP_EXCLUDED_CANCER_TREATMENT,
	SWEEP_EXCLUDED_YOUNG_CHILD,
	SWEEP_EXCLUDED_SELF_DISCHARGE,
	SWEEP_EXCLUDED_CROSS_BORDER,
	SWEEP_EXCLUDED_DIALYSIS,
	SWEEP_EXCLUDED_TRANSPLANT,
	SWEEP_EXCLUDED_MULTIPLE_TRAUMA,
	SWEEP_EXCLUDED_TRANSPORT_ACCIDENT
} SweepExclusion;

/* Other events that a line has to do with; each says to which rule it answers in
 * sql/install/32-sweep.sql. */
typedef enum SweepTo
{
	SWEEP_TO_DUPLICATE,
	SWEEP_TO_REPEAT,
	SWEEP_TO_OVERLAP,
	SWEEP_TO_OTHER_FEED,
	SWEEP_TO_SAME_DRUG,
	SWEEP_TO_TWO_PROVIDER,
	SWEEP_TO_TWO_PROVIDER_PAYEE,
	SWEEP_TO_INSIDE_SPELL,
	SWEEP_TO_ADMISSION_SAME_DAY,
	SWEEP_TO_EMERGENCY_INSIDE_SPELL,
	SWEEP_TO_SAME_DAY_ATTENDANCE,
	SWEEP_TO_EMERGENCY_SAME_DAY,
	SWEEP_TO_TRANSFER_PAIR,
	SWEEP_TO_PATHWAY,
	SWEEP_TO_PATHWAY_REPEAT,
	SWEEP_TO_PROCEDURE_SAME_DAY,
	SWEEP_TO_CODE_PAIR,
	SWEEP_TO_READMISSION,
	SWEEP_TO_COUNT
} SweepTo;

/* Days and counts of a line. */
typedef enum SweepNumber
{
	SWEEP_N_READMISSION_DAYS,
	SWEEP_N_DAYS_SINCE_SAME_FIRST,
	SWEEP_N_DAYS_SINCE_FIRST,
	SWEEP_N_HISTORY_DAYS,
	SWEEP_N_DAYS_SINCE_DISCHARGE,
	SWEEP_N_DAY_CASES_IN_MONTH,
	SWEEP_N_DAYS_SINCE_SAME_DRUG,
	SWEEP_N_DAYS_TO_EVENT,
	SWEEP_N_COUNT
} SweepNumber;

/* What was found out about a line. */
typedef struct SweepLinks
{
	int32_t        to[SWEEP_TO_COUNT];    /* places in the array of events, or SWEEP_NO_EVENT */
	int32_t        number[SWEEP_N_COUNT]; /* SWEEP_UNKNOWN: there is none */
	bool           two_provider_paid;     /* this spell is the one that is paid */
	SweepIndex     readmission_index;
	SweepExclusion readmission_exclusion;
	int64_t        lone_secondary; /* icd10; 0: none */
} SweepLinks;

/* Days after a discharge within which an emergency admission is told as a readmission. */
#define SWEEP_READMISSION_DAYS 30

typedef void (*SweepPause)(void); /* called between passes; may not return */

extern size_t sweep_work_size(const SweepEvent *events, int32_t count);
extern void   sweep_person(const SweepEvent *events, int32_t count, void *work, SweepPause pause,
						   SweepLinks *links);
extern bool   sweep_says_something(const SweepLinks *links);

#endif /* SWEEP_CORE_H */
