# commissioning-models: models of other publishers and tools, from files into the registry of a warehouse.
source "$top/test/lib/tap.sh"
data=$top/../shared/data/risk
dir=$work/risk_models
mkdir -p "$dir"
sql "SELECT commissioning.create_warehouse('pop', 'risk_stratification', 2)"

# says COMMAND...: its last line, with the exit status where it fails
says() {
	local out status=0
	out=$("$@" 2>&1) || status=$?
	printf '%s\n' "$out" | sed 's/^psql:[^:]*:[0-9]*: //' | grep -v '^HINT\|^DETAIL' | tail -n 1
	[[ $status == 0 ]] || echo "exit $status"
}

printf 'term,estimate,std.error\n(Intercept),-3.5,0.2\nage,0.02,0.01\n"sex=F",-0.1,\ncondition:copd,0.75,0.1\n' >"$dir/local.csv"
is "$(says commissioning-models -w pop --csv "$dir/local.csv" --name readmission --version 2025 --properties '{"link": "logit", "reference": {"sex": "M"}}' --note 'from the university')" \
	'readmission version 2025 registered' 'a list of coefficients is registered'
is "$(sql "SELECT round(commissioning.risk_score(pop.registered_model('readmission', '2025'), NULL, '{\"age\": 60, \"sex\": \"F\", \"conditions\": [\"copd\"]}')::numeric, 6), (SELECT note FROM pop.model)")" \
	"$(sql "SELECT round(1 / (1 + exp(-(-3.5 + 1.2 - 0.1 + 0.75))), 6)")|from the university" 'and scores'
is "$(says commissioning-models -w pop --csv "$dir/local.csv" --name readmission --version 2025 --properties '{"link": "logit", "reference": {"sex": "M"}}')" 'readmission version 2025 registered' 'the same again'
is "$(sql 'SELECT count(*), min(status) FROM pop.model')" '1|draft' 'changes nothing; it is a draft'
is "$(says commissioning-models -w pop --csv "$dir/local.csv" --name readmission --version 2025 --properties '{"link": "log", "reference": {"sex": "M"}}')" \
	$'ERROR:  risk model "readmission" version "2025" is registered with another content\nexit 3' 'another content under one version is refused'
is "$(says commissioning-models -w pop --csv "$dir/local.csv" --name readmission --version 2026)" $'ERROR:  the reference level of sex is not known\nexit 3' 'what is not understood is refused by name'

cat >"$dir/model.xml" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><DataDictionary><DataField name="age" optype="continuous" dataType="double"/></DataDictionary>
<RegressionModel functionName="regression" normalizationMethod="exp"><MiningSchema><MiningField name="age"/></MiningSchema><RegressionTable intercept="1"><NumericPredictor name="age" coefficient="0.5"/></RegressionTable></RegressionModel></PMML>
XML
is "$(says commissioning-models -w pop --pmml "$dir/model.xml" --name days --version 1)" 'days version 1 registered' 'PMML is registered'
is "$(sql "SELECT round(commissioning.risk_score(pop.registered_model('days'), NULL, '{\"age\": 4}')::numeric, 6) = round(exp(3.0), 6)")" t 'and scores'
echo '{"modelType": "logistic", "intercept": -1, "coefficients": [{"covariateId": 77, "covariateName": "it'"'"'s quoted \\ here", "betas": 2}]}' >"$dir/plp.json"
is "$(says commissioning-models -w pop --ohdsi "$dir/plp.json" --name plp --version 1)" 'plp version 1 registered' 'a model of OHDSI is registered'
is "$(sql "SELECT pop.registered_model('plp')::jsonb #>> '{inputs,0,label}'")" "it's quoted \\ here" 'with its labels as they are'

is "$(says commissioning-models -w nowhere --csv "$dir/local.csv" --name a --version 1)" $'commissioning-models: there is no warehouse "nowhere" in this database\nexit 1' 'no such warehouse'
is "$(says commissioning-models -w pop --csv "$dir/none.csv" --name a --version 1)" "commissioning-models: cannot read file $dir/none.csv
exit 1" 'no such file'
is "$(says commissioning-models -w pop --hcc V22 "$dir" --version 1)" $'commissioning-models: CMS-HCC is V24 or V28, not "v22"\nexit 1' 'no such CMS-HCC'
is "$(says commissioning-models -w pop --hcc V24 "$dir" --version 1)" "commissioning-models: cannot read $dir/cms_hcc_v24_dx.csv
exit 1" 'tables of CMS-HCC are looked for'

if [[ -d $data ]]; then
	is "$(commissioning-models -w pop --hcc V24 "$data" --version 2026 --segments CNA,INS,NE 2>&1)" \
		$'cms_hcc_v24_cna version 2026 registered\ncms_hcc_v24_ins version 2026 registered\ncms_hcc_v24_ne version 2026 registered' 'CMS-HCC V24: segments asked for'
	is "$(commissioning-models -w pop --version 2026 --hcc V28 "$data" 2>&1 | wc -l)" 9 'CMS-HCC V28: nine segments'
	is "$(sql "SELECT commissioning.risk_score(pop.registered_model('cms_hcc_v24_cna'), '{E1169,I509}', '{\"age\": 70, \"female\": 0, \"orec\": 0}')")" 1.148 'the published example: 1.148'
	is "$(sql "SELECT commissioning.risk_score(pop.registered_model('cms_hcc_v24_cna'), '{D66}', '{\"age\": 70, \"female\": 1, \"orec\": 0}')::numeric - commissioning.risk_score(pop.registered_model('cms_hcc_v24_cna'), '{}', '{\"age\": 70, \"female\": 1, \"orec\": 0}')::numeric")" \
		"$(awk -F, '$2 == "CNA_HCC48" { print $4 + 0 }' "$data/cms_hcc_v24_coefficients.csv")" 'the edits of V24 are there'
else
	skip 'CMS-HCC' 'the tables in ../shared/data/risk are not on this machine'
fi
rm -rf "$dir"
done_testing
