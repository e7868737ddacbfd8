#!/usr/bin/env bash
# Loading, from awkward files to typed rows: every row is loaded or refused with its reasons, money reconciles to the penny,
# restatements work by slice, and NHS numbers stay in the identity schema.
source "$top/test/lib/tap.sh"

files=$work/load-files
mkdir -p "$files"
cd "$files"
log_start=$(($(wc -c <"$PGHOST/log") + 1))
sql "SELECT commissioning.create_warehouse('w', 'invoice_validation', 2)" >/dev/null

# load FEED FILE [OPTION]...: receive and load; prints what both say
load() {
	local feed=$1 file=$2
	shift 2
	commissioning-load -w w --feed "$feed" "$@" "$file" 2>&1 | tee -a messages
	# an empty search path: everything the loader does must be qualified
	PGOPTIONS='-c search_path=' psql -Xq -v ON_ERROR_STOP=1 -c 'CALL w.load()' 2>&1 | tee -a messages
}
head_plcm='FINANCIAL MONTH,FINANCIAL YEAR,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ORGANISATION IDENTIFIER (CODE OF COMMISSIONER),NHS NUMBER,POINT OF DELIVERY CODE,TARIFF CODE,ACTIVITY START DATE (CONTRACT MONITORING),HOSPITAL PROVIDER SPELL IDENTIFIER,ACTIVITY COUNT (POINT OF DELIVERY),TOTAL COST'

# Command line -------------------------------------------------------------------------------
like "$(commissioning-load --help)" 'Usage: commissioning-load' 'help'
like "$(commissioning-load --feed plcm x.csv 2>&1)" 'which warehouse' 'no warehouse given'
like "$(commissioning-load -w w x.csv 2>&1)" 'which feed' 'no feed given'
like "$(commissioning-load -w w --feed plcm missing.csv 2>&1)" 'cannot read file missing.csv' 'no such file'
: >empty.csv
like "$(commissioning-load -w w --feed plcm empty.csv 2>&1)" 'empty.csv is empty' 'an empty file is refused'
echo "$head_plcm" >header.csv
like "$(commissioning-load -w w --feed bogus header.csv 2>&1)" 'unknown feed "bogus"' 'unknown feed'
like "$(commissioning-load -w nowhere --feed plcm header.csv 2>&1)" 'there is no warehouse "nowhere"' 'unknown warehouse'
like "$(commissioning-load -w w --feed plcm --kind draft header.csv 2>&1)" 'invalid submission kind' 'unknown kind'
like "$(load plcm header.csv)" 'header.csv: 0 rows loaded, 0 refused' 'a header without rows loads'

# One awkward file ---------------------------------------------------------------------------
# byte-order mark, CRLF, Windows-1252 pound signs, blank and ragged rows, quotes and line breaks in fields, repeated and unknown headers
{
	printf '\xef\xbb\xbfFinancial Month,FINANCIAL_YEAR,"Organisation Identifier\r\n(Code of Provider)",ORGANISATION IDENTIFIER (CODE OF COMMISSIONER),NHS NUMBER,WITHHELD IDENTITY REASON,POINT OF DELIVERY CODE,TARIFF CODE,ACTIVITY START DATE (CONTRACT MONITORING),HOSPITAL PROVIDER SPELL IDENTIFIER,ACTIVITY COUNT (POINT OF DELIVERY),TOTAL COST,Local Note,Local Note,,PATIENT SURNAME,Free text\r\n'
	printf '1,2024/25,RXX,07P,9990000018,,EL,AA22C,01/04/2024,S1,1,"\xa31,234.50",first,second,third,Nobody,\r\n'
	printf '02,202425,rxx00,07P00,999 000 0026,,el,aa22c,2024-05-31,S2,1,(20.25),"a ""quoted"" line\r\nand another",,,,\r\n'
	printf '\r\n,,,,,,,,,,,,,,,,\r\n'
	printf 'M03,2425,RXX,07P,,,NEL,AA22C,30-Jun-24,S3,1,30.00-,,,,,\r\n'
	printf 'July,2024-25,RXX,07P,0000000000,,NEL,AA22C,01.07.24,S4,1,"\xa3 5.005",,,,,\r\n'
	printf '2024-09,2024/2025,RXX,07P,9990000019,,NEL,AA22C,20240901,S5,1,1e3,,,,,\r\n'
	printf '7,2024/25,RXX,07P,,9,AE,VB08Z,01/10/2024 10:15,S6,1,100,,,,,see 9990000018\r\n'
	printf '8,215551,RXX,07P,9990000018,,EL,AA22C,31/02/2024,S7,one,77.77,,,,,\r\n'
	printf '13,2024/25,,07P,9990000018,,EL,AA22C,01/04/2024,S8,1,TBC,,,,,\r\n'
	printf '1,2024/25,RXX,07P,9990000018\r\n'
	printf '1,2024/25,RXX,07P,9990000018,,9990000026,AA22C,01/04/2024,S9,1,1.01,,,,,\r\n'
	printf '1,2024/25,RXX,07P,9990000018,,EL,AA22C,01/04/2024,999 000 0018,1,2.02,,,,,\r\n'
} >awkward.csv
out=$(load plcm awkward.csv)
like "$out" 'awkward.csv: 11 rows received as submission 2, 2 blank lines skipped' 'rows are received, blank lines skipped'
like "$out" 'awkward.csv: 6 rows loaded, 5 refused' 'rows are loaded or refused'
is "$(sql "SELECT rows_received, rows_loaded, rows_rejected, value_gbp, refused_gbp, amounts_unreadable, status FROM w_reporting.load_file WHERE submission_id = 2")" \
	'11|6|5|1291.28|78.78|3|no control' 'rows and readable money reconcile; unreadable amounts are counted; no control is not ok'
