/*
 * llm/digits.h - the arithmetic that check digits of many authorities share.
 *
 * Digits are characters '0' to '9' unless said otherwise.
 */
#ifndef LLP_LLM_DIGITS_H
#define LLP_LLM_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline int
digit_of(char c)
{
	return c - '0';
}

/* Two digits as a number. */
static inline int
two_digits(const char *digits)
{
	return 10 * digit_of(digits[0]) + digit_of(digits[1]);
}

/* The number that up to 18 digits write. */
extern int64_t llp_digits_value(const char *digits, size_t count);
/* Sum of digit times weight. */
extern int llp_weighted_sum(const char *digits, const uint8_t *weights, size_t count);
/* The same where a product of two digits counts as the sum of them. */
extern int llp_weighted_cross_sum(const char *digits, const uint8_t *weights, size_t count);
/* Luhn (ISO/IEC 7812-1 annex B): are the digits, the last of them the check digit, right? */
extern bool llp_luhn(const char *digits, size_t count);
/* Verhoeff (1969), with the dihedral group D5; the last digit is the check digit. */
extern bool llp_verhoeff(const char *digits, size_t count);
/* ISO/IEC 7064 mod 11,10; the last digit is the check digit. */
extern bool llp_mod_11_10(const char *digits, size_t count);
/* Are all characters the same? */
extern bool llp_all_same(const char *text, size_t count);
/* Is there such a day in the Gregorian calendar? */
extern bool llp_is_date(int year, int month, int day);
/* The same where the century is not known: 29 February needs a year that is divisible by 4. */
extern bool llp_is_short_date(int year, int month, int day);

#endif
