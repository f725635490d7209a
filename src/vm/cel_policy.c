/*
 * vm/cel_policy.c - the policy language's own functions of maps.
 */
#include "vm/cel_functions.h"
#include "vm/cel_map.h"

/* Is the text an element of the list of that name?  False where there is no such list. */
static CelValue
listed(CelContext *context, CelValue map, Str name, CelValue text)
{
	CelValue args[2] = {text};

	if (!llp_cel_find_name(map, name, &args[1]) || args[1].kind != CEL_LIST)
		return llp_cel_bool(false);
	return llp_cel_in(context, args, 2);
}

CelValue
llp_cel_has_permission(CEL_ARGS)
{
	return listed(context, args[0], STR("permissions"), args[1]);
}

CelValue
llp_cel_has_role(CEL_ARGS)
{
	return listed(context, args[0], STR("roles"), args[1]);
}