is "$(sql "SELECT month, financial_year, provider_code, commissioner_code, nhs_number_state, pod, hrg, start_date, total_cost FROM w.invoice_line ORDER BY line_no")" \
'1|2024/25|RXX|07P|valid|EL|AA22C|2024-04-01|1234.500000
2|2024/25|RXX|07P|valid|EL|AA22C|2024-05-31|-20.250000
3|2024/25|RXX|07P|missing|NEL|AA22C|2024-06-30|-30.000000
4|2024/25|RXX|07P|placeholder|NEL|AA22C|2024-07-01|5.005000
7|2024/25|RXX|07P|withheld|AE|VB08Z|2024-10-01|100.000000
1|2024/25|RXX|07P|valid|EL|AA22C|2024-04-01|2.020000' 'months, years, codes, dates, signs and states are read'
is "$(sql "SELECT line_no, column_name, value_masked, reason, amount FROM w.reject WHERE submission_id = 2 ORDER BY line_no, column_name COLLATE \"C\"")" \
'10|TOTAL COST|9x9|not an amount of money|
12|ACTIVITY COUNT (POINT OF DELIVERY)|xxx|not a number|
12|ACTIVITY START DATE (CONTRACT MONITORING)|99/99/9999|not a date (day first)|
12|FINANCIAL_YEAR|999999|not a financial year|77.770000
13|Financial Month|99|not a financial month|
13|Organisation Identifier (Code of Provider)||missing|
13|TOTAL COST|xxx|not an amount of money|
14|(row)||row of 5 fields, the header has 17|
15|POINT OF DELIVERY CODE|9999999999|looks like an NHS number|1.010000' 'every fault of every refused row, with file line, column, masked value and reason'
is "$(sql "SELECT raw ->> 'TOTAL COST', raw ->> 'NHS NUMBER' FROM w_identity.reject_raw WHERE submission_id = 2 AND line_no = 13")" 'TBC|9990000018' 'the refused row as sent, in the identity schema'
is "$(sql "SELECT extra FROM w.invoice_line WHERE line_no = 3")" '{"column 15": "third", "Local Note": "first", "Local Note 2": "second"}' 'unknown, repeated and nameless columns are kept'
is "$(sql "SELECT line_no, extra FROM w_identity.line_extra ORDER BY 1")" '3|{"PATIENT SURNAME": "Nobody"}
11|{"Free text": "see 9990000018"}' 'unknown columns that may identify a person are kept in the identity schema'
is "$(sql "SELECT count(DISTINCT person_id), count(*) FILTER (WHERE provider_event_id = 'person-' || person_id) FROM w.invoice_line WHERE nhs_number_state <> 'valid' OR line_no = 16")" '4|1' \
	'an unusable identity is a person of its own; an NHS number used as spell number is replaced'
is "$(sql "SELECT count(*) FROM w_identity.person_identifier WHERE system = 'nhs_number'")" 2 'valid numbers become people once'
is "$(sql "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'w_identity' AND c.relname ~ '^(landing|stage|replaced)_[0-9]+$'")" 0 'landing and stage tables are gone'

# The same file twice ------------------------------------------------------------------------
cp awkward.csv again.csv
like "$(commissioning-load -w w --feed plcm again.csv 2>&1)" 'received before as submission 2 \(loaded\); nothing to do' 'the same content twice is a no-op that says so'
is "$(sql "CALL w.load()" "SELECT status FROM w.run ORDER BY run_id DESC LIMIT 1" 2>/dev/null)" unchanged 'a load with nothing to do says so'

