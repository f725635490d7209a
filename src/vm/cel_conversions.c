/*
 * vm/cel_conversions.c - dyn, type, bool, int, uint, double, string, bytes.
 *
 * A text is converted only as a whole: no blanks around it, nothing behind it.
 */
#include <math.h>
#include <stdio.h>

#include "base/character.h"
#include "base/number.h"
#include "base/utf8.h"
#include "vm/cel_functions.h"
#include "vm/cel_network.h"
#include "vm/cel_number_text.h"
#include "vm/cel_time.h"

/* 2^63 and 2^64. */
#define INT64_BOUND 9223372036854775808.0
#define UINT64_BOUND 18446744073709551616.0

CelValue
llp_cel_dyn(CEL_ARGS)
{
	return args[0];
}

CelValue
llp_cel_type_of(CEL_ARGS)
{
	return llp_cel_type((CelKind) args[0].kind);
}

CelValue
llp_cel_to_bool(CEL_ARGS)
{
	static const char *const trues[] = {"true", "True", "TRUE", "t", "T", "1"};
	static const char *const falses[] = {"false", "False", "FALSE", "f", "F", "0"};

	if (args[0].kind == CEL_BOOL)
		return args[0];
	for (size_t i = 0; i < sizeof(trues) / sizeof(trues[0]); i++)
	{
		if (llp_str_equal(args[0].as.string, llp_str(trues[i])))
			return llp_cel_bool(true);
		if (llp_str_equal(args[0].as.string, llp_str(falses[i])))
			return llp_cel_bool(false);
	}
	return llp_cel_error("text is not a bool");
}

/* Digits, at least one, and nothing else; *fits says whether they are within uint64. */
static bool
read_digits(Str text, uint64_t *number, bool *fits)
{
	*number = 0;
	*fits = true;
	for (size_t i = 0; i < text.size; i++)
	{
		if (!is_digit(text.data[i]))
			return false;
		if (__builtin_mul_overflow(*number, 10, number) ||
			__builtin_add_overflow(*number, (uint64_t) (text.data[i] - '0'), number))
			*fits = false;
	}
	return text.size > 0;
}

static Str
without_sign(Str text)
{
	bool sign = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');

	return sign ? (Str){text.data + 1, text.size - 1} : text;
}

static CelValue
int_of_text(Str text)
{
	bool negative = text.size > 0 && text.data[0] == '-';
	uint64_t magnitude;
	bool fits;

	if (!read_digits(without_sign(text), &magnitude, &fits))
		return llp_cel_error("text is not an int");
	if (!fits || magnitude > (uint64_t) INT64_MAX + (negative ? 1 : 0))
		return llp_cel_error("int out of range");
	return llp_cel_int(negative ? (int64_t) (0 - magnitude) : (int64_t) magnitude);
}

/* Both ends of the range are out: the doubles there stand for numbers beyond it too. */
static CelValue
int_of_double(double value)
{
	if (!(value > -INT64_BOUND && value < INT64_BOUND))
		return llp_cel_error("int out of range");
	return llp_cel_int((int64_t) value);
}

CelValue
llp_cel_to_int(CEL_ARGS)
{
	switch (args[0].kind)
	{
		case CEL_UINT:
			if (args[0].as.natural > INT64_MAX)
				return llp_cel_error("int out of range");
			return llp_cel_int((int64_t) args[0].as.natural);
		case CEL_DOUBLE:
			return int_of_double(args[0].as.real);
		case CEL_STRING:
			if (!llp_cel_charge_bytes(context, args[0].as.string.size))
				return llp_cel_stopped;
			return int_of_text(args[0].as.string);
		case CEL_TIMESTAMP:
			return llp_cel_int(args[0].as.time.seconds);
		default:
			return llp_cel_int(args[0].as.integer); /* of a duration, its nanoseconds */
	}
}

static CelValue
uint_of_text(Str text)
{
	uint64_t number;
	bool fits;

	if (!read_digits(text, &number, &fits))
		return llp_cel_error("text is not a uint");
	return fits ? llp_cel_uint(number) : llp_cel_error("uint out of range");
}

CelValue
llp_cel_to_uint(CEL_ARGS)
{
	switch (args[0].kind)
	{
		case CEL_INT:
			if (args[0].as.integer < 0)
				return llp_cel_error("uint out of range");
			return llp_cel_uint((uint64_t) args[0].as.integer);
		case CEL_DOUBLE:
			if (!(args[0].as.real >= 0 && args[0].as.real < UINT64_BOUND))
				return llp_cel_error("uint out of range");
			return llp_cel_uint((uint64_t) args[0].as.real);
		case CEL_STRING:
			if (!llp_cel_charge_bytes(context, args[0].as.string.size))
				return llp_cel_stopped;
			return uint_of_text(args[0].as.string);
		default:
			return args[0];
	}
}

