#!/usr/bin/env bash
# Loading what scoring takes in: every row of every feed is loaded or refused with its reason, a file twice changes nothing, a later
# one restates what it speaks of, people are known by NHS number or pseudonym, and their numbers stay in the identity schema.
source "$top/test/lib/tap.sh"

files=$work/risk-load-files
mkdir -p "$files"
cd "$files"
log_start=$(($(wc -c <"$PGHOST/log") + 1))
sql "SELECT commissioning.create_warehouse('w', 'risk_stratification', 2)" >/dev/null
a=9990000018 b=9990000026 c=9990000034 d=9990000042

# load FEED FILE [OPTION]...: receive and load; prints what both say
load() {
	local feed=$1 file=$2
	shift 2
	commissioning-load -w w --feed "$feed" --received 2025-07-01 "$@" "$file" 2>&1 | tee -a messages
	# an empty search path: everything the loader does must be qualified
	PGOPTIONS='-c search_path=' psql -Xq -v ON_ERROR_STOP=1 -c 'CALL w.load()' 2>&1 | tee -a messages
}
rejects() { sql "SELECT r.line_no, r.column_name, r.value_masked, r.reason FROM w.reject r JOIN w.submission s ON s.submission_id = r.submission_id WHERE s.file_name = '$1' ORDER BY r.line_no, r.column_name COLLATE \"C\""; }
loaded() { sql "SELECT rows_received, rows_loaded, rows_rejected, status FROM w.submission WHERE file_name = '$1'"; }
# person NUMBER: the person of a number, as a letter
sql "CREATE FUNCTION public.who(bigint) RETURNS text LANGUAGE sql AS \$\$ SELECT coalesce((SELECT CASE i.value WHEN '$a' THEN 'a' WHEN '$b' THEN 'b' WHEN '$c' THEN 'c' WHEN '$d' THEN 'd' ELSE i.value END
	FROM w_identity.person_identifier i WHERE i.person_id = \$1 ORDER BY 1 LIMIT 1), '?') \$\$"
like "$(commissioning-load --help)" 'areas, cost_rates, code_sets, opt_outs,' 'help names the feeds'

# Registrations first, as snapshots: who is where
printf 'SNAPSHOT DATE,NHS NUMBER,PSEUDONYM,GENERAL MEDICAL PRACTICE CODE,LSOA\n01/04/2025,%s,,P81001,E01000001\n01/04/2025,%s,,P81001,E01000002\n01/04/2025,,PSEUDO-C,P81002,E01000001\n' $a $b >regs.csv
load registrations_snapshot regs.csv >/dev/null
is "$(loaded regs.csv)" '3|3|0|loaded' 'monthly registration snapshots'

# Areas ------------------------------------------------------------------------------------------
cat >areas.csv <<'CSV'
LSOA code (2011),Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs),Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived),IMD SCORE,IMD YEAR
e01000001,1,120,61.234,2019
E01000002,10,32000,,2019
E01000003,,,12.5,2019
E0100004,5,,,2019
E01000005,0,,,2019
E01000006,11,,,2019
E01000007,5,0,,2019
E01000008,5,,100.1,2019
E01000009,,,,2019
E01000010,5,,,
E01000011,5,,,1999
E01000001,2,,,2019
E01000012,five,,,2019
,5,,,2019
CSV
load areas areas.csv >/dev/null
is "$(loaded areas.csv)" '14|3|11|loaded' 'areas: loaded and refused'
is "$(sql "SELECT * FROM w.area ORDER BY 1")" 'E01000001|1|120|61.234|2019
E01000002|10|32000||2019
E01000003|||12.500|2019' 'the good rows'
is "$(rejects areas.csv | cut -d'|' -f1,4)" '5|not a code of a small area
6|not a decile from 1 to 10
7|not a decile from 1 to 10
8|not a rank from 1
9|not a score from 0 to 100
10|neither decile, rank nor score
11|no year of the edition in the row or with the file
12|not a year from 2000 to 2100
13|same key as line 2
14|not a whole number
15|missing' 'and each reason'
printf 'LSOA,IMD DECILE\nE01000001,3\n' >areas_2025.csv
load areas areas_2025.csv --snapshot-date 2025-10-01 >/dev/null
printf 'LSOA,IMD DECILE,IMD YEAR\nE01000001,4,2015\nE01000002,9,2015\n' >areas_2015.csv
load areas areas_2015.csv >/dev/null
is "$(sql "SELECT imd_decile, imd_rank, imd_year FROM w.area WHERE lsoa_code < 'E01000003' ORDER BY lsoa_code")" '3||2025
10|32000|2019' 'a later edition replaces, the year from the date of the file; an older one does not'
is "$(rejects areas_2015.csv)" '2|IMD YEAR|9999|older than the edition that is held
3|IMD YEAR|9999|older than the edition that is held' 'and says why'