# Line keys ----------------------------------------------------------------------------------
{
	echo "$head_plcm"
	echo '1,2024/25,RKY,07P,9990000018,EL,AA22C,01/04/2024,K1,1,10.00'
	echo '1,2024/25,RKY,07P,9990000018,EL,AA22C,01/04/2024,K1,1,10.00'
	echo '1,2024/25,RKY,07P,9990000018,ELXBD,AA22C,01/04/2024,K1,3,30.00'
} >keys1.csv
{
	echo "$head_plcm"
	echo '1,2024/25,RKY,07P,9990000018,ELXBD,AA22C,01/04/2024,K1,3,33.00'
	echo '1,2024/25,RKY,07P,9990000018,EL,AA22C,01/04/2024,K1,1,10.00'
	echo '1,2024/25,RKY,07P,9990000018,EL,AA22C,01/04/2024,K1,1,10.00'
} >keys2.csv
load plcm keys1.csv >/dev/null
load plcm keys2.csv >/dev/null
is "$(sql "SELECT count(DISTINCT l.line_key), count(DISTINCT l.line_key || l.submission_id), count(DISTINCT l.claim_group), count(*) FILTER (WHERE l.line_key LIKE '%#2') FROM w.invoice_line l WHERE l.provider_code = 'RKY'")" \
	'3|6|1|2' 'line keys survive a restatement in another order; equal lines are numbered; a spell is one claim group'
is "$(sql "SELECT count(*), sum(total_cost)::numeric(16,2) FROM w.current_invoice_line WHERE provider_code = 'RKY'")" '3|53.00' 'the restatement is the current position'

# Control totals -----------------------------------------------------------------------------
control() { # PROVIDER: three lines of 60 pounds
	echo "$head_plcm"
	for i in 1 2 3; do echo "1,2024/25,$1,07P,9990000018,EL,AA22C,01/04/2024,C$i,1,20.00"; done
}
position() { sql "SELECT rows_received, value_gbp, control_gbp, difference_gbp, status FROM w_reporting.load_position WHERE provider_code = '$1'"; }
control RC1 >c1.csv; load plcm c1.csv --control-rows 3 --control-amount 60.00 >/dev/null
is "$(position RC1)" '3|60.00|60.00|0.00|ok' 'control totals that agree'
control RC2 >c2.csv; load plcm c2.csv --control-rows 3 --control-amount 60.01 >/dev/null
is "$(position RC2)" '3|60.00|60.01|-0.01|differs' 'a control amount that differs by a penny'
control RC3 >c3.csv; load plcm c3.csv --control-rows 4 >/dev/null
is "$(position RC3)" '3|60.00|||differs' 'a control count that differs'
control RC4 >c4.csv; load plcm c4.csv >/dev/null
is "$(position RC4)" '3|60.00|||no control' 'no control'
{ control RC5; echo 'TRAILER,3,"£60.00"'; } >c5.csv; load plcm c5.csv >/dev/null
is "$(position RC5)" '3|60.00|60.00|0.00|ok' 'control totals in a trailer'
control RC6 >c6.csv; load plcm c6.csv >/dev/null
printf 'FILE NAME,RECORD COUNT,TOTAL AMOUNT\nc6.csv,3,61\nother.csv,3,61\n' >control.csv
load control control.csv >/dev/null
is "$(position RC6)" '3|60.00|61.00|-1.00|differs' 'control totals in a file of their own'
is "$(sql "SELECT reason FROM w_reporting.load_reject WHERE feed = 'control'")" 'no file of this name was received' 'control totals without a file are refused'
{ control RC7; echo '1,2024/25,RC7,07P,9990000018,EL,AA22C,01/04/2024,C9,1,TBC'; } >c7.csv
load plcm c7.csv --control-rows 4 --control-amount 60 >/dev/null
is "$(position RC7)" '4|60.00|60.00|0.00|ok' 'control totals that agree without an amount that cannot be read'
like "$(sql "SELECT note FROM w_reporting.load_position WHERE provider_code = 'RC7'")" '1 refused rows of the file have no readable amount' 'and it is said'

# Restatement, split files, falling slices ---------------------------------------------------
slices() { # PROVIDER MONTH:AMOUNT...
	local provider=$1 m
	shift
	echo "$head_plcm"
	for m in "$@"; do echo "${m%:*},2024/25,$provider,07P,9990000018,EL,AA22C,01/04/2024,P${m%:*},1,${m#*:}"; done
}
current() { sql "SELECT month || ':' || sum(total_cost)::numeric(16,2) FROM w.current_invoice_line WHERE provider_code = '$1' GROUP BY month ORDER BY month" | paste -sd' '; }
slices RS1 1:100 2:100 >s1.csv; load plcm s1.csv >/dev/null
slices RS1 1:110 2:90 3:50 >s2.csv; load plcm s2.csv >/dev/null
is "$(current RS1)" '1:110.00 2:90.00 3:50.00' 'the latest file is the current position, slice by slice'
slices RS2 1:100 2:100 >s3.csv; slices RS2 3:100 4:100 >s4.csv; load plcm s3.csv >/dev/null; load plcm s4.csv >/dev/null
is "$(current RS2)" '1:100.00 2:100.00 3:100.00 4:100.00' 'split files both count'
is "$(sql "SELECT count(*) FROM w_reporting.slice_history WHERE provider_code = 'RS2' AND status = 'not restated'")" 0 'split files leave nothing out'
slices RS3 1:100 2:100 3:100 >s5.csv; load plcm s5.csv >/dev/null
slices RS3 1:100 3:100 4:10 >s6.csv; load plcm s6.csv >/dev/null
is "$(sql "SELECT financial_month, held_reason FROM w_reporting.slice_history WHERE provider_code = 'RS3' AND status = 'not restated'")" \
	"2|submission $(sql "SELECT submission_id FROM w.submission WHERE file_name = 's5.csv'") stays current" 'a month that a cumulative file leaves out is not restated'
