/*
 * test/fuzz/fuzz_scalars.c - the small parsers: field paths, points in time, numbers.
 *
 * Each takes the whole input as its text, and eight bytes of it as a double or an int64.  What comes out is
 * held against libc (strtod, strtoll, gmtime_r) and has to survive being written and read again.
 */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/field_path.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "base/tree.h"

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* Paths */

/* [0] for an index, ["..."] for everything else. */
static Str
written_path(Arena *arena, const FieldPath *path)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	for (size_t i = 0; i < path->count; i++)
	{
		Str key = path->steps[i].key;

		llp_buf_append(&text, path->steps[i].is_index ? STR("[") : STR("[\""));
		for (size_t j = 0; j < key.size; j++)
		{
			if (key.data[j] == '"' || key.data[j] == '\\')
				llp_buf_append_char(&text, '\\');
			llp_buf_append_char(&text, key.data[j]);
		}
		llp_buf_append(&text, path->steps[i].is_index ? STR("]") : STR("\"]"));
	}
	return llp_buf_str(&text);
}

static void
check_index(const PathStep *step)
{
	char text[16];

	if (step->is_index)
	{
		(void) snprintf(text, sizeof(text), "%u", (unsigned) step->index);
		require(llp_str_equal(step->key, llp_str(text)), "an index with another key");
		return;
	}
	if (llp_is_plain_decimal(step->key) && memchr(step->key.data, '.', step->key.size) == NULL)
		require(step->key.data[0] == '-' || llp_number_parse(step->key).kind != VALUE_INT ||
					llp_number_parse(step->key).as.integer > UINT32_MAX,
				"an index that is not seen");
}

/* Reads the next token of a JSON pointer against a key. */
static const char *
match_token(const char *at, const char *end, Str key)
{
	require(at < end && *at == '/', "a pointer with too few tokens");
	at++;
	for (size_t i = 0; i < key.size; i++)
	{
		char c;

		require(at < end, "a pointer that is too short");
		c = *at++;
		if (c == '~')
		{
			require(at < end && (*at == '0' || *at == '1'), "a lone tilde in a pointer");
			c = *at++ == '0' ? '~' : '/';
		}
		else
			require(c != '/', "a token that ends early");
		require(c == key.data[i], "a pointer to another member");
	}
	return at;
}

static void
check_pointer(Arena *arena, const FieldPath *path)
{
	Str pointer = llp_path_pointer(arena, path);
	const char *at = pointer.data;
	const char *end = pointer.data + pointer.size;

	for (size_t i = 0; i < path->count; i++)
		at = match_token(at, end, path->steps[i].key);
	require(at == end, "a pointer with too many tokens");
}

static void
check_same_path(Arena *arena, const FieldPath *path)
{
	Str text = written_path(arena, path);
	const char *problem;
	size_t offset;
	FieldPath again;

	require(llp_path_parse(arena, text, &again, &problem, &offset) == STATUS_OK, "a path does not read back");
	require(again.count == path->count, "a path reads back with other steps");
	for (size_t i = 0; i < path->count; i++)
		require(llp_str_equal(again.steps[i].key, path->steps[i].key) &&
					again.steps[i].is_index == path->steps[i].is_index,
				"a step reads back as another");
	require(llp_path_conflicts(path, &again) && llp_path_conflicts(&again, path), "a path beside itself");
}

/* Maps inside each other, as the path says, with a 7 at its end. */
static void
check_fetch(Arena *arena, const FieldPath *path)
{
	TreeNode *node = llp_tree_int(arena, 7);
	Value root;
	Value found;

	for (size_t i = path->count; i > 0; i--)
	{
		TreeNode *map = llp_tree_map(arena);

		llp_tree_set(arena, map, path->steps[i - 1].key, node);
		node = map;
	}
	root = llp_tree_value(node);
	found = llp_path_fetch(&root, path);
	require((found.kind == VALUE_INT && found.as.integer == 7) ||
				llp_member(&root, path->text).kind != VALUE_MISSING,
			"nothing at the path's end");
	llp_tree_set(arena, node, path->text, llp_tree_int(arena, 8));
	root = llp_tree_value(node);
	found = llp_path_fetch(&root, path);
	require(found.kind == VALUE_INT && found.as.integer == 8, "a key equal to the whole path does not win");
}

static void
check_path(Arena *arena, Str text)
{
	const char *problem = NULL;
	size_t offset = 0;
	FieldPath path;
	Status status = llp_path_parse(arena, text, &path, &problem, &offset);

	if (status != STATUS_OK)
	{
		require(status == STATUS_INVALID && problem != NULL && offset <= text.size,
				"a refusal without a reason");
		return;
	}
	require(path.count >= 1 && path.count <= LLP_MAX_PATH_STEPS, "too many steps");
	for (size_t i = 0; i < path.count; i++)
		check_index(&path.steps[i]);
	check_pointer(arena, &path);
	check_same_path(arena, &path);
	check_fetch(arena, &path);
}

/* Points in time */

#define YEAR_1 INT64_C(-62135596800)	 /* seconds */
#define YEAR_10000 INT64_C(253402300800) /* seconds */

