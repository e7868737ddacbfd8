/*-------------------------------------------------------------------------
 *
 * code_support.c
 *	  Planner support of ^@: a prefix test becomes a btree range.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/stratnum.h"
#include "catalog/pg_type_d.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/lsyscache.h"

#include "types/code.h"

/* range_clause --- "code strategy bound", or NULL when the index's family lacks the operator. */
static Expr *
range_clause(Node *code, Oid opfamily, StrategyNumber strategy, int64 bound)
{
	Oid    type = exprType(code);
	Oid    operator_id = get_opfamily_member(opfamily, type, type, strategy);
	Const *value;

	if (!OidIsValid(operator_id))
		return NULL;
	value = makeConst(type, -1, InvalidOid, sizeof(int64), Int64GetDatum(bound), false, true);
	return make_opclause(operator_id, BOOLOID, false, (Expr *) copyObject(code), (Expr *) value,
						 InvalidOid, InvalidOid);
}

/*
 * index_condition --- the range that a constant prefix stands for; NULL when
 * there is none.  The range is exact, so the test itself need not be repeated.
 */
static Node *
index_condition(SupportRequestIndexCondition *request, const CodeForm *form)
{
	List     *args = NIL;
	Node     *code;
	Node     *prefix;
	text     *prefix_text;
	Expr     *lower;
	Expr     *upper;
	CodeRange range;

	if (is_opclause(request->node))
		args = ((OpExpr *) request->node)->args;
	else if (is_funcclause(request->node))
		args = ((FuncExpr *) request->node)->args;
	if (list_length(args) != 2 || request->indexarg != 0)
		return NULL;
	code = linitial(args);
	prefix = lsecond(args);
	if (!IsA(prefix, Const) || ((Const *) prefix)->constisnull)
		return NULL;

	/* A bad prefix is reported when the query runs. */
	prefix_text = DatumGetTextPP(((Const *) prefix)->constvalue);
	if (!code_parse_prefix(form, VARDATA_ANY(prefix_text), VARSIZE_ANY_EXHDR(prefix_text),
						   &range.first, &range.last))
		return NULL;
	lower = range_clause(code, request->opfamily, BTGreaterEqualStrategyNumber, range.first);
	upper = range_clause(code, request->opfamily, BTLessEqualStrategyNumber, range.last);
	if (lower == NULL || upper == NULL)
		return NULL;
	request->lossy = false;
	return (Node *) list_make2(lower, upper);
}

/* prefix_support --- answers SupportRequestIndexCondition, nothing else. */
static Datum
prefix_support(FunctionCallInfo fcinfo, const CodeForm *form)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);

	if (!IsA(request, SupportRequestIndexCondition))
		PG_RETURN_POINTER(NULL);
	PG_RETURN_POINTER(index_condition((SupportRequestIndexCondition *) request, form));
}

PG_FUNCTION_INFO_V1(commissioning_icd10_prefix_support);

Datum
commissioning_icd10_prefix_support(PG_FUNCTION_ARGS)
{
	return prefix_support(fcinfo, &code_icd10);
}

PG_FUNCTION_INFO_V1(commissioning_opcs4_prefix_support);

Datum
commissioning_opcs4_prefix_support(PG_FUNCTION_ARGS)
{
	return prefix_support(fcinfo, &code_opcs4);
}

PG_FUNCTION_INFO_V1(commissioning_hrg_prefix_support);

Datum
commissioning_hrg_prefix_support(PG_FUNCTION_ARGS)
{
	return prefix_support(fcinfo, &code_hrg);
}