like "$(sql "SELECT note FROM w_reporting.load_position WHERE provider_code = 'RS3' AND financial_month = 2")" 'not restated by submission' 'and the position says so'
slices RS4 1:100 2:100 >s7.csv; load plcm s7.csv >/dev/null
slices RS4 1:50 2:49.99 >s8.csv; load plcm s8.csv >/dev/null
is "$(current RS4)" '1:50.00 2:100.00' 'a slice that falls by more than half is held, one that falls by half is not'
is "$(sql "SELECT status, held_reason FROM w_reporting.slice_history WHERE provider_code = 'RS4' AND financial_month = 2 ORDER BY submission_id DESC LIMIT 1")" \
	'held|amount falls from 100.00 to 49.99, by more than 50 %' 'with its reason'
held=$(sql "SELECT submission_id FROM w.submission WHERE file_name = 's8.csv'")
throws 42704 "SELECT w.release_slice($held, month => 1)" 'a slice that is not held cannot be released'
is "$(sql "SELECT w.release_slice($held, provider_code => 'RS4', month => 2)")" 1 'it can be released'
is "$(current RS4)" '1:50.00 2:49.99' 'and becomes current'
is "$(sql "SELECT released_by IS NOT NULL AND released_at IS NOT NULL FROM w.submission_slice WHERE submission_id = $held AND month = 2")" t 'who released it is recorded'
sql "UPDATE w.meta SET value = '0.1' WHERE key = 'slice_fall_share'"
slices RS4 1:44 2:49.99 >s9.csv; load plcm s9.csv >/dev/null
is "$(current RS4)" '1:50.00 2:49.99' 'the share is a setting'
slices RS4 1:60 2:60 >s10.csv; load plcm s10.csv >/dev/null
is "$(current RS4)" '1:60.00 2:60.00' 'a later file supersedes what is held'
throws 42704 "SELECT w.release_slice((SELECT submission_id FROM w.submission WHERE file_name = 's9.csv'))" 'which can no longer be released'
sql "UPDATE w.meta SET value = '0.5' WHERE key = 'slice_fall_share'"

# Local headers, failures, retry -------------------------------------------------------------
sed 's/TOTAL COST/What they want/' c1.csv >local.csv
like "$(load plcm local.csv)" 'local.csv" has no column "TOTAL COST"' 'a file without a required column is refused whole'
is "$(sql "SELECT status FROM w_reporting.load_position WHERE file_name = 'local.csv'")" failed 'and stands as failed'
sql "INSERT INTO w.feed_column (feed, target, source_header, reader) VALUES ('plcm', 'total_cost', 'what they want', 'amount')"
sql "SELECT w.retry_submission((SELECT submission_id FROM w.submission WHERE file_name = 'local.csv'))" "CALL w.load()" >/dev/null 2>&1
is "$(sql "SELECT rows_loaded, value_gbp FROM w_reporting.load_file WHERE file_name = 'local.csv'")" '3|60.00' 'one row in feed_column adds a header; the file is loaded again'
throws 55000 "SELECT w.retry_submission(1)" 'what has not failed cannot be retried'
throws 55000 "SELECT w.discard_submission(1)" 'what is loaded cannot be discarded'
sql "SELECT w.open_submission('plcm', 'x', 'h1', ARRAY['a'])" >/dev/null
throws 55006 "SELECT w.open_submission('plcm', 'x', 'h1', ARRAY['a'])" 'a file being copied is not opened twice'
lives "SELECT w.discard_submission((SELECT submission_id FROM w.submission WHERE file_hash = 'h1'))" 'it can be discarded'
throws 42704 "SELECT w.open_submission('bogus', 'x', 'h', ARRAY['a'])" 'unknown feed by function'
throws 22004 "SELECT w.open_submission('plcm', NULL, 'h', ARRAY['a'])" 'missing file name'
throws 22023 "SELECT w.open_submission('plcm', 'x', 'h', '{}')" 'empty header'
throws 55000 "SELECT w.close_submission(1)" 'closing what is not open'

