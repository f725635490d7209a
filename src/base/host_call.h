/*
 * base/host_call.h - what expressions ask of the surroundings: functions and rows that are registered there.
 *
 * Names mean what they mean when the call is made: a program knows them as texts only.
 */
#ifndef LLP_BASE_HOST_CALL_H
#define LLP_BASE_HOST_CALL_H

#include "base/host.h"
#include "base/timestamp.h"
#include "base/tree.h"

typedef enum HostCallKind
{
	HOST_CALL_FUNCTION, /* custom.name(…) */
	HOST_CALL_DATA		/* the rows of the data source `name` */
} HostCallKind;

struct HostCall
{
	/* Asked. */
	HostCallKind kind;
	Str name;
	TreeNode *const *args; /* points in time, durations and the like as their texts */
	uint32_t count;
	Arena *arena; /* of the answer */
	size_t room;  /* bytes of it that the answer may take; STATUS_LIMIT: it would take more */
	/* Answered. */
	Value value;	/* VALUE_MISSING: there is none, as of a row that does not exist */
	bool is_time;	/* it is a point in time instead */
	Timestamp time; /* then this one */
	size_t size;	/* bytes of the arena that the answer takes, more or less */
	Str problem;	/* of STATUS_INVALID: why there is no answer; names things, never values */
};

#endif
