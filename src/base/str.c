/*
 * base/str.c - strings as (pointer, length), and a growing buffer.
 */
#define _GNU_SOURCE /* memmem */
#include "base/str.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#define FIRST_BUFFER_SIZE 64

Str
llp_str(const char *text)
{
	return text == NULL ? (Str){"", 0} : (Str){text, strlen(text)};
}

bool
llp_str_equal(Str a, Str b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int
llp_str_compare(Str a, Str b)
{
	size_t shorter = a.size < b.size ? a.size : b.size;
	int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

	if (order != 0)
		return order;
	return (a.size > b.size) - (a.size < b.size);
}

bool
llp_str_is_lower(Str text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] >= 'A' && text.data[i] <= 'Z')
			return false;
	return true;
}

bool
llp_str_starts_with(Str text, Str prefix)
{
	return text.size >= prefix.size && (prefix.size == 0 || memcmp(text.data, prefix.data, prefix.size) == 0);
}

ptrdiff_t
llp_str_find(Str text, Str needle)
{
	const char *found;

	if (needle.size == 0)
		return 0;
	if (needle.size > text.size)
		return -1;
	found = memmem(text.data, text.size, needle.data, needle.size);
	return found == NULL ? -1 : found - text.data;
}

Str
llp_str_copy(Arena *arena, Str text)
{
	char *data;

	if (text.size == SIZE_MAX)
		return (Str){NULL, 0};
	data = llp_arena_alloc(arena, text.size + 1);
	if (data == NULL)
		return (Str){NULL, 0};
	if (text.size > 0)
		memcpy(data, text.data, text.size);
	data[text.size] = '\0';
	return (Str){data, text.size};
}

/* (value * factor + addend) modulo the prime 2^61 - 1, for operands below it. */
static uint64_t
multiply_add_mersenne(uint64_t value, uint64_t factor, uint64_t addend)
{
	const uint64_t prime = ((uint64_t) 1 << 61) - 1;
	unsigned __int128 product = (unsigned __int128) value * factor + addend;
	uint64_t folded = (uint64_t) (product & prime) + (uint64_t) (product >> 61);

	return folded >= prime ? folded - prime : folded;
}

#define DIGIT_SIZE 7

/* A digit that is stored in so many bytes, a number that the compiler should know. */
static inline uint64_t
read_digit(const char *bytes, size_t size)
{
	uint64_t digit = 0;

	memcpy(&digit, bytes, size);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	digit >>= 8;
#endif
	return digit;
}

/* What is left of a text: less than a digit. */
static uint64_t
read_last_digit(Str text)
{
	uint64_t digit = 0;

	for (size_t i = 0; i < text.size; i++)
		digit |= (uint64_t) (unsigned char) text.data[i] << 8 * i;
	return digit;
}

/*
 * A polynomial over the prime field of 2^61 - 1 in seven-byte digits, evaluated at a secret point (Carter and
 * Wegman): two different texts of n bytes collide for at most n/7 + 2 of the 2^59 points.  The end spreads
 * what short texts have in common over all bits, for tables that use the low ones.
 */
uint64_t
llp_str_hash(Str text, uint64_t seed)
{
	const uint64_t point = (seed * UINT64_C(0x9E3779B97F4A7C15)) >> 4 | 1;
	uint64_t hash = multiply_add_mersenne(point, text.size + 1, 0);

	while (text.size >= DIGIT_SIZE)
	{
		hash = multiply_add_mersenne(hash, point, read_digit(text.data, DIGIT_SIZE));
		text = (Str){text.data + DIGIT_SIZE, text.size - DIGIT_SIZE};
	}
	if (text.size > 0)
		hash = multiply_add_mersenne(hash, point, read_last_digit(text));
	hash = multiply_add_mersenne(hash, point, 0);
	hash ^= hash >> 32;
	hash *= UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 32;
}

void
llp_buf_init(StrBuf *buf, Arena *arena)
{
	*buf = (StrBuf){.arena = arena};
}

/* Makes room for `size` more bytes. */
static bool
reserve(StrBuf *buf, size_t size)
{
	size_t capacity;
	char *data;

	if (buf->failed)
		return false;
	if (size <= buf->capacity - buf->size)
		return true;
	capacity = buf->capacity > SIZE_MAX / 2 ? SIZE_MAX : buf->capacity * 2;
	if (capacity < FIRST_BUFFER_SIZE)
		capacity = FIRST_BUFFER_SIZE;
	if (size > SIZE_MAX - buf->size)
		data = NULL;
	else
	{
		if (capacity < buf->size + size)
			capacity = buf->size + size;
		data = llp_arena_alloc(buf->arena, capacity);
	}
	if (data == NULL)
	{
		buf->failed = true;
		return false;
	}
	if (buf->size > 0)
		memcpy(data, buf->data, buf->size);
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

void
llp_buf_append(StrBuf *buf, Str text)
{
	if (text.size == 0 || !reserve(buf, text.size))
		return;
	memcpy(buf->data + buf->size, text.data, text.size);
	buf->size += text.size;
}

void
llp_buf_append_char(StrBuf *buf, char c)
{
	llp_buf_append(buf, (Str){&c, 1});
}

void
llp_buf_format(StrBuf *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		buf->failed = true;
	if (length <= 0 || !reserve(buf, (size_t) length + 1))
		return;
	va_start(args, format);
	(void) vsnprintf(buf->data + buf->size, (size_t) length + 1, format, args);
	va_end(args);
	buf->size += (size_t) length;
}

Str
llp_buf_str(const StrBuf *buf)
{
	if (buf->failed || buf->size == 0)
		return (Str){"", 0};
	return (Str){buf->data, buf->size};
}