# Plain copy, other forms of file ------------------------------------------------------------
control RP1 >plain.csv
psql -XAtq -v ON_ERROR_STOP=1 >/dev/null 2>plain.err <<SQL
SELECT 'copy' FROM w.open_submission('plcm', 'plain.csv', 'md5:plain', string_to_array('$head_plcm', ','));
SELECT format('\\copy w_identity.landing_%s (%s) FROM ''plain.csv'' WITH (FORMAT csv, HEADER)', max(submission_id), (SELECT string_agg(quote_ident(c), ', ' ORDER BY n) FROM unnest(landing_columns) WITH ORDINALITY u(c, n)))
FROM w.submission WHERE file_name = 'plain.csv' GROUP BY landing_columns \g plain.copy
\i plain.copy
SELECT w.close_submission(max(submission_id)) FROM w.submission;
CALL w.load();
SQL
is "$(position RP1)" '3|60.00|||no control' 'plain \copy, without the tool'
control RZ1 | gzip >z.csv.gz; load plcm z.csv.gz >/dev/null
is "$(position RZ1)" '3|60.00|||no control' 'gzip'
control RZ2 | tr , '\t' >tab.txt; load plcm tab.txt >/dev/null
is "$(position RZ2)" '3|60.00|||no control' 'tab-separated'
control RZ3 | iconv -t UTF-16 >utf16.csv; load plcm utf16.csv >/dev/null
is "$(position RZ3)" '3|60.00|||no control' 'UTF-16'
{ control RZ4; printf '1,2024/25,RZ4,07P,9990000018,EL,"AA22C,01/04/2024,C9,1,5\n'; } >open.csv; load plcm open.csv >/dev/null
is "$(sql "SELECT reason FROM w_reporting.load_reject WHERE file_name = 'open.csv'")" 'quotation mark not closed' 'a quotation that never ends refuses one row'
control 'RZ5' | tr '\n' '\r' >mac.csv; load plcm mac.csv >/dev/null
is "$(position RZ5)" '3|60.00|||no control' 'carriage returns alone'

# The hospital record ------------------------------------------------------------------------
head_apc='spell.hospital_provider_spell_number,system.transaction.cds_unique_identifier,spell.commissioning.service_agreement.provider,spell.commissioning.service_agreement.commissioner,spell.patient.identity.nhs_number.value Pseudo,spell.patient.identity.pds_date_of_death,spell.admission.date,spell.discharge.date,spell.commissioning.grouping.core_hrg,spell.clinical_coding.diagnosis,spell.clinical_coding.diagnosis,spell.clinical_coding.procedure'
{
	echo "$head_apc"
	echo 'A1,X1,RXX,07P,9990000018,,01/04/2024,05/04/2024,AA22C,I10X J45.9,E119,W37.1 Z94.3'
	echo 'A2,X2,RXX,07P,9990000018,01/06/2024,10/04/2024,12/04/2024,ZZ,I10X bogus,,-'
	echo 'A3,X3,RXX,07P,,,10/04/2024,09/04/2024,AA22C,,,'
	echo 'A4,X1,RXX,07P,9990000018,,01/04/2024,05/04/2024,AA22C,,,'
	echo 'A5,X5,RXX,07P,9990000026,,01/04/2024,,AA22C,,,'
} >apc1.csv
like "$(load sus_apc apc1.csv)" 'apc1.csv: 3 rows loaded, 2 refused' 'spells load; the impossible and the repeated are refused'
is "$(sql "SELECT provider_event_id, end_date, hrg, diagnoses, procedures, extra ->> 'unread spell.clinical_coding.diagnosis' FROM w.activity ORDER BY 1")" \
'A1|2024-04-05|AA22C|{I10X,J459,E119}|{W37.1,Z94.3}|
A2|2024-04-12||{I10X}||I10X bogus
A5||AA22C|||' 'codes in order, from lists and repeated columns; codes that cannot be read are kept as text'
is "$(sql "SELECT p.death_date FROM w.person p JOIN w_identity.person_identifier i ON i.person_id = p.person_id WHERE i.value = '9990000018'")" '2024-06-01' 'date of death reaches the person'
first_id=$(sql "SELECT activity_id FROM w.activity WHERE provider_event_id = 'A1'")
{
	echo "$head_apc"
	echo 'A1,X1,RXX,07P,9990000018,,01/04/2024,06/04/2024,AA22D,I10X,,'
	echo 'A5,X5,RXX,07P,9990000026,,01/04/2024,03/05/2024,AA22C,,,'
} >apc2.csv
load sus_apc apc2.csv >/dev/null
is "$(sql "SELECT provider_event_id, end_date, hrg FROM w.activity ORDER BY 1")" 'A1|2024-04-05|AA22C
A2|2024-04-12|
A5||AA22C' 'a record file that falls too far is held whole'
sql "SELECT w.release_slice(max(submission_id)) FROM w.submission" >/dev/null 2>&1 || true
sql "CALL w.load()" >/dev/null 2>&1
is "$(sql "SELECT provider_event_id, end_date FROM w.activity ORDER BY 1")" 'A1|2024-04-06
A5|2024-05-03' 'released, it replaces its months and its records'
is "$(sql "SELECT activity_id FROM w.activity WHERE provider_event_id = 'A1'")" "$first_id" 'a restated record keeps its activity_id'
printf 'appointment.identifier,appointment.commissioning.service_agreement.provider,appointment.commissioning.service_agreement.commissioner,PSEUDONYM,appointment.date,appointment.commissioning.grouping.core_hrg\nO1,RXX,07P,abc,01/04/2024,WF01A\nO2,RXX,07P,abc,02/04/2024,WF01A\n' >op.csv
load sus_op op.csv >/dev/null
is "$(sql "SELECT count(*), count(DISTINCT person_id) FROM w.activity WHERE dataset = 'OP'")" '2|1' 'a pseudonym stands for a person'
printf 'attendance.arrival.attendance_identifier,commissioning.service_agreement.provider,commissioning.service_agreement.commissioner,patient.nhs_number.value,attendance.arrival.date,commissioning.grouping.health_resource_group\nE1,RXX,07P,9990000018,01/04/2024,VB08Z\n' >ec.csv
load sus_ec ec.csv >/dev/null
is "$(sql "SELECT start_date, end_date, hrg FROM w.activity WHERE dataset = 'EC'")" '2024-04-01|2024-04-01|VB08Z' 'emergency care'

