/*
 * base/number.c - numbers: text to value, value to text, exact comparison.
 *
 * A decimal text is taken apart into digits and a power of ten once (read_decimal); every question about it
 * is answered from there, whatever its length, without allocating.
 */
#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/character.h"

/*
 * Digits that decide how a decimal rounds to a double: no midpoint between two doubles has more than 767
 * significant ones, so digits after that matter only by being there at all (the sticky digit).
 */
#define MAX_DIGITS 770

/* Far beyond any double, and far from overflow however the text's own length shifts it. */
#define MAX_EXPONENT ((int64_t) 1 << 40)

/* ±0.DIGITS × 10^point with neither leading nor trailing zeros; no digits for zero. */
typedef struct Decimal
{
	bool negative;
	char digits[MAX_DIGITS + 1];
	int count;
	int64_t point;
} Decimal;

static size_t
skip_digits(Str text, size_t offset)
{
	while (offset < text.size && is_digit(text.data[offset]))
		offset++;
	return offset;
}

/* Reads -?(0|[1-9]\d*)(\.\d+)? from the start and returns where it ends, or 0 when it does not fit. */
static size_t
skip_plain_decimal(Str text)
{
	size_t start = text.size > 0 && text.data[0] == '-' ? 1 : 0;
	size_t end = skip_digits(text, start);

	if (end == start || (text.data[start] == '0' && end - start > 1))
		return 0;
	if (end < text.size && text.data[end] == '.')
	{
		size_t fraction = end + 1;

		end = skip_digits(text, fraction);
		if (end == fraction)
			return 0;
	}
	return end;
}

bool
llp_is_plain_decimal(Str text)
{
	size_t end = skip_plain_decimal(text);

	return end > 0 && end == text.size;
}

bool
llp_is_json_number(Str text)
{
	size_t end = skip_plain_decimal(text);
	size_t exponent;

	if (end == 0 || end == text.size)
		return end > 0;
	if (text.data[end] != 'e' && text.data[end] != 'E')
		return false;
	exponent = end + 1;
	if (exponent < text.size && (text.data[exponent] == '+' || text.data[exponent] == '-'))
		exponent++;
	end = skip_digits(text, exponent);
	return end > exponent && end == text.size;
}

/* The exponent after `e`, saturating. */
static int64_t
read_exponent(Str text, size_t offset)
{
	bool negative = offset < text.size && text.data[offset] == '-';
	int64_t exponent = 0;

	for (; offset < text.size; offset++)
	{
		if (is_digit(text.data[offset]) && exponent < MAX_EXPONENT)
			exponent = exponent * 10 + (text.data[offset] - '0');
	}
	return negative ? -exponent : exponent;
}

/* Takes in one digit; `seen_point` says that it stands after the decimal point. */
static void
read_digit(Decimal *decimal, char digit, bool seen_point)
{
	if (decimal->count == 0 && digit == '0')
	{
		if (seen_point)
			decimal->point--;
		return;
	}
	if (decimal->count < MAX_DIGITS)
		decimal->digits[decimal->count++] = digit;
	else if (digit != '0')
		decimal->digits[MAX_DIGITS - 1] = '1';
	if (!seen_point)
		decimal->point++;
}

/* Takes a text apart: a JSON number, or what Host.format_double wrote. */
static void
read_decimal(Str text, Decimal *decimal)
{
	bool seen_point = false;

	decimal->negative = false;
	decimal->count = 0;
	decimal->point = 0;
	for (size_t i = 0; i < text.size; i++)
	{
		if (is_digit(text.data[i]))
			read_digit(decimal, text.data[i], seen_point);
		else if (text.data[i] == '.')
			seen_point = true;
		else if (text.data[i] == '-')
			decimal->negative = true;
		else
		{
			decimal->point += read_exponent(text, i + 1);
			break;
		}
	}
	while (decimal->count > 0 && decimal->digits[decimal->count - 1] == '0')
		decimal->count--;
}

#define INT64_DIGITS 19

/* The decimal as an int64; false when it is not integral or out of range. */
static bool
decimal_to_int(const Decimal *decimal, int64_t *result)
{
	uint64_t bound = (uint64_t) INT64_MAX + (decimal->negative ? 1 : 0);
	uint64_t magnitude = 0;

	if (decimal->count > 0 && (decimal->point < decimal->count || decimal->point > INT64_DIGITS))
		return false;
	for (int i = 0; decimal->count > 0 && i < decimal->point; i++)
		magnitude = magnitude * 10 + (uint64_t) (i < decimal->count ? decimal->digits[i] - '0' : 0);
	if (magnitude > bound)
		return false;
	if (decimal->negative && magnitude > 0)
		*result = -(int64_t) (magnitude - 1) - 1;
	else
		*result = (int64_t) magnitude;
	return true;
}

/* The nearest double.  strtod rounds correctly; without a point its result depends on no locale. */
static double
decimal_to_double(const Decimal *decimal)
{
	char text[MAX_DIGITS + LLP_NUMBER_TEXT_SIZE];
	int64_t exponent = decimal->point - decimal->count;

	if (exponent > 100000)
		exponent = 100000;
	if (exponent < -100000)
		exponent = -100000;
	(void) snprintf(text, sizeof(text), "%s%.*se%d", decimal->negative ? "-" : "", decimal->count,
					decimal->digits, (int) exponent);
	return strtod(text, NULL);
}

