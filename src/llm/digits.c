/*
 * llm/digits.c - checksums and the calendar.
 */
#include "llm/digits.h"

int64_t
llp_digits_value(const char *digits, size_t count)
{
	int64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = 10 * value + digit_of(digits[i]);
	return value;
}

int
llp_weighted_sum(const char *digits, const uint8_t *weights, size_t count)
{
	int sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += digit_of(digits[i]) * weights[i];
	return sum;
}

int
llp_weighted_cross_sum(const char *digits, const uint8_t *weights, size_t count)
{
	int sum = 0;

	for (size_t i = 0; i < count; i++)
	{
		int product = digit_of(digits[i]) * weights[i];

		sum += product / 10 + product % 10;
	}
	return sum;
}

bool
llp_luhn(const char *digits, size_t count)
{
	static const uint8_t doubled[] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
	int sum = 0;

	for (size_t i = 0; i < count; i++)
	{
		int digit = digit_of(digits[count - 1 - i]);

		sum += i % 2 == 1 ? doubled[digit] : digit;
	}
	return sum % 10 == 0;
}

bool
llp_verhoeff(const char *digits, size_t count)
{
	static const uint8_t product[10][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
											{2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
											{4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
											{6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
											{8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
	static const uint8_t permutation[8][10] = {
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
		{8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
		{2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
	int check = 0;

	for (size_t i = 0; i < count; i++)
		check = product[check][permutation[i % 8][digit_of(digits[count - 1 - i])]];
	return check == 0;
}

bool
llp_mod_11_10(const char *digits, size_t count)
{
	int product = 10;

	for (size_t i = 0; i + 1 < count; i++)
	{
		int sum = (digit_of(digits[i]) + product) % 10;

		product = 2 * (sum == 0 ? 10 : sum) % 11;
	}
	return (11 - product) % 10 == digit_of(digits[count - 1]);
}

bool
llp_all_same(const char *text, size_t count)
{
	for (size_t i = 1; i < count; i++)
	{
		if (text[i] != text[0])
			return false;
	}
	return true;
}

bool
llp_is_date(int year, int month, int day)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
		   (leap || month != 2 || day <= 28);
}

bool
llp_is_short_date(int year, int month, int day)
{
	return llp_is_date(year % 100 == 0 ? 2000 : year, month, day);
}