# Registrations ------------------------------------------------------------------------------
registrations() { sql "SELECT r.practice_code || ' ' || r.valid_from || ' ' || coalesce(r.valid_to::text, '-') FROM w.registration r JOIN w_identity.person_identifier i ON i.person_id = r.person_id WHERE i.value = '$1' ORDER BY r.valid_from"; }
head_reg='NHS NUMBER,GENERAL MEDICAL PRACTICE CODE,REGISTRATION START DATE,REGISTRATION END DATE,PERSON BIRTH DATE,PERSON STATED GENDER CODE,PERSON DEATH DATE,LSOA'
{
	echo "$head_reg"
	echo '9990000034,A81001,01/04/2020,01/04/2023,13/02/1950,M,,E01000001'
	echo '9990000034,A81002,01/04/2023,,13/02/1950,1,,E01000001'
	echo '9990000034,A81003,01/05/2023,,13/02/1950,1,,E01000001'
	echo '9990000035,A81003,01/05/2023,,13/02/1950,1,,E01000001'
} >reg1.csv
like "$(load registrations reg1.csv)" 'reg1.csv: 2 rows loaded, 2 refused' 'registrations load; overlaps and unknown people are refused'
is "$(registrations 9990000034)" 'A81001 2020-04-01 2023-04-01
A81002 2023-04-01 -' 'as intervals'
is "$(sql "SELECT p.sex, p.birth_month, p.lsoa_code FROM w.person p JOIN w_identity.person_identifier i ON i.person_id = p.person_id WHERE i.value = '9990000034'")" '1|1950-02-01|E01000001' 'people get sex, month of birth and area'
{ echo "$head_reg"; echo '9990000034,A81009,01/06/2024,,13/02/1950,1,,'; } >reg2.csv
load registrations reg2.csv >/dev/null
is "$(registrations 9990000034)" 'A81001 2020-04-01 2023-04-01
A81002 2023-04-01 2024-06-01
A81009 2024-06-01 -' 'a later file closes what it replaces and keeps what lies before'
{
	echo 'SNAPSHOT DATE,NHS NUMBER,GENERAL MEDICAL PRACTICE CODE,PERSON BIRTH DATE,PERSON STATED GENDER CODE'
	echo '01/04/2024,9990000042,A81001,01/01/1980,2'
	echo '01/05/2024,9990000042,A81001,01/01/1980,2'
	echo '01/06/2024,9990000042,A81002,01/01/1980,2'
	echo '01/06/2024,9990000042,A81003,01/01/1980,2'
	echo '01/07/2024,9990000018,A81002,01/01/1980,2'
} >snap.csv
like "$(load registrations_snapshot snap.csv)" 'snap.csv: 4 rows loaded, 1 refused' 'snapshots load'
is "$(registrations 9990000042)" 'A81001 2024-04-01 2024-06-01
A81002 2024-06-01 2024-07-01' 'as intervals that end when a practice reports without the person'

