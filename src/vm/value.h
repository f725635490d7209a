/*
 * vm/value.h - the values that expressions are about.
 *
 * A CelValue is small and passed by value; scalars are in it.  What it points to (text, elements, entries)
 * lives in the arena of the evaluation, in the program or in the request, and never changes.  Lists and maps
 * come in two forms with the same functions: made by the expression, or read in place from a request
 * (base/request.h), so that reading a.b.c of a request copies nothing.
 *
 * An error is a value (CEL_ERROR).  That the evaluation has to stop - a limit, no memory, a cancel - is not:
 * CEL_STOPPED is what functions return then, no operator absorbs it, and the context (vm/cel_context.h) says
 * why.
 */
#ifndef LLP_VM_VALUE_H
#define LLP_VM_VALUE_H

#include "base/request.h"

/* ORDER: as TypeKind.  CEL_DYN, CEL_NUMBER and CEL_VARIABLE are kinds of types only, never of a value. */
typedef enum CelKind
{
#define KIND(symbol, name) CEL_##symbol,
#include "base/types.def"
	CEL_STOPPED /* no value */
} CelKind;

/* What kind of error a CEL_ERROR is, where something depends on it. */
typedef enum CelErrorCode
{
	CEL_ERROR_OTHER = 0,
	CEL_ERROR_ABSENT,	  /* there is no such key, or no such element */
	CEL_ERROR_NO_OVERLOAD /* the function does not take such arguments */
} CelErrorCode;

#define CEL_COUNT_BITS 28
#define CEL_COUNT_MAX ((1 << CEL_COUNT_BITS) - 1)

#define CEL_ADDRESS_SIZE 16

typedef struct CelEntry CelEntry;
typedef struct CelMap CelMap;
typedef struct CelContext CelContext;

typedef struct CelValue
{
	uint64_t kind : 8;				  /* CelKind */
	uint64_t count : CEL_COUNT_BITS;  /* elements, entries; CelErrorCode; prefix length of a CIDR */
	uint64_t offset : CEL_COUNT_BITS; /* of a container that is read in place */
	union
	{
		bool boolean;
		int64_t integer;  /* CEL_INT; nanoseconds of a CEL_DURATION */
		uint64_t natural; /* CEL_UINT */
		double real;
		Str string; /* CEL_STRING, CEL_BYTES; the message of a CEL_ERROR */
		struct
		{
			int64_t seconds;	 /* since 1970-01-01T00:00:00Z */
			int32_t nanoseconds; /* 0 to 999 999 999 */
		} time;
		CelKind type;					   /* CEL_TYPE */
		const struct CelValue *optional;   /* NULL: none */
		uint8_t address[CEL_ADDRESS_SIZE]; /* CEL_IP, CEL_CIDR; IPv4 as ::ffff:a.b.c.d */
		struct
		{
			const RequestOps *ops; /* NULL: made by the expression */
			union
			{
				const struct CelValue *items; /* of a list */
				CelMap *map;				  /* of which the first `count` entries are this one's */
				const void *handle;			  /* of a container that is read in place */
			};
		} container;
	} as;
} CelValue;

struct CelEntry
{
	CelValue key; /* bool, int, uint or string */
	CelValue value;
};

/*
 * A map made by an expression.  Keys that are equal as numbers are one key.  Entries are only ever added, so
 * that a value that has one more than another can share its storage.
 */
struct CelMap
{
	CelEntry *entries; /* in the order they were added */
	uint32_t count;
	uint32_t capacity;
	uint32_t *index; /* a hash table of numbers of entries, from 1; NULL while the map is small */
	uint32_t index_size;
	bool grows; /* made by the function map_insert, which may add to it */
};

/* --- Making values --- */

extern const CelValue llp_cel_null;
extern const CelValue llp_cel_none; /* the optional without a value */
extern const CelValue llp_cel_stopped;

extern CelValue llp_cel_bool(bool value);
extern CelValue llp_cel_int(int64_t value);
extern CelValue llp_cel_uint(uint64_t value);
extern CelValue llp_cel_double(double value);
extern CelValue llp_cel_string(Str value);
extern CelValue llp_cel_bytes(Str value);
extern CelValue llp_cel_type(CelKind kind);
/* Nanoseconds; every int64 is a duration. */
extern CelValue llp_cel_duration(int64_t nanoseconds);
/* A point in time without looking at its range. */
extern CelValue llp_cel_timestamp(int64_t seconds, int32_t nanoseconds);
/* An error with a constant message, which must outlive the evaluation. */
extern CelValue llp_cel_error(const char *message);
extern CelValue llp_cel_no_overload(void);
extern CelValue llp_cel_no_such_key(void);
/* A list of `count` items, which stay where they are; more than CEL_COUNT_MAX are an error. */
extern CelValue llp_cel_list(const CelValue *items, size_t count);
extern CelValue llp_cel_map(CelMap *map);
/*
 * A value of a request: an int where integral and within int64, every other number the nearest double.  An
 * integral number that a double does not hold exactly, or one beyond double's range, is an error, and so is
 * VALUE_MISSING: "no such key".
 */
extern CelValue llp_cel_of_value(const Value *value);

/* --- Looking at them --- */

/* The value of a request that such a list or map is (as.container.ops is not NULL). */
extern Value llp_cel_container(CelValue container);
/* An error, or CEL_STOPPED. */
extern bool llp_cel_failed(CelValue value);
extern bool llp_cel_is_number(CelValue value);
/* The name of the type of such values: "int", "google.protobuf.Timestamp" … */
extern Str llp_cel_kind_name(CelKind kind);
/* The index-th element of a list; it must be there. */
extern CelValue llp_cel_element(CelValue list, size_t index);
/* The index-th entry of a map, in an order that is the same on every call; it must be there. */
extern CelEntry llp_cel_entry(CelValue map, size_t index);
/*
 * The value of a key.  Keys are equal as numbers are, whatever their types; false where there is none, also
 * for what cannot be a key.  The value may be an error that lies in the request.
 */
extern bool llp_cel_find(CelValue map, CelValue key, CelValue *value);
extern bool llp_cel_find_name(CelValue map, Str name, CelValue *value);
/*
 * The integer that a number is equal to, as an int where it is in range, else as a uint; false for a double
 * that is no such integer, and for what is no number.
 */
extern bool llp_cel_as_integer(CelValue number, CelValue *integer);

#endif
