/*
 * base/host_call.h - what the core asks of the surroundings: functions and rows that are registered there,
 * and what they know of texts for language models and of the prices of models.
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
	HOST_CALL_DATA,		/* the rows of the data source `name` */
	/* Of a text, the first argument, without a name: */
	HOST_CALL_TOKENS, /* for a model, the second one: {"tokens": their number, at most, "method": text} */
	HOST_CALL_DETECT, /* a list of {"type", "kind", "score", "start", "length"} */
	HOST_CALL_TYPES,  /* {"pii": names of the types that are found, once each, "secret": …, "phi": …} */
	HOST_CALL_REDACT, /* the text without what is found */
	HOST_CALL_INJECTION, /* does it look like a prompt injection? */
	/* Of a model, the first argument; the second is its provider, or null. */
	HOST_CALL_COST /* of that many tokens of the prompt and of the completion */
} HostCallKind;

struct HostCall
{
	/* Asked. */
	HostCallKind kind;
	Str name;
	TreeNode *const *args; /* points in time, durations and the like as their texts */
	uint32_t count;
	Timestamp now; /* of the evaluation */
	Arena *arena;  /* of the answer */
	size_t room;   /* bytes of it that the answer may take; STATUS_LIMIT: it would take more */
	/* Answered. */
	Value value;	/* VALUE_MISSING: there is none, as of a row that does not exist */
	bool is_time;	/* it is a point in time instead */
	Timestamp time; /* then this one */
	size_t size;	/* bytes of the arena that the answer takes, more or less */
	Str problem;	/* of STATUS_INVALID: why there is no answer; names things, never values */
};

#endif
