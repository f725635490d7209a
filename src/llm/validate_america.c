/*
 * llm/validate_america.c - identifiers of the Americas.
 */
#include "llm/validate.h"

#include "base/character.h"
#include "llm/digits.h"

/* Social Security Administration: areas 000, 666 and from 900 on, group 00 and serial 0000 are never issued.
 */
bool
llp_valid_us_ssn(const Candidate *candidate)
{
	/* From advertisements, and so in many texts. */
	static const char *const advertised[] = {"078051120", "219099999", "123456789", "987654321"};
	const char *id = candidate->id;
	int area = (int) llp_digits_value(id, 3);

	if (area == 0 || area == 666 || area >= 900 || two_digits(id + 3) == 0 ||
		llp_digits_value(id + 5, 4) == 0)
		return false;
	for (size_t i = 0; i < sizeof(advertised) / sizeof(*advertised); i++)
	{
		if (memcmp(id, advertised[i], 9) == 0)
			return false;
	}
	return !llp_all_same(id, 9);
}

/* IRS: the fourth and fifth digits are 50 to 65, 70 to 88, 90 to 92 or 94 to 99. */
bool
llp_valid_us_itin(const Candidate *candidate)
{
	int group = two_digits(candidate->id + 3);

	return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group != 93);
}

/* CMS: Luhn over the number with 80840 before it, which adds 24 to the sum. */
bool
llp_valid_us_npi(const Candidate *candidate)
{
	char digits[16] = "80840";

	memcpy(digits + 5, candidate->id, 10);
	return llp_luhn(digits, 15) && !llp_all_same(candidate->id + 1, 9);
}

/* DEA: digits 1, 3 and 5 and twice the digits 2, 4 and 6 end in digit 7. */
bool
llp_valid_us_dea(const Candidate *candidate)
{
	static const uint8_t weights[] = {1, 2, 1, 2, 1, 2};

	return llp_weighted_sum(candidate->id + 2, weights, 6) % 10 == digit_of(candidate->id[8]) &&
		   !llp_all_same(candidate->id + 2, 7);
}

bool
llp_valid_us_aba(const Candidate *candidate)
{
	static const uint8_t weights[] = {3, 7, 1, 3, 7, 1, 3, 7, 1};
	int prefix = two_digits(candidate->id);

	if (!(prefix <= 12 || (prefix >= 21 && prefix <= 32) || (prefix >= 61 && prefix <= 72) || prefix == 80))
		return false;
	return llp_weighted_sum(candidate->id, weights, 9) % 10 == 0 && !llp_all_same(candidate->id, 9);
}

/* The check digit of Receita Federal: the remainder modulo 11, where 0 and 1 give 0. */
static bool
brazilian_check(const char *id, const uint8_t *weights, size_t count)
{
	int sum = 0;

	/* Letters, which a CNPJ may have from 2026 on, count as their code less that of '0'. */
	for (size_t i = 0; i < count; i++)
		sum += digit_of(id[i]) * weights[i];
	sum %= 11;
	return digit_of(id[count]) == (sum < 2 ? 0 : 11 - sum);
}

bool
llp_valid_br_cpf(const Candidate *candidate)
{
	static const uint8_t weights[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};

	return brazilian_check(candidate->id, weights + 1, 9) && brazilian_check(candidate->id, weights, 10) &&
		   !llp_all_same(candidate->id, 11);
}

bool
llp_valid_br_cnpj(const Candidate *candidate)
{
	static const uint8_t weights[] = {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2};

	return brazilian_check(candidate->id, weights + 1, 12) && brazilian_check(candidate->id, weights, 13) &&
		   !llp_all_same(candidate->id, 14);
}
