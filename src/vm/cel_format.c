/*
 * vm/cel_format.c - string.format and timestamp.format.
 *
 * Clauses of the first are %s %d %f %e %b %o %x %X, %f and %e with a precision (%.2f), and %%.  What a clause
 * makes of each kind of value is that of version 4 of cel-go's strings library: the entries of a map come in
 * the order of their keys' texts.
 */
#include <math.h>
#include <stdio.h>

#include "vm/cel_functions.h"
#include "vm/cel_network.h"
#include "vm/cel_number_text.h"
#include "vm/cel_time.h"
#include "vm/cel_time_parts.h"

#define DEFAULT_PRECISION 6
#define MAX_PRECISION 1000
/* Digits of the largest double before its point, and what goes with them. */
#define MAX_FIXED_TEXT (MAX_PRECISION + 330)
/* Writing a number is worth that many steps, and one with many digits some more. */
#define NUMBER_STEPS 4
#define DIGITS_PER_STEP 8

/* Null, or why a value cannot be written. */
typedef CelValue Clause(CelText *out, CelValue value, int precision);

static CelValue
refusal(CelText *out, const char *rule, CelValue value)
{
	Str kind = llp_cel_kind_name((CelKind) value.kind);

	return llp_cel_error_format(out->context, "error during formatting: %s, was given %.*s", rule,
								STR_ARG(kind));
}

/* --- %d, and numbers in %s: digits without an exponent --- */

/* A number of ECMAScript's form as a decimal without an exponent. */
static void
write_expanded(CelText *out, Str text)
{
	const char *mark = memchr(text.data, 'e', text.size);
	char digits[32];
	size_t count = 0;
	size_t before_point;
	int exponent = 0;

	if (mark == NULL)
	{
		llp_cel_text_append(out, text);
		return;
	}
	for (const char *at = mark + 2; at < text.data + text.size; at++)
		exponent = exponent * 10 + (*at - '0');
	for (const char *at = text.data; at < mark; at++)
		if (*at >= '0' && *at <= '9')
			digits[count++] = *at;
	if (text.data[0] == '-')
		llp_cel_text_append(out, STR("-"));
	if (mark[1] == '-')
	{
		llp_cel_text_append(out, STR("0."));
		for (int i = 1; i < exponent; i++)
			llp_cel_text_append(out, STR("0"));
		llp_cel_text_append(out, (Str){digits, count});
		return;
	}
	/* Beyond 10^21 all digits stand before the point. */
	before_point = (size_t) exponent + 1;
	llp_cel_text_append(out, (Str){digits, count});
	for (size_t i = count; i < before_point; i++)
		llp_cel_text_append(out, STR("0"));
}

static void
write_number(CelText *out, CelValue number)
{
	char text[CEL_NUMBER_TEXT_SIZE];
	Str form = llp_cel_number_text(out->context, number, text);

	if (!llp_cel_charge(out->context, NUMBER_STEPS))
		out->stopped = true;
	else if (number.kind == CEL_DOUBLE && isfinite(number.as.real))
		write_expanded(out, form);
	else
		llp_cel_text_append(out, form);
}

static CelValue
write_decimal(CelText *out, CelValue value, int precision)
{
	(void) precision;
	if (!llp_cel_is_number(value))
		return refusal(out, "decimal clause can only be used on integers", value);
	write_number(out, value);
	return llp_cel_null;
}

/* --- %s --- */

static CelValue write_within(CelText *out, CelValue value, int depth);

static CelValue
write_list(CelText *out, CelValue list, int depth)
{
	llp_cel_text_append(out, STR("["));
	for (size_t i = 0; i < list.count; i++)
	{
		CelValue problem;

		if (i > 0)
			llp_cel_text_append(out, STR(", "));
		problem = write_within(out, llp_cel_element(list, i), depth);
		if (llp_cel_failed(problem))
			return problem;
	}
	llp_cel_text_append(out, STR("]"));
	return llp_cel_null;
}

/* The texts of a map's keys. */
static CelValue
key_texts(CelContext *context, CelValue map)
{
	CelItems texts;

	llp_cel_items_init(&texts, context);
	for (size_t i = 0; i < map.count && !llp_cel_failed(texts.failure); i++)
	{
		CelValue key = llp_cel_entry(map, i).key;

		llp_cel_items_append(&texts, llp_cel_to_string(context, &key, 1));
	}
	return llp_cel_items_value(&texts);
}