# Stated prices ------------------------------------------------------------------------------------
cat >rates.csv <<'CSV'
DATASET,KIND,VALID FROM,VALID TO,UNIT COST,SOURCE
OP,Outpatient_First,01/04/2024,31/03/2025,£180.50,local
OP,outpatient_first,01/04/2025,,190,local
OP,outpatient_first,31/03/2026,,200,local
APC,outpatient_first,01/04/2024,,1,local
ACM,day_case,01/04/2024,,1,local
EC,emergency_care,01/04/2024,31/03/2024,1,local
EC,emergency_care,01/04/2024,,-1,local
EC,emergency_care,01/04/2024,,TBC,local
EC,emergency_care,01/04/2024,,1,
EC,emergency_care,,,1,local
CSV
load cost_rates rates.csv >/dev/null
is "$(sql "SELECT dataset, kind, valid, unit_cost FROM w.cost_rate ORDER BY 1, 2, 3")" 'OP|outpatient_first|[2024-04-01,2025-04-01)|180.50
OP|outpatient_first|[2025-04-01,)|190.00' 'stated prices, the end date is the last day'
is "$(rejects rates.csv | cut -d'|' -f1,2,4)" '4|VALID FROM|overlaps an earlier row of the same kind
5|KIND|not a kind of event of this data set
6|DATASET|not APC, OP or EC
7|VALID TO|ends before it starts
8|UNIT COST|less than nothing
9|UNIT COST|not an amount of money
10|SOURCE|missing
11|VALID FROM|missing' 'each reason'
printf 'DATASET,KIND,VALID FROM,VALID TO,UNIT COST,SOURCE\nOP,outpatient_first,01/04/2025,,195,agreed\nOP,outpatient_first,01/01/2024,30/04/2024,1,late\n' >rates2.csv
load cost_rates rates2.csv >/dev/null
is "$(sql "SELECT unit_cost, source FROM w.cost_rate ORDER BY valid")" '180.50|local
195.00|agreed' 'the same first day replaces'
is "$(rejects rates2.csv)" '3|VALID FROM|99/99/9999|overlaps a price of another period' 'another one that overlaps is refused'