static void
check_timestamp(Timestamp timestamp)
{
	char text[TIMESTAMP_TEXT_SIZE];
	char expected[TIMESTAMP_TEXT_SIZE];
	Str written = llp_timestamp_format(timestamp, text);
	int64_t microseconds = timestamp % 1000000;
	time_t seconds = (time_t) (timestamp / 1000000);
	struct tm parts;
	Timestamp again;

	require(written.size > 0 && written.size < TIMESTAMP_TEXT_SIZE, "a timestamp without text");
	if (microseconds < 0)
		seconds--;
	if (seconds < YEAR_1 || seconds >= YEAR_10000)
		return;
	require(llp_timestamp_parse(written, &again) && again == timestamp, "a timestamp does not read back");
	require(gmtime_r(&seconds, &parts) != NULL, "no calendar");
	(void) snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02d", parts.tm_year + 1900,
					parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
	require(llp_str_starts_with(written, llp_str(expected)), "another calendar");
	require((microseconds == 0) == (memchr(written.data, '.', written.size) == NULL), "a fraction too many");
}

/* Numbers */

static void
check_number(const Value *number)
{
	char buffer[LLP_NUMBER_TEXT_SIZE];
	Str text = llp_scalar_text(&llp_libc_host, number, buffer);
	Value again;

	require(llp_is_json_number(text), "a text form that is no number");
	again = llp_number_parse(text);
	require(again.kind == number->kind && llp_number_compare(&again, number) == 0,
			"a number does not read back");
	if (number->kind == VALUE_INT)
		return;
	require(isfinite(number->as.real), "a number that is not finite");
	require(number->as.real != trunc(number->as.real) || fabs(number->as.real) >= 0x1p63,
			"an integral double");
}

static void
check_number_text(Arena *arena, Str text)
{
	Str terminated = llp_str_copy(arena, text);
	Value number;
	double expected;

	require(!llp_is_plain_decimal(text) || llp_is_json_number(text), "a plain decimal that is no number");
	if (!llp_is_json_number(text))
		return;
	number = llp_number_parse(text);
	check_number(&number);
	expected = strtod(terminated.data, NULL);
	if (isinf(expected))
		expected = expected > 0 ? DBL_MAX : -DBL_MAX;
	require(expected == (number.kind == VALUE_INT ? (double) number.as.integer : number.as.real),
			"not the nearest double");
	if (strpbrk(terminated.data, ".eE") != NULL)
		return;
	errno = 0;
	if (strtoll(terminated.data, NULL, 10) == 0 || errno == 0)
		require(number.kind == VALUE_INT && number.as.integer == strtoll(terminated.data, NULL, 10),
				"not the integer that is written");
}

static int
sign(int order)
{
	return (order > 0) - (order < 0);
}

#define NUMBERS 12

static int
add_number(Value *numbers, int count, Value number)
{
	check_number(&number);
	numbers[count] = number;
	return count + 1;
}

/* The eight bytes as an int64, as a double, and what lies beside them. */
static int
numbers_of(uint64_t bits, Value *numbers, int count)
{
	int64_t integer;
	double real;

	memcpy(&integer, &bits, sizeof(integer));
	memcpy(&real, &bits, sizeof(real));
	count = add_number(numbers, count, (Value){.kind = VALUE_INT, .as.integer = integer});
	count = add_number(numbers, count, llp_number_from_double(real));
	count = add_number(numbers, count, llp_number_from_double((double) integer));
	count = add_number(numbers, count, llp_number_from_double(nextafter(trunc(real), INFINITY)));
	return add_number(numbers, count, llp_number_from_double(trunc(real)));
}

/* A long double that holds every int64 knows the order. */
static void
check_against_long_double(const Value *a, const Value *b, int order)
{
#if LDBL_MANT_DIG >= 64
	long double x = a->kind == VALUE_INT ? (long double) a->as.integer : (long double) a->as.real;
	long double y = b->kind == VALUE_INT ? (long double) b->as.integer : (long double) b->as.real;

	require(order == (x > y) - (x < y), "another order than that of the numbers");
#else
	(void) a;
	(void) b;
	(void) order;
#endif
}

static void
check_order(const Value *numbers, int count)
{
	int order[NUMBERS][NUMBERS];

	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
		{
			order[i][j] = sign(llp_number_compare(&numbers[i], &numbers[j]));
			check_against_long_double(&numbers[i], &numbers[j], order[i][j]);
		}
	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
		{
			require(order[i][j] == -order[j][i], "an order that is not antisymmetric");
			for (int k = 0; k < count; k++)
				require(order[i][j] > 0 || order[j][k] > 0 || order[i][k] <= 0,
						"an order that is not transitive");
		}
}

static void
check_bits(const uint8_t *data, size_t size)
{
	Value numbers[NUMBERS];
	int count = 0;

	for (size_t at = 0; at + sizeof(uint64_t) <= size && at < 2 * sizeof(uint64_t); at += sizeof(uint64_t))
	{
		uint64_t bits;
		Timestamp timestamp;

		memcpy(&bits, data + at, sizeof(bits));
		memcpy(&timestamp, &bits, sizeof(timestamp));
		check_timestamp(timestamp);
		/* The years that dates are written in are a small part of int64. */
		check_timestamp(timestamp % (YEAR_10000 * 1000000));
		count = numbers_of(bits, numbers, count);
	}
	check_order(numbers, count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Str text = {(const char *) data, size};
	Timestamp timestamp;

	require(arena != NULL, "no arena");
	check_path(arena, text);
	if (llp_timestamp_parse(text, &timestamp))
		check_timestamp(timestamp);
	check_number_text(arena, text);
	check_bits(data, size);
	llp_arena_destroy(arena);
	return 0;
}