/* Places 0, 1, … of entries, sorted by the texts of their keys. */
static CelValue
sorted_places(CelContext *context, CelValue texts)
{
	CelValue places = llp_cel_int((int64_t) texts.count);
	CelValue args[2];

	args[0] = llp_cel_range(context, &places, 1);
	args[1] = texts;
	return llp_cel_failed(args[0]) ? args[0] : llp_cel_sort_by(context, args, 2);
}

static CelValue
write_map(CelText *out, CelValue map, int depth)
{
	CelValue texts = key_texts(out->context, map);
	CelValue places = llp_cel_failed(texts) ? texts : sorted_places(out->context, texts);

	if (llp_cel_failed(places))
		return places;
	llp_cel_text_append(out, STR("{"));
	for (size_t i = 0; i < places.count; i++)
	{
		size_t place = (size_t) llp_cel_element(places, i).as.integer;
		CelValue problem;

		if (i > 0)
			llp_cel_text_append(out, STR(", "));
		llp_cel_text_append(out, llp_cel_element(texts, place).as.string);
		llp_cel_text_append(out, STR(": "));
		problem = write_within(out, llp_cel_entry(map, place).value, depth);
		if (llp_cel_failed(problem))
			return problem;
	}
	llp_cel_text_append(out, STR("}"));
	return llp_cel_null;
}

/* Bytes have to be text, as in string(). */
static CelValue
write_text(CelText *out, CelValue value)
{
	CelValue text = llp_cel_to_string(out->context, &value, 1);

	if (llp_cel_failed(text))
		return text;
	llp_cel_text_append(out, text.as.string);
	return llp_cel_null;
}

static CelValue
write_within(CelText *out, CelValue value, int depth)
{
	if (llp_cel_failed(value))
		return value;
	if (depth == 0)
		return llp_cel_stop(out->context, STATUS_LIMIT, "depth");
	if (out->stopped || !llp_cel_charge(out->context, 1))
		return llp_cel_stopped;
	switch (value.kind)
	{
		case CEL_NULL:
			llp_cel_text_append(out, STR("null"));
			return llp_cel_null;
		case CEL_INT:
		case CEL_UINT:
		case CEL_DOUBLE:
			write_number(out, value);
			return llp_cel_null;
		case CEL_TYPE:
			llp_cel_text_append(out, llp_cel_kind_name(value.as.type));
			return llp_cel_null;
		case CEL_LIST:
			return write_list(out, value, depth - 1);
		case CEL_MAP:
			return write_map(out, value, depth - 1);
		case CEL_OPTIONAL:
			return refusal(
				out,
				"string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, "
				"types, durations, and timestamps",
				value);
		default:
			return write_text(out, value);
	}
}

static CelValue
write_string(CelText *out, CelValue value, int precision)
{
	(void) precision;
	return write_within(out, value, CEL_MAX_DEPTH);
}

/* --- %f, %e --- */

/* printf rounds to the nearest, halves to even, as every double is exact in decimal. */
static CelValue
write_real(CelText *out, CelValue value, int precision, bool scientific)
{
	char text[MAX_FIXED_TEXT];
	CelValue real = llp_cel_to_double(out->context, &value, 1);
	int size;

	if (!isfinite(real.as.real))
	{
		write_number(out, real);
		return llp_cel_null;
	}
	if (!llp_cel_charge(out->context, NUMBER_STEPS + (uint64_t) precision / DIGITS_PER_STEP))
		return llp_cel_stopped;
	size = snprintf(text, sizeof(text), scientific ? "%.*e" : "%.*f", precision, real.as.real);
	llp_cel_text_append(out, (Str){text, (size_t) size});
	return llp_cel_null;
}

static CelValue
write_fixed(CelText *out, CelValue value, int precision)
{
	if (!llp_cel_is_number(value))
		return refusal(out, "fixed-point clause can only be used on doubles", value);
	return write_real(out, value, precision, false);
}