# Code sets ------------------------------------------------------------------------------------
cat >sets.csv <<'CSV'
CONDITION,VERSION,CODING SYSTEM,CODE,MATCH,SOURCE,VALID FROM
copd,1,SNOMED CT,13645005,,cluster list,
copd,1,Read v2,H3...,prefix,,
copd,1,ICD-10,j44.,Prefix,,
copd,1,ICD-10,J41.0,exact,,
copd,1,SNOMED,13645006,,,
copd,1,SNOMED,1.24058E+15,,,
copd,1,SNOMED,13645005,prefix,,
copd,1,ICD10,ZZZ,exact,,
copd,1,ICD10,J4?4,exact,,
copd,1,ICD10,4J,prefix,,
copd,1,read2,..,exact,,
copd,1,read2,#H3,exact,,
copd,1,ICD10,J44.1,like,,
copd,1,snomed,13645005,,,
copd,1,snomed,195967001,,,01/04/2025
aaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggx,1,local,A,,,
copd,1,***,A,,,
copd,1,local,9990000018,,,
copd,1,SNOMED,9990018006,,,
asthma,1,SystmOne,XaIet,,,
asthma,1,CTV3,H33..,,,
CSV
load code_sets sets.csv >/dev/null
is "$(sql "SELECT condition, coding_system, code, match, valid, source FROM w.code_set ORDER BY condition, coding_system, code")" 'asthma|ctv3|H33|exact|(,)|sets.csv
asthma|systmone|XaIet|exact|(,)|sets.csv
copd|icd10|J410|exact|(,)|sets.csv
copd|icd10|J44|prefix|(,)|sets.csv
copd|read2|H3|prefix|(,)|sets.csv
copd|snomed|13645005|exact|(,)|cluster list
copd|snomed|9990018006|exact|(,)|sets.csv' 'codes of any system, tidied; an identifier of SNOMED CT that could be an NHS number too'
is "$(rejects sets.csv | cut -d'|' -f1,2,4)" '6|CODE|not a SNOMED CT identifier
7|CODE|not a SNOMED CT identifier
8|CODE|SNOMED CT codes have no prefixes
9|CODE|not an ICD-10 code
10|CODE|same key as line 4
11|CODE|not the beginning of an ICD-10 code
12|CODE|no code is left when it is tidied
13|CODE|not a Read code
14|MATCH|not exact or prefix
15|CODE|same key as line 2
16|VALID FROM|another start date than line 2
17|CONDITION|longer than 63 bytes
18|CODING SYSTEM|no name is left when it is tidied
19|CODE|looks like an NHS number' 'each reason'
# versions: from a day, between two, without a day, known again
version() { # FILE VERSION FROM CODE...
	local file=$1 v=$2 from=$3
	shift 3
	{ echo 'CONDITION,VERSION,CODING SYSTEM,CODE,VALID FROM'; for code in "$@"; do echo "ckd,$v,local,$code,$from"; done; } >"$file"
	load code_sets "$file" >/dev/null
}
versions() { sql "SELECT version, string_agg(code, ' ' ORDER BY code), valid FROM w.code_set WHERE condition = 'ckd' GROUP BY version, valid ORDER BY version"; }
version v1.csv 1 '' A B
version v3.csv 3 01/04/2025 C
is "$(versions)" '1|A B|(,2025-04-01)
3|C|[2025-04-01,)' 'a version with a first day ends the one before it'
version v2.csv 2 01/04/2024 D
version v3b.csv 3 '' C E
is "$(versions)" '1|A B|(,2024-04-01)
2|D|[2024-04-01,2025-04-01)
3|C E|[2025-04-01,)' 'one between two ends where the next begins; a known one without a day is replaced whole and keeps its days'
version v4.csv 4 01/04/2024 F
is "$(versions)" '1|A B|(,2024-04-01)
2|D|empty
3|C E|[2025-04-01,)
4|F|[2024-04-01,2025-04-01)' 'one from the same day takes its place, the other stays for the record'
version v5.csv 5 '' G
is "$(versions)" '1|A B|empty
2|D|empty
3|C E|empty
4|F|empty
5|G|(,)' 'a new one without a day takes the place of all'