# Prices, contracts, organisations -----------------------------------------------------------
printf 'TARIFF NAME,FINANCIAL YEAR,SYNTHETIC,HRG code,HRG name,Outpatient procedure tariff (£),Combined day case / ordinary elective spell tariff (£),Day case spell tariff (£),Ordinary elective spell tariff (£),Ordinary elective long stay trim point (days),Non-elective spell tariff (£),Non-elective long stay trim point (days),Per day long stay payment (for days exceeding trim point) (£),Reduced short stay emergency tariff _applicable?,%% applied in calculation of reduced short stay emergency tariff ,Reduced short stay emergency tariff (£)\nCounty,2024/25,Yes,AA22C,Name,150,"1,200",-,-,5,"2,400",20,200,Yes,30%%,720\nCounty,2024/25,Yes,AA23C,Name,-,-,900,1000,5,2400,20,200,No,-,-\nCounty,2024/25,Yes,AA23C,Name,-,-,900,1000,5,2400,20,200,No,-,-\n' >prices.csv
like "$(load prices prices.csv)" 'prices.csv: 2 rows loaded, 1 refused' 'prices load; the repeated row is refused'
is "$(sql "SELECT kind, hrg, combined, day_case, elective_trim, short_stay_applicable, short_stay_percent, price, synthetic FROM w.tariff_price ORDER BY kind, hrg::text")" \
'procedure|AA22C||||||150.00|t
spell|AA22C|1200.00||5|t|0.300000||t
spell|AA23C||900.00|5|f|||t' 'Annex A columns, dashes as none, percentages'
printf 'TARIFF NAME,FINANCIAL YEAR,TREATMENT FUNCTION CODE,HRG CODE,PRICE\nCounty,2024/25,110,WF01A,99\n' >pa.csv; load prices_attendance pa.csv >/dev/null
printf 'TARIFF NAME,FINANCIAL YEAR,KIND,HRG CODE,PRICE\nCounty,2024/25,Emergency,VB08Z,£199.00\nCounty,2024/25,other,VB08Z,1\n' >po.csv; load prices_other po.csv >/dev/null
is "$(sql "SELECT kind, treatment_function, hrg, price FROM w.tariff_price WHERE kind IN ('attendance', 'emergency') ORDER BY 1")" 'attendance|110|WF01A|99.00
emergency||VB08Z|199.00' 'attendance and emergency prices'
printf 'PROVIDER CODE,FINANCIAL YEAR,MARKET FORCES FACTOR\nRXX,2024/25,1.045678\nRXY,2024/25,0\n' >factors.csv; load factors factors.csv >/dev/null
printf 'PROVIDER CODE,FINANCIAL YEAR,MARKET FORCES FACTOR\nRXX,2024/25,1.05\n' >factors2.csv; load factors factors2.csv >/dev/null
is "$(sql "SELECT provider_code, valid, value FROM w.factor")" 'RXX|[2024-04-01,2025-04-01)|1.050000' 'factors; a year sent again replaces; nought is refused'
printf 'CONTRACT,TITLE,BASIS,VALID FROM,VALID TO,TARIFF NAME,ROUNDING,PRICE TOLERANCE\nC1,Acute,tariff,01/04/2024,31/03/2025,County,penny,1.00\nC2,Bad,barter,01/04/2024,31/03/2025,County,penny,1.00\n' >contracts.csv
printf 'CONTRACT,PARTY ORDER,ORGANISATION CODE,ROLE\nC1,1,07P,coordinating_commissioner\nC1,2,RXX,provider\nC9,2,RXX,provider\n' >parties.csv
printf 'CONTRACT,POINT OF DELIVERY CLASS,RATE,VALID FROM,VALID TO\nC1,elective,100%%,01/04/2024,31/03/2025\nC1,emergency,0.2,01/04/2024,\nC1,emergency,0.3,01/04/2025,\n' >rates.csv
printf 'CONTRACT,COMMISSIONER CODE,FINANCIAL YEAR,FINANCIAL MONTH,POINT OF DELIVERY CODE,PLANNED ACTIVITY,PLANNED PRICE\nC1,07P,2024/25,1,EL,10,"£10,000.00"\nC9,07P,2024/25,1,EL,10,10000\n' >plan.csv
# received in the wrong order, loaded in the right one
commissioning-load -w w --feed plan plan.csv >/dev/null; commissioning-load -w w --feed recovery_rates rates.csv >/dev/null
commissioning-load -w w --feed contract_parties parties.csv >/dev/null; load contracts contracts.csv >/dev/null
is "$(sql "SELECT (SELECT count(*) FROM w.contract), (SELECT count(*) FROM w.contract_party), (SELECT sum(rate) FROM w.recovery_rate), (SELECT sum(planned_amount) FROM w.activity_plan)")" '1|2|1.200000|10000.00' 'contracts, parties, rates and plan'
printf 'ORGANISATION CODE,NAME,TYPE,PARENT CODE,LINK KIND,OPEN DATE,CLOSE DATE\nRXX,Trust,trust,,,01/04/1998,\nRXX01,Site,site,RXX,site_of,01/04/1998,\nA81001,Practice,practice,07P,commissioned_by,01/04/2000,31/03/2024\nA81001,Practice,practice,08Q,commissioned_by,01/04/2024,\nA81001,Practice,practice,09Q,commissioned_by,01/05/2024,\nA81002,Other,practice,09Q,owned_by,01/05/2024,\n' >org.csv
like "$(load organisations org.csv)" 'org.csv: 4 rows loaded, 2 refused' 'organisations load; overlapping links are refused'
is "$(sql "SELECT parent, valid FROM w.organisation_link WHERE child = 'A81001' ORDER BY valid")" '07P|[2000-04-01,2024-04-01)
08Q|[2024-04-01,)' 'links are dated'
printf '"B81001","A SURGERY","Y63","QHM","A HOUSE","A STREET","A TOWN","A COUNTY","","TS18 1HU","19740401","","A","B","16C","20200401","","01642 000000","","","","0","","16C","","4",""\n' >epraccur.csv
load epraccur epraccur.csv >/dev/null
is "$(sql "SELECT o.org_type, o.postcode, o.open_date, l.parent, l.valid FROM w.organisation o JOIN w.organisation_link l ON l.child = o.org_code WHERE o.org_code = 'B81001'")" \
	'practice|TS18 1HU|1974-04-01|16C|[2020-04-01,)' 'practices as published, without header'