bool
llp_double_parse(Str text, double *result)
{
	Decimal decimal;

	read_decimal(text, &decimal);
	*result = decimal_to_double(&decimal);
	return isfinite(*result);
}

static Value
int_value(int64_t integer)
{
	return (Value){.kind = VALUE_INT, .as.integer = integer};
}

/* Digits of the largest finite double; "%.0f" of an integral double shows all of them. */
#define MAX_DOUBLE_DIGITS 309

static NumberLoss
loss_of(const Decimal *decimal, double nearest)
{
	char exact[MAX_DOUBLE_DIGITS + 2];
	int size;

	if (isinf(nearest) || decimal->point > MAX_DOUBLE_DIGITS)
		return LOSS_OF_INTEGER;
	if (nearest != trunc(nearest))
		return LOSS_NONE;
	if (decimal->point < decimal->count)
		return LOSS_OF_FRACTION;
	size = snprintf(exact, sizeof(exact), "%.0f", fabs(nearest));
	if (size != decimal->point || memcmp(exact, decimal->digits, (size_t) decimal->count) != 0)
		return LOSS_OF_INTEGER;
	for (int i = decimal->count; i < size; i++)
		if (exact[i] != '0')
			return LOSS_OF_INTEGER;
	return LOSS_NONE;
}

Value
llp_number_parse(Str text)
{
	Decimal decimal;
	int64_t integer;
	double nearest;
	Value value;

	read_decimal(text, &decimal);
	if (decimal_to_int(&decimal, &integer))
		return int_value(integer);
	nearest = decimal_to_double(&decimal);
	value = llp_number_from_double(nearest);
	value.as.loss = loss_of(&decimal, nearest);
	return value;
}

/* 2^63: the first double above int64's range; its negative is still within. */
#define INT64_BOUND 9223372036854775808.0

Value
llp_number_from_double(double value)
{
	if (isnan(value))
		return int_value(0);
	if (value >= -INT64_BOUND && value < INT64_BOUND && value == trunc(value))
		return int_value((int64_t) value);
	if (isinf(value))
		value = value > 0 ? DBL_MAX : -DBL_MAX;
	return (Value){.kind = VALUE_DOUBLE, .as.real = value};
}

static int
compare_int_with_double(int64_t integer, double real)
{
	int64_t whole;
	double fraction;

	if (real >= INT64_BOUND)
		return -1;
	if (real < -INT64_BOUND)
		return 1;
	whole = (int64_t) real;
	if (integer != whole)
		return integer < whole ? -1 : 1;
	fraction = real - (double) whole;
	return (fraction < 0) - (fraction > 0);
}

int
llp_number_compare(const Value *a, const Value *b)
{
	if (a->kind == VALUE_INT && b->kind == VALUE_INT)
		return (a->as.integer > b->as.integer) - (a->as.integer < b->as.integer);
	if (a->kind == VALUE_INT)
		return compare_int_with_double(a->as.integer, b->as.real);
	if (b->kind == VALUE_INT)
		return -compare_int_with_double(b->as.integer, a->as.real);
	return (a->as.real > b->as.real) - (a->as.real < b->as.real);
}

/* ECMA-262, Number::toString for radix 10: `count` is its k, `point` its n. */
static int
write_decimal(const Decimal *decimal, char *out)
{
	const char *sign = decimal->negative ? "-" : "";
	const char *digits = decimal->digits;
	int count = decimal->count;
	int point = (int) decimal->point;

	if (count == 0)
		return snprintf(out, LLP_NUMBER_TEXT_SIZE, "0");
	if (count <= point && point <= 21)
		return snprintf(out, LLP_NUMBER_TEXT_SIZE, "%s%.*s%.*s", sign, count, digits, point - count,
						"000000000000000000000");
	if (0 < point && point <= 21)
		return snprintf(out, LLP_NUMBER_TEXT_SIZE, "%s%.*s.%.*s", sign, point, digits, count - point,
						digits + point);
	if (-6 < point && point <= 0)
		return snprintf(out, LLP_NUMBER_TEXT_SIZE, "%s0.%.*s%.*s", sign, -point, "00000", count, digits);
	return snprintf(out, LLP_NUMBER_TEXT_SIZE, "%s%.1s%s%.*se%+d", sign, digits, count > 1 ? "." : "",
					count - 1, digits + 1, point - 1);
}

static Str
double_text(const Host *host, double value, char *out)
{
	char shortest[LLP_DOUBLE_TEXT_SIZE];
	Decimal decimal;

	host->format_double(host->context, value, shortest);
	read_decimal(llp_str(shortest), &decimal);
	return (Str){out, (size_t) write_decimal(&decimal, out)};
}

Str
llp_scalar_text(const Host *host, const Value *value, char *out)
{
	int length;

	if (value->kind == VALUE_DOUBLE)
		return double_text(host, value->as.real, out);
	if (value->kind == VALUE_BOOL)
		length = snprintf(out, LLP_NUMBER_TEXT_SIZE, "%s", value->as.boolean ? "true" : "false");
	else
		length = snprintf(out, LLP_NUMBER_TEXT_SIZE, "%lld", (long long) value->as.integer);
	return (Str){out, (size_t) length};
}
