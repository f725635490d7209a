/*
 * pg/host_call.c - hands a question of the core to whoever answers it.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "pg/custom_function.h"
#include "pg/data_source.h"
#include "pg/host_call.h"

Status
host_call_answer(void *context, HostCall *call)
{
	check_stack_depth();
	return call->kind == HOST_CALL_DATA ? data_source_fetch(call) : custom_function_call(call);
}