static CelValue
write_scientific(CelText *out, CelValue value, int precision)
{
	if (!llp_cel_is_number(value))
		return refusal(out, "scientific clause can only be used on doubles", value);
	return write_real(out, value, precision, true);
}

/* --- %b, %o, %x, %X --- */

#define MAX_BITS 64

static void
write_in_base(CelText *out, CelValue number, unsigned bits, const char *digits)
{
	bool negative = number.kind == CEL_INT && number.as.integer < 0;
	uint64_t magnitude = negative ? 0 - number.as.natural : number.as.natural;
	char text[MAX_BITS + 1];
	size_t at = sizeof(text);

	do
	{
		text[--at] = digits[magnitude & ((1U << bits) - 1)];
		magnitude >>= bits;
	} while (magnitude > 0);
	if (negative)
		text[--at] = '-';
	llp_cel_text_append(out, (Str){text + at, sizeof(text) - at});
}

static CelValue
write_binary(CelText *out, CelValue value, int precision)
{
	(void) precision;
	if (value.kind == CEL_BOOL)
		value = llp_cel_int(value.as.boolean);
	if (value.kind != CEL_INT && value.kind != CEL_UINT)
		return refusal(out, "only integers and bools can be formatted as binary", value);
	write_in_base(out, value, 1, "01");
	return llp_cel_null;
}

static CelValue
write_octal(CelText *out, CelValue value, int precision)
{
	(void) precision;
	if (value.kind != CEL_INT && value.kind != CEL_UINT)
		return refusal(out, "octal clause can only be used on integers", value);
	write_in_base(out, value, 3, "01234567");
	return llp_cel_null;
}

static CelValue
write_hex(CelText *out, CelValue value, const char *digits)
{
	if (value.kind == CEL_INT || value.kind == CEL_UINT)
		write_in_base(out, value, 4, digits);
	else if (value.kind != CEL_STRING && value.kind != CEL_BYTES)
		return refusal(out, "only integers, byte buffers, and strings can be formatted as hex", value);
	else if (!llp_cel_charge(out->context, value.as.string.size / 4))
		return llp_cel_stopped;
	else
		for (size_t i = 0; i < value.as.string.size && !out->stopped; i++)
		{
			unsigned char byte = (unsigned char) value.as.string.data[i];
			char pair[2] = {digits[byte >> 4], digits[byte & 15]};

			llp_cel_text_append(out, (Str){pair, 2});
		}
	return llp_cel_null;
}

static CelValue
write_lower_hex(CelText *out, CelValue value, int precision)
{
	(void) precision;
	return write_hex(out, value, "0123456789abcdef");
}

static CelValue
write_upper_hex(CelText *out, CelValue value, int precision)
{
	(void) precision;
	return write_hex(out, value, "0123456789ABCDEF");
}

/* --- Clauses --- */

static Clause *
clause_of(char letter)
{
	switch (letter)
	{
		case 's':
			return write_string;
		case 'd':
			return write_decimal;
		case 'f':
			return write_fixed;
		case 'e':
			return write_scientific;
		case 'b':
			return write_binary;
		case 'o':
			return write_octal;
		case 'x':
			return write_lower_hex;
		case 'X':
			return write_upper_hex;
		default:
			return NULL;
	}
}

/* ".digits", if there is one; false when it is no precision. */
static bool
take_precision(Str *rest, int *precision)
{
	size_t at = 1;

	*precision = DEFAULT_PRECISION;
	if (rest->size == 0 || rest->data[0] != '.')
		return true;
	*precision = 0;
	for (; at < rest->size && rest->data[at] >= '0' && rest->data[at] <= '9' && *precision <= MAX_PRECISION;
		 at++)
		*precision = *precision * 10 + (rest->data[at] - '0');
	*rest = (Str){rest->data + at, rest->size - at};
	return at > 1 && *precision <= MAX_PRECISION;
}