static size_t
skip_digits(Str text, size_t at)
{
	while (at < text.size && is_digit(text.data[at]))
		at++;
	return at;
}

/* Digits with a point before, among or behind them, perhaps an exponent. */
static bool
is_decimal(Str text)
{
	size_t at = skip_digits(text, 0);
	size_t digits = at;

	if (at < text.size && text.data[at] == '.')
	{
		size_t end = skip_digits(text, at + 1);

		digits += end - at - 1;
		at = end;
	}
	if (digits > 0 && at < text.size && (text.data[at] == 'e' || text.data[at] == 'E'))
	{
		size_t exponent = at + 1;

		if (exponent < text.size && (text.data[exponent] == '+' || text.data[exponent] == '-'))
			exponent++;
		at = skip_digits(text, exponent);
		if (at == exponent)
			return false;
	}
	return digits > 0 && at == text.size;
}

static CelValue
double_of_text(Str text)
{
	bool negative = text.size > 0 && text.data[0] == '-';
	Str magnitude = without_sign(text);
	double value;

	if (llp_str_equal(text, STR("NaN")))
		return llp_cel_double(NAN);
	if (llp_str_equal(magnitude, STR("Infinity")) || llp_str_equal(magnitude, STR("Inf")))
		return llp_cel_double(negative ? -INFINITY : INFINITY);
	if (!is_decimal(magnitude))
		return llp_cel_error("text is not a double");
	if (!llp_double_parse(magnitude, &value))
		return llp_cel_error("double out of range");
	return llp_cel_double(negative ? -value : value);
}

CelValue
llp_cel_to_double(CEL_ARGS)
{
	switch (args[0].kind)
	{
		case CEL_INT:
			return llp_cel_double((double) args[0].as.integer);
		case CEL_UINT:
			return llp_cel_double((double) args[0].as.natural);
		case CEL_STRING:
			if (!llp_cel_charge_bytes(context, args[0].as.string.size))
				return llp_cel_stopped;
			return double_of_text(args[0].as.string);
		default:
			return args[0];
	}
}

/* Well-formed UTF-8; unlike elsewhere, a NUL is a character. */
static bool
is_text(Str bytes)
{
	while (bytes.size > 0)
	{
		size_t good = llp_utf8_check(bytes);

		if (good < bytes.size && bytes.data[good] != '\0')
			return false;
		good = good < bytes.size ? good + 1 : good;
		bytes = (Str){bytes.data + good, bytes.size - good};
	}
	return true;
}

static CelValue
copied(CelContext *context, Str text)
{
	CelText copy;

	llp_cel_text_init(&copy, context);
	llp_cel_text_reserve(&copy, text.size);
	llp_cel_text_append(&copy, text);
	return llp_cel_text_value(&copy);
}

CelValue
llp_cel_to_string(CEL_ARGS)
{
	char text[CEL_NUMBER_TEXT_SIZE];

	_Static_assert(CEL_NUMBER_TEXT_SIZE >= CEL_TIME_TEXT_SIZE &&
					   CEL_NUMBER_TEXT_SIZE >= CEL_NETWORK_TEXT_SIZE,
				   "no room for a text");
	switch (args[0].kind)
	{
		case CEL_BOOL:
			return llp_cel_string(args[0].as.boolean ? STR("true") : STR("false"));
		case CEL_INT:
		case CEL_UINT:
		case CEL_DOUBLE:
			return copied(context, llp_cel_number_text(context, args[0], text));
		case CEL_BYTES:
			if (!llp_cel_charge_bytes(context, args[0].as.string.size))
				return llp_cel_stopped;
			return is_text(args[0].as.string) ? llp_cel_string(args[0].as.string)
											  : llp_cel_error("bytes are not valid UTF-8");
		case CEL_TIMESTAMP:
			return copied(context, llp_cel_timestamp_text(args[0], text));
		case CEL_DURATION:
			return copied(context, llp_cel_duration_text(args[0], text));
		case CEL_IP:
		case CEL_CIDR:
			return copied(context, llp_cel_network_text(args[0], text));
		default:
			return args[0];
	}
}

CelValue
llp_cel_to_bytes(CEL_ARGS)
{
	return llp_cel_bytes(args[0].as.string);
}
