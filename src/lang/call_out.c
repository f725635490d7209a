/*
 * lang/call_out.c - the one list of names that are kept.
 */
#include "lang/call_out.h"

typedef struct CallOut
{
	Str name;
	const char *hint;
} CallOut;

/* A key of the request that has such a name is read between backquotes. */
#define CALL_OUT(name, what)                                                                                 \
	{                                                                                                        \
		{name, sizeof(name) - 1},                                                                            \
			what " are not available yet. A key of the request with this name is written `" name "`."        \
	}

static const CallOut call_outs[] = {
	CALL_OUT("rate_limit", "Rate limits"),	 CALL_OUT("usage", "Counters of usage"),
	CALL_OUT("budget", "Budgets"),			 CALL_OUT("history", "Earlier decisions"),
	CALL_OUT("shield", "Calls to a shield"), CALL_OUT("costops", "Calls to a cost service"),
};

const char *
llp_call_out_hint(Str name)
{
	for (size_t i = 0; i < sizeof(call_outs) / sizeof(call_outs[0]); i++)
	{
		if (llp_str_equal(call_outs[i].name, name))
			return call_outs[i].hint;
	}
	return NULL;
}