/* The clause at the start of `rest`, behind its %, for the next argument. */
static CelValue
write_clause(CelText *out, Str *rest, CelValue values, size_t index)
{
	Clause *clause;
	int precision;

	if (rest->size == 0)
		return llp_cel_error("could not parse formatting clause: unexpected end of string");
	if (index >= values.count)
		return llp_cel_error_format(out->context, "index %llu out of range", (unsigned long long) index);
	if (!take_precision(rest, &precision))
		return llp_cel_error("could not parse formatting clause: error while parsing precision");
	if (rest->size == 0)
		return llp_cel_error("could not parse formatting clause: unexpected end of string");
	clause = clause_of(rest->data[0]);
	if (clause == NULL)
		return llp_cel_error_format(
			out->context, "could not parse formatting clause: unrecognized formatting clause \"%.*s\"",
			(unsigned char) rest->data[0] < 0x80 ? 1 : 0, rest->data);
	*rest = (Str){rest->data + 1, rest->size - 1};
	values = llp_cel_element(values, index);
	return llp_cel_failed(values) ? values : clause(out, values, precision);
}

static CelValue
format_string(CelContext *context, Str rest, CelValue values)
{
	size_t index = 0;
	CelText out;

	llp_cel_text_init(&out, context);
	while (rest.size > 0 && !out.stopped)
	{
		const char *mark = memchr(rest.data, '%', rest.size);
		size_t plain = mark == NULL ? rest.size : (size_t) (mark - rest.data);
		CelValue problem = llp_cel_null;

		llp_cel_text_append(&out, (Str){rest.data, plain});
		rest = (Str){rest.data + plain, rest.size - plain};
		if (mark == NULL)
			break;
		rest = (Str){rest.data + 1, rest.size - 1};
		if (!llp_cel_charge(context, 1))
			return llp_cel_stopped;
		if (rest.size > 0 && rest.data[0] == '%')
		{
			llp_cel_text_append(&out, STR("%"));
			rest = (Str){rest.data + 1, rest.size - 1};
		}
		else
			problem = write_clause(&out, &rest, values, index++);
		if (llp_cel_failed(problem))
			return problem;
	}
	return llp_cel_text_value(&out);
}

/* --- Timestamps: YYYY-MM-DD and the like --- */

/* Writes the element that a pattern starts with, and returns its size; 0 when there is none. */
static size_t
write_element(CelText *out, Str pattern, const CelTimeParts *parts)
{
	const struct
	{
		const char *name;
		int width;
		int value;
	} elements[] = {
		{"YYYY", 4, parts->year},
		{"MM", 2, parts->month},
		{"DD", 2, parts->day},
		{"HH24", 2, parts->hour},
		{"HH", 2, parts->hour},
		{"mm", 2, parts->minute},
		{"MI", 2, parts->minute},
		{"ss", 2, parts->second},
		{"SSS", 3, parts->nanosecond / 1000000},
		{"SS", 2, parts->second},
		{"MS", 3, parts->nanosecond / 1000000},
	};

	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
	{
		char text[16];
		int size;

		if (!llp_str_starts_with(pattern, llp_str(elements[i].name)))
			continue;
		size = snprintf(text, sizeof(text), "%0*d", elements[i].width, elements[i].value);
		llp_cel_text_append(out, (Str){text, (size_t) size});
		return strlen(elements[i].name);
	}
	return 0;
}

/* In UTC.  Letters that are no element are an error, but for T and Z between and behind them. */
static CelValue
format_timestamp(CelContext *context, CelValue timestamp, Str pattern)
{
	CelTimeParts parts = llp_cel_time_parts(timestamp, 0);
	CelText out;

	llp_cel_text_init(&out, context);
	while (pattern.size > 0 && !out.stopped)
	{
		size_t taken = write_element(&out, pattern, &parts);
		char c = pattern.data[0];

		if (!llp_cel_charge(context, 1))
			return llp_cel_stopped;
		if (taken == 0 && c != 'T' && c != 'Z' && ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
			return llp_cel_error("unknown element in the pattern of a timestamp's format");
		if (taken == 0)
		{
			llp_cel_text_append(&out, (Str){pattern.data, 1});
			taken = 1;
		}
		pattern = (Str){pattern.data + taken, pattern.size - taken};
	}
	return llp_cel_text_value(&out);
}

CelValue
llp_cel_format(CEL_ARGS)
{
	if (args[0].kind == CEL_TIMESTAMP)
		return format_timestamp(context, args[0], args[1].as.string);
	return format_string(context, args[0].as.string, args[1]);
}
