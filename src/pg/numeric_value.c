/*
 * pg/numeric_value.c - numeric as the core's number, and the core's int as numeric, by its stored form.
 *
 * The stored form is what lies on disk since 9.1 and what pg_upgrade carries over as it is: a 16-bit header
 * (sign, scale and weight, or sign and scale followed by a 16-bit weight), then digits in base 10000, the
 * most significant first; the value is 0.0001 ^ … the digits at powers weight, weight - 1, … of 10000.
 */
#include "postgres.h"

#include "common/int.h"

#include "base/number.h"

#include "pg/compat.h"
#include "pg/numeric_value.h"

#define NUMERIC_BASE 10000
#define GROUP_DIGITS 4

#define HEADER_KIND 0xC000
#define HEADER_SHORT 0x8000
#define HEADER_SPECIAL 0xC000 /* NaN and infinities, which jsonb cannot hold */
#define LONG_NEGATIVE 0x4000
#define LONG_SCALE 0x3FFF
#define SHORT_NEGATIVE 0x2000
#define SHORT_SCALE 0x1F80
#define SHORT_WEIGHT_SIGN 0x0040
#define SHORT_WEIGHT 0x003F

/*
 * Groups that can decide which double is nearest: its neighbours' midpoints have at most 767 digits; what
 * follows only matters by not being zero.
 */
#define MAX_GROUPS 200

typedef struct StoredNumeric
{
	bool negative;
	bool has_fraction; /* digits are written behind the point, be they zeros */
	int weight;		   /* power of 10000 of the first group */
	int count;
	const int16 *groups;
} StoredNumeric;

static StoredNumeric
read_stored(const void *numeric)
{
	const uint16 *words = (const void *) VARDATA(numeric);
	int size = (int) ((VARSIZE(numeric) - VARHDRSZ) / sizeof(uint16));
	uint16 header = words[0];
	StoredNumeric result = {false, false, 0, 0, NULL};
	int header_size = 2;

	Assert((header & HEADER_KIND) != HEADER_SPECIAL);
	if (header & HEADER_SHORT)
	{
		header_size = 1;
		result.negative = (header & SHORT_NEGATIVE) != 0;
		result.has_fraction = (header & SHORT_SCALE) != 0;
		result.weight = header & SHORT_WEIGHT;
		if (header & SHORT_WEIGHT_SIGN)
			result.weight -= SHORT_WEIGHT + 1;
	}
	else
	{
		result.negative = (header & HEADER_KIND) == LONG_NEGATIVE;
		result.has_fraction = (header & LONG_SCALE) != 0;
		result.weight = (int16) words[1];
	}
	result.groups = (const int16 *) words + header_size;
	result.count = size - header_size;
	return result;
}

/* Zeros at the end may be stored; without them "is it integral" is a comparison. */
static void
drop_trailing_zeros(StoredNumeric *stored)
{
	while (stored->count > 0 && stored->groups[stored->count - 1] == 0)
		stored->count--;
}

/* Accumulates towards the sign, so that the smallest int64 fits. */
static bool
as_int64(const StoredNumeric *stored, int64 *result)
{
	int64 value = 0;

	if (stored->count > stored->weight + 1 || stored->weight > 4)
		return false;
	for (int i = 0; i <= stored->weight; i++)
	{
		int64 group = i < stored->count ? stored->groups[i] : 0;

		if (pg_mul_s64_overflow(value, NUMERIC_BASE, &value) ||
			pg_add_s64_overflow(value, stored->negative ? -group : group, &value))
			return false;
	}
	*result = value;
	return true;
}

static Value
nearest_double(const StoredNumeric *stored)
{
	char text[MAX_GROUPS * GROUP_DIGITS + 32];
	int groups = Min(stored->count, MAX_GROUPS);
	bool sticky = stored->count > groups;
	int size = 0;

	if (stored->negative)
		text[size++] = '-';
	text[size++] = '0';
	text[size++] = '.';
	for (int i = 0; i < groups; i++)
		for (int unit = NUMERIC_BASE / 10; unit > 0; unit /= 10)
			text[size++] = (char) ('0' + stored->groups[i] / unit % 10);
	if (sticky)
		text[size++] = '1';
	size += snprintf(text + size, sizeof(text) - (size_t) size, "e%d", (stored->weight + 1) * GROUP_DIGITS);
	return llp_number_parse((Str){text, (size_t) size});
}

Value
numeric_value(const void *numeric)
{
	StoredNumeric stored = read_stored(numeric);
	int64 integer = 0;
	Value value;

	drop_trailing_zeros(&stored);
	if (stored.count == 0 || as_int64(&stored, &integer))
		return (Value){.kind = VALUE_INT, .as.integer = integer};
	value = nearest_double(&stored);
	value.as.exact = numeric;
	return value;
}

bool
numeric_is_int(const void *numeric, int64 *value)
{
	StoredNumeric stored = read_stored(numeric);

	*value = 0;
	return !stored.has_fraction && (stored.count == 0 || as_int64(&stored, value));
}

/* Groups of the magnitude, the least significant first; zeros at the end of the number are not stored. */
static int
split_groups(uint64 magnitude, int16 groups[5], int *weight)
{
	int count = 0;

	*weight = -1;
	for (; magnitude > 0; magnitude /= NUMERIC_BASE)
	{
		int16 group = (int16) (magnitude % NUMERIC_BASE);

		if (count > 0 || group != 0)
			groups[count++] = group;
		(*weight)++;
	}
	return count;
}

int
numeric_store_int(StoredInt *stored, int64 value)
{
	uint64 magnitude = value < 0 ? 0 - (uint64) value : (uint64) value;
	int16 groups[5];
	int weight;
	int count = split_groups(magnitude, groups, &weight);
	int size = (int) (VARHDRSZ + (size_t) (1 + count) * sizeof(uint16));

	stored->words[0] = (uint16) (HEADER_SHORT | (value < 0 ? SHORT_NEGATIVE : 0) | Max(weight, 0));
	for (int i = 0; i < count; i++)
		stored->words[1 + i] = (uint16) groups[count - 1 - i];
	SET_VARSIZE(stored, size);
	return size;
}
