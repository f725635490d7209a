/*
 * pg/sql/roles.c - the caller's rights, as the views ask for them.
 */
#include "postgres.h"

#include "pg/authz.h"
#include "pg/catalog.h"
#include "pg/function.h"
#include "pg/in_force.h"
#include "pg/sql/arguments.h"

LLM_POLICY_FUNCTION(llm_policy_has_right);

Datum
llm_policy_has_right(PG_FUNCTION_ARGS)
{
	char *name = argument_required_text(fcinfo, 0, "role_right");
	Right right;

	if (!authz_right_of(name, &right))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("there is no right \"%s\"", name),
						errhint("Rights are evaluator, author, auditor and admin.")));
	PG_RETURN_BOOL(authz_includes(
		in_force(argument_required_text(fcinfo, 1, "namespace"), catalog_caller()).rights, right));
}
