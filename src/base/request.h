/*
 * base/request.h - the Request interface: how the core reads JSON-like data that it does not own.
 *
 * A Value is a cheap handle: scalars are in it, containers are looked into through RequestOps.  There are two
 * implementations, the positioned tree (base/tree.h) and jsonb (pg/jsonb_request.c), and everything that
 * reads values (paths, operators, modifications) works on both.
 *
 * Numbers: an int where integral and within int64 (also 1.0 and 1e3), else the nearest double, clamped at the
 * largest finite one.  There is no NaN, no infinity and no negative zero.  Decisions know nothing else; a
 * number that had to be rounded also leads to its exact form, so that a copy of it can be what it was.
 */
#ifndef LLP_BASE_REQUEST_H
#define LLP_BASE_REQUEST_H

#include <stdint.h>

#include "base/str.h"

/* ORDER: llp_kind_name's table. */
typedef enum ValueKind
{
	VALUE_MISSING = 0, /* there is nothing at that path; never inside a container */
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_DOUBLE,
	VALUE_STRING,
	VALUE_LIST,
	VALUE_MAP
} ValueKind;

/* What became of a number that neither an int64 nor a double holds: decisions do not care, expressions do. */
typedef enum NumberLoss
{
	LOSS_NONE = 0,	  /* held exactly, or the nearest double of one that is not integral */
	LOSS_OF_FRACTION, /* not integral, but its nearest double is, and so became an int or a whole double */
	LOSS_OF_INTEGER	  /* integral and rounded to the nearest double, or beyond its range and clamped */
} NumberLoss;

typedef struct RequestOps RequestOps;

typedef struct Value
{
	ValueKind kind;
	union
	{
		bool boolean;
		struct
		{
			union
			{
				int64_t integer;
				double real;
			};
			const void *exact; /* the owner's form of a number that is neither; else NULL */
			NumberLoss loss;
		};
		Str string; /* valid as long as the request, as exact is */
		struct
		{
			const RequestOps *ops;
			const void *handle;
			uint32_t offset; /* for the implementation's own use */
			uint32_t count;	 /* elements of a list, members of a map */
		} container;
	} as;
} Value;

/* An out-of-range index or an absent key gives VALUE_MISSING.  A request of N bytes is read in O(N) memory.
 */
struct RequestOps
{
	Value (*member)(const Value *map, Str key);
	Value (*element)(const Value *list, size_t index);
	/* The index-th member in the implementation's own order, which is the same on every call. */
	Value (*entry)(const Value *map, size_t index, Str *key);
	Str (*key)(const Value *map, size_t index); /* of that member; index < count */
};

extern const Value llp_missing;

extern Value llp_member(const Value *map, Str key); /* VALUE_MISSING unless a map that has it */
extern Value llp_element(const Value *list, size_t index);
extern Value llp_entry(const Value *map, size_t index, Str *key);
extern Str llp_key(const Value *map, size_t index); /* of llp_entry's member, without its value */
extern const char *llp_kind_name(ValueKind kind);	/* "string", "list" … as messages name it */

/* Deep equality: numbers by value, key order ignored, kinds never mixed.  Recursion is as deep as the
 * shallower. */
extern bool llp_value_equal(const Value *a, const Value *b);

#endif
