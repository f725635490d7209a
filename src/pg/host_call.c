/*
 * pg/host_call.c - hands a question of the core to whoever answers it.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "pg/custom_function.h"
#include "pg/data_source.h"
#include "pg/host_call.h"
#include "pg/text_call.h"

Status
host_call_answer(void *context, HostCall *call)
{
	check_stack_depth();
	switch (call->kind)
	{
		case HOST_CALL_FUNCTION:
			return custom_function_call(call);
		case HOST_CALL_DATA:
			return data_source_fetch(call);
		default:
			return text_call_answer(call);
	}
}