# Opt-outs and exclusions --------------------------------------------------------------------
cat >optouts.csv <<CSV
NHS NUMBER,PSEUDONYM,OPT-OUT TYPE,START DATE,END DATE
$a,,Type 1,01/01/2024,01/01/2025
$a,,type1,01/01/2025,
$b,,National Data Opt-out,,
999 000 0034,,NDOO,01/04/2025,01/05/2025
,PSEUDO-C,local,01/04/2025,
$a,,TYPE_1,01/06/2024,01/07/2024
$a,,Type 9,01/06/2024,
$a,,national,02/06/2024,01/06/2024
$a,,national,01/06/2024,01/06/2024
$a,,national,31/06/2024,
,,national,01/06/2024,
9990000019,,national,01/06/2024,
$a,,,01/06/2024,
CSV
load opt_outs optouts.csv >/dev/null
objections() { sql "SELECT public.who(person_id), $1, valid_from, valid_to FROM w.$2 ORDER BY 1, 2, 3"; }
is "$(objections kind opt_out)" 'PSEUDO-C|local|2025-04-01|
a|type_1|2024-01-01|2025-01-01
a|type_1|2025-01-01|
b|national|-infinity|
c|national|2025-04-01|2025-05-01' 'opt-outs by number and by pseudonym, the end excluded, also of people not met before'
is "$(rejects optouts.csv | cut -d'|' -f1,2,4)" '7|START DATE|overlaps an earlier row of the same person
8|OPT-OUT TYPE|not type_1, national or local
9|END DATE|ends before it starts
10|END DATE|ends on the day it starts
11|START DATE|not a date (day first)
12|NHS NUMBER|missing
13|NHS NUMBER|not a valid NHS number
14|OPT-OUT TYPE|missing' 'each reason'
printf 'NHS NUMBER,KIND,OPT-OUT DATE,END DATE\n%s,type_1,01/01/2024,01/06/2025\n' $a >optouts2.csv
load opt_outs optouts2.csv >/dev/null
is "$(objections kind opt_out | sed -n 2,3p)" 'a|type_1|2024-01-01|2025-06-01
b|national|-infinity|' 'what a later file says of a person and kind is all there is'
cat >exclusions.csv <<CSV
NHS NUMBER,REASON,START DATE,END DATE
$a,already in the service,01/04/2025,
$b,already in the service,,
$a,in the hospice,01/04/2025,01/05/2025
$b,,01/04/2025,
$b,$(printf 'x%.0s' {1..101}),01/04/2025,
$b,in the hospice,01/04/2025,01/03/2025
$a,already in the service,01/05/2025,
$a,see $c,01/05/2025,
CSV
load exclusions exclusions.csv >/dev/null
is "$(objections reason exclusion)" 'a|already in the service|2025-04-01|
a|in the hospice|2025-04-01|2025-05-01
b|already in the service|-infinity|' 'the local exclusion list'
is "$(rejects exclusions.csv | cut -d'|' -f1,2,4)" '5|REASON|missing
6|REASON|longer than 100 characters
7|END DATE|ends before it starts
8|START DATE|overlaps an earlier row of the same person
9|REASON|holds what looks like an NHS number' 'each reason'