printf 'FINANCIAL MONTH,FINANCIAL YEAR,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ORGANISATION IDENTIFIER (CODE OF COMMISSIONER),POINT OF DELIVERY CODE,CONTRACT MONITORING ACTUAL ACTIVITY,CONTRACT MONITORING ACTUAL PRICE\n1,2024/25,RXX,07P,EL,10,1000\n' >acm.csv
load acm acm.csv --received 2024-05-20 >/dev/null
is "$(sql "SELECT status, value_gbp FROM w_reporting.load_position WHERE dataset = 'ACM'")" 'no control|1000.00' 'aggregate contract monitoring'
is "$(sql "SELECT days_to_receipt FROM w_reporting.feedback_timeliness WHERE dataset = 'ACM'")" 20 'days from month end to receipt'
printf 'POLICY,CODE SYSTEM,CODE,TITLE,VALID FROM,VALID TO\nVeins,OPCS-4,L84,Surgery for varicose veins,01/04/2024,\n' >policies.csv
load approval_policies policies.csv --received 2024-05-20 --received-on 2024-05-17 >/dev/null
sed 's/L84/L85/' policies.csv >policies2.csv
load approval_policies policies2.csv --received 2024-06-20 >/dev/null
is "$(sql "SELECT code_prefix, valid FROM w.approval_policy" "SELECT file_name, received_at::date, received_on FROM w.submission WHERE feed = 'approval_policies' ORDER BY 1 DESC")" \
	'L85|[2024-04-01,)
policies2.csv|2024-06-20|2024-06-20
policies.csv|2024-05-20|2024-05-17' 'the day that counts as received stands beside the time of receipt; a policy sent again is replaced'

# One file, two sessions; broken copies ------------------------------------------------------
control RT1 >twice.csv
commissioning-load -w w --feed plcm twice.csv >one.out 2>&1 &
first=$!
commissioning-load -w w --feed plcm twice.csv >two.out 2>&1 || true
wait $first || true
is "$(cat one.out two.out | grep -c 'rows received as')/$(cat one.out two.out | grep -c 'nothing to do')" 1/1 'two sessions send one file: one wins, the other says so'
psql -Xq -c 'CALL w.load()' >/dev/null 2>&1 &
first=$!
psql -Xq -c 'CALL w.load()' >/dev/null 2>&1
wait $first
is "$(position RT1)" '3|60.00|||no control' 'two loads at once load it once'
for s in landed loading; do
	control "RB${#s}" >"broken-$s.csv"
	commissioning-load -w w --feed plcm "broken-$s.csv" >/dev/null
	sql "UPDATE w.submission SET status = '$s' WHERE file_name = 'broken-$s.csv'" "SELECT w.build_stage(max(submission_id)) FROM w.submission" >/dev/null
done
sql 'CALL w.load()' >/dev/null 2>&1
is "$(sql "SELECT count(*), sum(rows_loaded) FROM w.submission WHERE file_name LIKE 'broken%' AND status = 'loaded'")" '2|6' 'a load that broke off goes on where it stood'

# Totals over everything, and where numbers are ----------------------------------------------
is "$(sql "SELECT count(*) FROM w.submission WHERE status = 'loaded' AND rows_received <> rows_loaded + rows_rejected")" 0 'every file: received = loaded + refused'
is "$(sql "SELECT (SELECT sum(amount_loaded) FROM w.submission WHERE feed = 'plcm') - (SELECT sum(total_cost) FROM w.invoice_line)")" '0.000000' 'every penny loaded is on a line'
is "$(sql "SELECT count(*) FROM w.submission s WHERE s.amount_rejected <> (SELECT coalesce(sum(r.amount), 0) FROM w.reject r WHERE r.submission_id = s.submission_id)")" 0 'every readable penny refused is on a reject'
leaks=0
for t in $(sql "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('w', 'w_reporting') AND c.relkind IN ('r', 'v', 'm') AND NOT c.relispartition UNION ALL SELECT 'w.activity' UNION ALL SELECT 'w.invoice_line'"); do
	n=$(sql "SELECT count(*) FROM $t x WHERE x::text ~ '999 ?000 ?00(18|26|34|42)'") || n=1
	[[ $n == 0 ]] || { leaks=1; diag "$t holds $n"; }
done
is "$leaks" 0 'no NHS number in the tables of the warehouse or its views'
# what other tests of this run wrote does not count
is "$(tail -c +"$log_start" "$PGHOST/log" | grep -cE '999 ?000 ?00(18|26|34|42)')" 0 'no NHS number in the server log'
is "$(grep -cE '999 ?000 ?00(18|26|34|42)' messages)" 0 'no NHS number in messages'
done_testing
