# The value types read every published code, and give it back as it stands.
source "$top/test/lib/tap.sh"

# all_read TYPE FILE COLUMN PATTERN LEAST: every value of the column that looks like PATTERN is a value of TYPE, and
# there are at least LEAST of them.
all_read() {
	local cat=cat
	[[ $2 == *.gz ]] && cat=zcat
	is "$("$cat" "$real_data/$2" | tail -n +2 | cut -d, -f"$3" | tr -d '"\r' | sort -u | grep -E "$4" |
		psql -XAtq -v ON_ERROR_STOP=1 -c 'CREATE TEMP TABLE code (t text)' -c '\copy code FROM pstdin' \
			-c "SELECT count(*) >= $5, count(*) FILTER (WHERE replace(commissioning.to_$1(t)::text, '.', '') = replace(t, '.', '')) = count(*) FROM code")" \
		't|t' "every $1 of $2"
}

all_read icd10 real/codes/icd10_codes_3char_no_text.csv.gz 2 '^[A-Z][0-9][0-9A-Z]' 1500
all_read icd10 real/codes/icd9cm_to_icd10cm_gem.csv.gz 2 '^[A-Z][0-9]' 10000
all_read icd10 risk/cms_hcc_v24_dx.csv 3 . 7000
all_read icd10 risk/cms_hcc_v28_dx.csv 3 . 7000
all_read hrg real/costs/ncc_2024_25_hrg.csv.gz 2 '^[A-Z]{2}[0-9]{2}[A-Z]$' 1000
all_read hrg invoice/hrg4plus.csv 1 . 5000
done_testing