# Registers --------------------------------------------------------------------------------------
cat >conditions.csv <<CSV
NHS NUMBER,PSEUDONYM,CONDITION,SOURCE,DATE RECORDED,END DATE,Read code of the entry
$a,,copd,QOF,01/04/2020,,H3
$b,,copd,QOF,,,
$a,,diabetes,,01/07/2025,,
,PSEUDO-C,copd,QOF,01/04/2021,01/04/2022,
$a,,copd,QOF,01/04/2019,,
$a,,asthma,QOF,02/07/2025,,
$a,,asthma,QOF,01/04/2020,31/03/2020,
$a,,asthma,coded event,01/04/2020,,
$a,,,QOF,01/04/2020,,
,,asthma,QOF,01/04/2020,,
$a,,asthma,QOF,soon,,
CSV
load conditions conditions.csv >/dev/null
registers() { sql "SELECT public.who(person_id), condition, source, recorded_on, ended_on FROM w.person_condition ORDER BY 1, 2, 3"; }
is "$(registers)" 'PSEUDO-C|copd|QOF|2021-04-01|2022-04-01
a|copd|QOF|2020-04-01|
a|diabetes|register|2025-07-01|
b|copd|QOF||' 'registers'
is "$(rejects conditions.csv | cut -d'|' -f1,2,4)" '6|CONDITION|same key as line 2
7|DATE RECORDED|dated after the file was received
8|END DATE|ends before it starts
9|SOURCE|the name of a source that is computed
10|CONDITION|missing
11|NHS NUMBER|missing
12|DATE RECORDED|not a date (day first)' 'each reason'
is "$(sql "SELECT extra FROM w_identity.line_extra e JOIN w.submission s ON s.submission_id = e.submission_id WHERE s.file_name = 'conditions.csv'")" '{"Read code of the entry": "H3"}' 'unknown columns are kept'
printf 'NHS NUMBER,PSEUDONYM,REGISTER,SOURCE,DATE OF DIAGNOSIS\n%s,,copd,QOF,01/02/2020\n,PSEUDO-C,copd,QOF,\n' $b >again.csv
load conditions again.csv >/dev/null
is "$(registers | grep copd)" 'PSEUDO-C|copd|QOF|2021-04-01|
a|copd|QOF|2020-04-01|
b|copd|QOF|2020-02-01|' 'a row again replaces, who is not in the file stays, a blank date leaves the date'
# a snapshot states whole registers of the practices in it: a and b are at P81001, C at P81002
printf 'NHS NUMBER,CONDITION,SOURCE\n%s,copd,QOF\n' $b >snapshot.csv
load conditions snapshot.csv --snapshot-date 2025-05-01 >/dev/null
is "$(registers | grep -v diabetes)" 'PSEUDO-C|copd|QOF|2021-04-01|
a|copd|QOF|2020-04-01|2025-05-01
b|copd|QOF|2020-02-01|' 'who is missing from the register that the practice reports is off it; other practices are not touched'
printf 'NHS NUMBER,CONDITION,SOURCE\n%s,copd,QOF\n%s,copd,QOF\n' $a $b >older.csv
load conditions older.csv --snapshot-date 2025-04-10 >/dev/null
is "$(registers | grep '^a|copd')" 'a|copd|QOF|2020-04-01|2025-05-01' 'an older snapshot that comes late does not bring back who has left since'
load conditions older.csv --snapshot-date 2025-06-01 >/dev/null
is "$(registers | grep '^a|copd')" 'a|copd|QOF|2020-04-01|' 'a newer one does'

# Coded entries ----------------------------------------------------------------------------------
cat >events.csv <<CSV
NHS NUMBER,PSEUDONYM,EVENT DATE,CODING SYSTEM,CODE,DELETED
$a,,01/04/2025,SNOMED CT,13645005,
$a,,2025-04-01,,13645005,no
$a,,02/04/2025,Read v2,H33..00,
$b,,02/04/2025,READV2,h33..,
,PSEUDO-C,03/04/2025,ICD10,j44.1,
$a,,04/04/2025,local,9990018006,
$d,,05/04/2025,SNOMED CT,9990018006,
$a,,02/07/2025,SNOMED CT,13645005,
$a,,31/12/1899,SNOMED CT,13645005,
$a,,01/04/2025,SNOMED CT,13645006,
$a,,01/04/2025,icd10,J4,
$a,,01/04/2025,ctv3,#,
$a,,,SNOMED CT,13645005,
$a,,01/04/2025,SNOMED CT,,
$a,,01/04/2025,SNOMED CT,9990000018,
,,01/04/2025,SNOMED CT,13645005,
$a,,01/04/2025,SNOMED CT,13645005,maybe
CSV
load coded_events events.csv >/dev/null
events() { sql "SELECT public.who(person_id), event_date, coding_system, code FROM w.coded_event ORDER BY 1, 2, 3, 4"; }
is "$(loaded events.csv)" '17|7|10|loaded' 'coded entries: loaded and refused'
is "$(events)" 'PSEUDO-C|2025-04-03|icd10|J441
a|2025-04-01|snomed|13645005
a|2025-04-02|read2|H33
a|2025-04-04|local|9990018006
b|2025-04-02|read2|h33
d|2025-04-05|snomed|9990018006' 'entries as a set, codes tidied'
is "$(rejects events.csv | cut -d'|' -f1,2,4)" '9|EVENT DATE|dated after the file was received
10|EVENT DATE|before 1900
11|CODE|not a SNOMED CT identifier
12|CODE|not an ICD-10 code
13|CODE|not a Read code
14|EVENT DATE|missing
15|CODE|missing
16|CODE|looks like an NHS number
17|NHS NUMBER|missing
18|DELETED|not yes or no' 'each reason'
before=$(events)
like "$(load coded_events events.csv)" 'received before' 'the same file is known'
{ head -n 8 events.csv; echo; } >same.csv
load coded_events same.csv >/dev/null
is "$(events)" "$before" 'the same entries in another file change nothing'
printf 'NHS NUMBER,EVENT DATE,SNOMED CT CODE,DELETED\n%s,01/04/2025,13645005,yes\n%s,05/04/2025,9990018006,yes\n%s,05/04/2025,9990018006,\n%s,06/04/2025,13645005,\n%s,06/04/2025,13645005,y\n' $a $d $d $d $d >deleted.csv
load coded_events deleted.csv >/dev/null
is "$(diff <(echo "$before") <(events) | grep '^[<>]')" '< a|2025-04-01|snomed|13645005' 'entries marked as deleted go; of two rows about one entry the later line counts'

