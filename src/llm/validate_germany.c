/*
 * llm/validate_germany.c - identifiers of Germany.
 */
#include "llm/validate.h"

#include "base/character.h"
#include "llm/digits.h"

/* How many of the first ten digits occur more than once; 10 where one does more than three times. */
static int
repeated_digits(const char *digits)
{
	int counts[10] = {0};
	int repeated = 0;

	for (int i = 0; i < 10; i++)
		counts[digit_of(digits[i])]++;
	for (int i = 0; i < 10; i++)
	{
		if (counts[i] > 3)
			return 10;
		repeated += counts[i] > 1;
	}
	return repeated;
}

/* Federal Central Tax Office: of the first ten digits exactly one occurs twice or three times. */
bool
llp_valid_de_tax_id(const Candidate *candidate)
{
	return repeated_digits(candidate->id) == 1 && llp_mod_11_10(candidate->id, 11);
}

bool
llp_valid_de_tax_check(const Candidate *candidate)
{
	return repeated_digits(candidate->id) < 10 && llp_mod_11_10(candidate->id, 11);
}

/* ELSTER's form of thirteen digits begins with the code of a state; some programs write the state's official
 * key. */
bool
llp_valid_de_tax_number(const Candidate *candidate)
{
	int prefix = two_digits(candidate->id);

	return (prefix >= 1 && prefix <= 16) || (prefix >= 21 && prefix <= 24) ||
		   (prefix >= 26 && prefix <= 28) || (prefix >= 30 && prefix <= 32) || prefix == 40 || prefix == 41 ||
		   prefix / 10 == 5 || prefix / 10 == 9;
}

bool
llp_valid_de_vat_id(const Candidate *candidate)
{
	return candidate->size == 11 && candidate->id[2] != '0' && llp_mod_11_10(candidate->id + 2, 9);
}

/* ICAO 9303 part 3: weights 7, 3, 1; letters count from 10. */
bool
llp_valid_icao_check(const Candidate *candidate)
{
	static const uint8_t weights[] = {7, 3, 1};
	int sum = 0;
	int digits = 0;

	for (uint32_t i = 0; i + 1 < candidate->size; i++)
	{
		char c = candidate->id[i];

		digits += is_digit(c);
		sum += (is_digit(c) ? digit_of(c) : c - 'A' + 10) * weights[i % 3];
	}
	return digits >= 2 && sum % 10 == digit_of(candidate->id[candidate->size - 1]);
}

/* Pension insurance: the letter counts as two digits; a day may have 50 added where a number was taken. */
bool
llp_valid_de_social_security(const Candidate *candidate)
{
	static const uint8_t weights[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
	const char *id = candidate->id;
	int letter = id[8] - 'A' + 1;
	int day = two_digits(id + 2);
	char digits[12];

	memcpy(digits, id, 8);
	digits[8] = (char) ('0' + letter / 10);
	digits[9] = (char) ('0' + letter % 10);
	memcpy(digits + 10, id + 9, 2);
	return llp_is_short_date(two_digits(id + 6), two_digits(id + 4), day > 50 ? day - 50 : day) &&
		   llp_weighted_cross_sum(digits, weights, 12) % 10 == digit_of(id[11]);
}

/* Section 290 SGB V: the letter as two digits, weights 1 and 2, sums of digits. */
bool
llp_valid_de_health_insurance(const Candidate *candidate)
{
	static const uint8_t weights[] = {1, 2, 1, 2, 1, 2, 1, 2, 1, 2};
	const char *id = candidate->id;
	int letter = id[0] - 'A' + 1;
	char digits[10];

	digits[0] = (char) ('0' + letter / 10);
	digits[1] = (char) ('0' + letter % 10);
	memcpy(digits + 2, id + 1, 8);
	return llp_weighted_cross_sum(digits, weights, 10) % 10 == digit_of(id[9]);
}

/* National Association of Statutory Health Insurance Physicians: weights 4 and 9; two digits of the field
 * follow. */
bool
llp_valid_de_lanr(const Candidate *candidate)
{
	static const uint8_t weights[] = {4, 9, 4, 9, 4, 9};
	int check = (10 - llp_weighted_sum(candidate->id, weights, 6) % 10) % 10;

	return check == digit_of(candidate->id[6]) && llp_digits_value(candidate->id, 6) > 0;
}

bool
llp_valid_de_bsnr(const Candidate *candidate)
{
	return two_digits(candidate->id) > 0 && !llp_all_same(candidate->id, 9);
}
