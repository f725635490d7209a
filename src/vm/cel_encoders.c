/*
 * vm/cel_encoders.c - base64 (RFC 4648 section 4).
 *
 * Decoding takes the standard alphabet, with padding or without; nothing else may stand in the text.
 */
#include "vm/cel_functions.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

CelValue
llp_cel_base64_encode(CEL_ARGS)
{
	const unsigned char *bytes = (const unsigned char *) args[0].as.string.data;
	size_t size = args[0].as.string.size;
	size_t groups = size / 3 + (size % 3 > 0);
	char *out;

	if (!llp_cel_charge_bytes(context, size))
		return llp_cel_stopped;
	out = llp_cel_alloc(context, groups, 4);
	if (out == NULL)
		return llp_cel_stopped;
	for (size_t i = 0; i < groups; i++)
	{
		size_t left = size - i * 3;
		uint32_t word = (uint32_t) bytes[i * 3] << 16;

		if (left > 1)
			word |= (uint32_t) bytes[i * 3 + 1] << 8;
		if (left > 2)
			word |= bytes[i * 3 + 2];
		out[i * 4] = digits[word >> 18];
		out[i * 4 + 1] = digits[word >> 12 & 63];
		out[i * 4 + 2] = left > 1 ? digits[word >> 6 & 63] : '=';
		out[i * 4 + 3] = left > 2 ? digits[word & 63] : '=';
	}
	return llp_cel_string((Str){out, groups * 4});
}

/* The value of a digit, or -1. */
static int
digit_value(char c)
{
	const char *found = c == '\0' ? NULL : strchr(digits, c);

	return found == NULL ? -1 : (int) (found - digits);
}

/* Padding fills up the last group, if it is there. */
static Str
without_padding(Str text)
{
	size_t size = text.size;

	if (size % 4 != 0 || size == 0)
		return text;
	if (text.data[size - 1] == '=')
		size--;
	if (text.data[size - 1] == '=')
		size--;
	return (Str){text.data, size};
}

CelValue
llp_cel_base64_decode(CEL_ARGS)
{
	Str text = without_padding(args[0].as.string);
	uint32_t word = 0;
	size_t size = 0;
	char *out;

	if (!llp_cel_charge(context, text.size / 4))
		return llp_cel_stopped;
	out = llp_cel_alloc(context, text.size / 4 * 3 + 3, 1);
	if (out == NULL)
		return llp_cel_stopped;
	for (size_t i = 0; i < text.size; i++)
	{
		int value = digit_value(text.data[i]);

		if (value < 0)
			return llp_cel_error("text is not base64");
		word = word << 6 | (uint32_t) value;
		if (i % 4 > 0)
			out[size++] = (char) (word >> (6 - i % 4 * 2));
	}
	return text.size % 4 == 1 ? llp_cel_error("text is not base64") : llp_cel_bytes((Str){out, size});
}