# Scores computed elsewhere ----------------------------------------------------------------------
cat >scores.csv <<CSV
NHS NUMBER,PSEUDONYM,MODEL,VERSION,SYSTEM,LICENCE,AS OF,SCORE,BAND
$a,,efi2,1.0,practice system,free to suppliers,01/06/2025,0.25,severe
$b,,efi2,1.0,practice system,free to suppliers,01/06/2025,,fit
,PSEUDO-C,efi2,1.0,practice system,free to suppliers,01/06/2025,"1,234.5",
$d,,efi2,1.0,practice system,free to suppliers,01/06/2025,,
$d,,efi2,1.0,practice system,free to suppliers,02/07/2025,0.1,
$d,,hfrs_gilbert2018,1,practice system,free to suppliers,01/06/2025,0.1,
$d,,efi2,1.0,practice system,another,01/06/2025,0.1,
$a,,efi2,1.0,practice system,free to suppliers,01/06/2025,0.3,
$d,,efi2,1.0,,free to suppliers,01/06/2025,0.1,
$d,,efi2,1.0,practice system,,01/06/2025,0.1,
$d,,efi2,,practice system,free to suppliers,01/06/2025,high,
CSV
load imported_scores scores.csv >/dev/null
scores() { sql "SELECT public.who(person_id), model, version, provenance, licence, as_of, score, band FROM w.imported_score ORDER BY as_of, 1"; }
is "$(scores)" 'PSEUDO-C|efi2|1.0|practice system|free to suppliers|2025-06-01|1234.5|
a|efi2|1.0|practice system|free to suppliers|2025-06-01|0.25|severe
b|efi2|1.0|practice system|free to suppliers|2025-06-01||fit' 'imported scores with where they come from'
is "$(sql "SELECT imported_by = current_user AND imported_at > now() - interval '1 hour' FROM w.imported_score_set")" t 'by whom and when'
is "$(rejects scores.csv | cut -d'|' -f1,2,4)" '5|SCORE|neither score nor band
6|AS OF|dated after the file was received
7|MODEL|a model of this name is scored here
8|LICENCE|another licence than was stated before
9|NHS NUMBER|same key as line 2
10|SYSTEM|missing
11|LICENCE|missing
12|SCORE|not a number
12|VERSION|missing' 'each reason'
printf 'NHS NUMBER,MODEL,VERSION,SYSTEM,LICENCE,AS OF,SCORE,BAND\n%s,efi2,1.0,practice system,free to suppliers,01/06/2025,0.26,moderate\n%s,efi2,1.0,practice system,other,01/06/2025,0.26,\n%s,efi2,1.0,practice system,other,01/07/2025,0.5,\n' $a $b $b >scores2.csv
load imported_scores scores2.csv >/dev/null
is "$(scores | grep -v PSEUDO)" 'a|efi2|1.0|practice system|free to suppliers|2025-06-01|0.26|moderate
b|efi2|1.0|practice system|free to suppliers|2025-06-01||fit
b|efi2|1.0|practice system|other|2025-07-01|0.5|' 'a person again replaces, others stay; another day is another set'
is "$(rejects scores2.csv | cut -d'|' -f1,2,4)" '3|LICENCE|another licence than was stated before' 'one licence a set'

