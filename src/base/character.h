/*
 * base/character.h - what the characters of ASCII are, told without the C library, whose answers depend on a
 * locale.
 */
#ifndef LLP_BASE_CHARACTER_H
#define LLP_BASE_CHARACTER_H

#include <stdbool.h>

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static inline bool
continues_name(char c)
{
	return starts_name(c) || is_digit(c);
}

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* The value of a hexadecimal digit, or -1. */
static inline int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* May it stand between backquotes? */
static inline bool
is_quotable(char c)
{
	return continues_name(c) || c == '.' || c == '-' || c == '/' || c == ' ';
}

#endif