# A price sent with the record ---------------------------------------------------------------------
head='spell.hospital_provider_spell_number,spell.commissioning.service_agreement.provider,spell.patient.identity.nhs_number.value,spell.admission.date,spell.discharge.date,spell.admission.patient_classification,spell.admission.method'
printf '%s,spell.commissioning.tariff_calculation.final_price\nS1,RXX,%s,01/04/2025,05/04/2025,1,21,"£1,234.56"\nS2,RXX,%s,01/05/2025,05/05/2025,1,21,-\nS3,RXX,%s,01/06/2025,05/06/2025,1,21,TBC\n' "$head" $a $a $a >apc.csv
load sus_apc apc.csv >/dev/null
is "$(sql "SELECT provider_event_id, sent_price, cost, cost_method FROM w.activity a JOIN w.activity_cost c ON c.person_id = a.person_id AND c.activity_id = a.activity_id ORDER BY 1")" 'S1|1234.56|1234.56|claimed
S2||5417.00|fallback' 'the price of the record is the cost; a dash is none'
is "$(rejects apc.csv | cut -d'|' -f1,4)" '4|not an amount of money' 'a price that cannot be read refuses the row'

# A price list -------------------------------------------------------------------------------------
printf 'TARIFF NAME,FINANCIAL YEAR,KIND,HRG CODE,PRICE\nlist,2025/26,emergency,VB08Z,250\n' >prices.csv
load prices_other prices.csv >/dev/null
printf 'attendance.arrival.attendance_identifier,commissioning.service_agreement.provider,patient.nhs_number.value,attendance.arrival.date,commissioning.grouping.health_resource_group\nE1,RXX,%s,01/04/2025,VB08Z\nE2,RXX,%s,01/05/2025,VB09Z\n' $a $b >ec.csv
load sus_ec ec.csv >/dev/null
sql "INSERT INTO w.factor (provider_code, valid, value, source) VALUES ('RXX', '[2025-04-01,2026-04-01)', 1.1, 'test')"
is "$(sql "SELECT w.price_activity()" "SELECT w.price_activity()" 2>/dev/null)" $'4\n0' 'recorded activity is priced by the list, once'
is "$(sql "SELECT provider_event_id, cost, cost_method FROM w.activity a JOIN w.activity_cost c ON c.person_id = a.person_id AND c.activity_id = a.activity_id WHERE a.dataset = 'EC' ORDER BY 1")" 'E1|275.00|price
E2|280.00|fallback' 'price by factor where the list has one, else the stated price'
is "$(sql "SELECT financial_year, dataset, cost_method, events, cost_gbp, pct_of_year, suppressed FROM w_reporting.activity_cost_method ORDER BY 2, 3")" '2025/26|APC|claimed||||t
2025/26|APC|fallback||||t
2025/26|EC|fallback||||t
2025/26|EC|price||||t' 'sums of few people are not shown'
sql "INSERT INTO w.person (person_id) SELECT 1000 + i FROM generate_series(1, 8) i" "INSERT INTO w.activity (person_id, dataset, provider_code, start_date, end_date, sent_price) SELECT 1000 + i, 'EC', 'RXX', '2026-04-01', '2026-04-01', CASE WHEN i > 5 THEN NULL ELSE 100.10 END FROM generate_series(1, 10) i"
is "$(sql "SELECT cost_method, events, cost_gbp, pct_of_year FROM w_reporting.activity_cost_method WHERE financial_year = '2026/27' ORDER BY 1")" 'claimed|5|500.50|26.34
fallback|5|1400.00|73.66' 'the share that rests on stated prices'

# All together on a day ------------------------------------------------------------------------------
is "$(sql "SELECT public.who(person_id), reason FROM w.not_scored('2025-06-30') ORDER BY 1")" 'PSEUDO-C|local opt-out
a|already in the service
b|national opt-out' 'who is not scored'
is "$(sql "SELECT public.who(person_id), practice_code, imd_decile, conditions, emergency_admissions_12m, cost_12m FROM w.person_features('2025-06-30') ORDER BY 1")" 'PSEUDO-C|P81002|3|{copd}|0|0.00
a|P81001|3|{copd}|2|6926.56
b|P81001|10|{copd}|0|280.00' 'features of the people loaded'

# Another purpose, roles -------------------------------------------------------------------------------
sql "SELECT commissioning.create_warehouse('iv', 'invoice_validation', 2)" >/dev/null
for feed in conditions coded_events imported_scores; do
	case $feed in conditions) f=conditions.csv ;; coded_events) f=events.csv ;; *) f=scores.csv ;; esac
	commissioning-load -w iv --feed $feed $f >/dev/null 2>&1
	sql 'CALL iv.load()' >/dev/null 2>&1
	is "$(sql "SELECT status, message FROM iv.submission WHERE feed = '$feed'")" "failed|feed \"$feed\" belongs to risk stratification, the purpose of warehouse \"iv\" is invoice_validation" "$feed are refused where invoices are checked"
done
is "$(sql 'SELECT count(*) FROM iv.person')" 0 'and nobody becomes known by them'
sql "SELECT commissioning.create_roles('w')" 'CREATE ROLE risk_load_operator LOGIN IN ROLE w_operator'
printf 'NHS NUMBER,KIND,START DATE\n%s,local,01/04/2025\n' $d >by_operator.csv
PGUSER=risk_load_operator commissioning-load -w w --feed opt_outs by_operator.csv >/dev/null 2>&1
PGUSER=risk_load_operator psql -Xq -c 'CALL w.load()' >/dev/null 2>&1
is "$(loaded by_operator.csv)" '1|1|0|loaded' 'an operator loads'

# Totals, and where numbers are --------------------------------------------------------------------
is "$(sql "SELECT count(*) FROM w.submission WHERE status <> 'loaded' OR rows_received <> rows_loaded + rows_rejected")" 0 'every file: received = loaded + refused'
is "$(sql "SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'w_identity'::regnamespace AND c.relname ~ '^(landing|stage|replaced)_'")" 0 'work tables are gone'
leaks=0
for t in $(sql "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('w', 'w_reporting') AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition"); do
	n=$(sql "SELECT count(*) FROM $t x WHERE x::text ~ '999 ?000 ?00(18|26|34|42)' OR x::text ~ 'PSEUDO-C'") || n=1
	[[ $n == 0 ]] || { leaks=1; diag "$t holds $n"; }
done
is "$leaks" 0 'no NHS number and no pseudonym in the tables of the warehouse or its views'
is "$(tail -c +"$log_start" "$PGHOST/log" | grep -cE '999 ?000 ?00(18|26|34|42)|PSEUDO-C')" 0 'none in the server log'
is "$(grep -cE '999 ?000 ?00(18|26|34|42)|PSEUDO-C' messages)" 0 'none in messages'
for role in risk_load_operator w_admin w_operator w_validator w_analyst w_reader; do psql -Xq -c "DROP OWNED BY $role" -c "DROP ROLE $role"; done
done_testing
