/*
 * llm/validate_asia.c - identifiers of Asia, Australia and Africa.
 */
#include "llm/validate.h"

#include "base/character.h"
#include "llm/digits.h"

/* India */

bool
llp_valid_in_aadhaar(const Candidate *candidate)
{
	const char *id = candidate->id;
	bool palindrome = true;

	for (int i = 0; i < 6; i++)
		palindrome = palindrome && id[i] == id[11 - i];
	return !palindrome && llp_verhoeff(id, 12);
}

/* States have the codes 01 to 38; 97 is other territory, 99 the centre. */
bool
llp_valid_in_state(const Candidate *candidate)
{
	int state = two_digits(candidate->id);

	return (state >= 1 && state <= 38) || state == 97 || state == 99;
}

/* GST Network: factors 1 and 2 over base 36, the digits of each product added. */
bool
llp_valid_in_gstin(const Candidate *candidate)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	int sum = 0;

	if (!llp_valid_in_state(candidate))
		return false;
	for (int i = 0; i < 14; i++)
	{
		char c = candidate->id[i];
		int product = (is_digit(c) ? digit_of(c) : c - 'A' + 10) * (i % 2 + 1);

		sum += product / 36 + product % 36;
	}
	return candidate->id[14] == alphabet[(36 - sum % 36) % 36];
}

/* Codes of states and territories, in use and former. */
bool
llp_valid_in_plate(const Candidate *candidate)
{
	static const char codes[] =
		"AN AP AR AS BH BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK "
		"TG TN TR TS UA UK UP WB ";

	for (size_t i = 0; i + 2 < sizeof(codes); i += 3)
	{
		if (memcmp(codes + i, candidate->id, 2) == 0)
			return true;
	}
	return false;
}

/* Australia */

bool
llp_valid_au_tfn(const Candidate *candidate)
{
	static const uint8_t weights[] = {1, 4, 3, 7, 5, 8, 6, 9, 10};

	return llp_weighted_sum(candidate->id, weights, 9) % 11 == 0 && !llp_all_same(candidate->id, 9);
}

/* Australian Business Register: one is taken from the first digit. */
bool
llp_valid_au_abn(const Candidate *candidate)
{
	static const uint8_t weights[] = {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19};

	return (llp_weighted_sum(candidate->id, weights, 11) - 10) % 89 == 0;
}

bool
llp_valid_au_acn(const Candidate *candidate)
{
	static const uint8_t weights[] = {8, 7, 6, 5, 4, 3, 2, 1};
	int check = (10 - llp_weighted_sum(candidate->id, weights, 8) % 10) % 10;

	return check == digit_of(candidate->id[8]) && !llp_all_same(candidate->id, 9);
}

bool
llp_valid_au_medicare(const Candidate *candidate)
{
	static const uint8_t weights[] = {1, 3, 7, 9, 1, 3, 7, 9};

	return llp_weighted_sum(candidate->id, weights, 8) % 10 == digit_of(candidate->id[8]);
}

/* Singapore */

bool
llp_valid_sg_nric(const Candidate *candidate)
{
	static const uint8_t weights[] = {2, 7, 6, 5, 4, 3, 2};
	const char *id = candidate->id;
	int sum = llp_weighted_sum(id + 1, weights, 7);

	switch (id[0])
	{
		case 'S':
			return id[8] == "JZIHGFEDCBA"[sum % 11];
		case 'T':
			return id[8] == "JZIHGFEDCBA"[(sum + 4) % 11];
		case 'F':
			return id[8] == "XWUTRQPNMLK"[sum % 11];
		case 'G':
			return id[8] == "XWUTRQPNMLK"[(sum + 4) % 11];
		default: /* M, from 2022 on */
			return id[8] == "KLJNPQRTUWX"[10 - (sum + 3) % 11];
	}
}

/* Businesses have 8 digits, local companies a year and 5 digits, others a letter, year, kind and 4 digits. */
bool
llp_valid_sg_uen(const Candidate *candidate)
{
	static const uint8_t business[] = {10, 4, 9, 3, 8, 2, 7, 1};
	static const uint8_t company[] = {10, 8, 6, 4, 9, 7, 5, 3, 1};
	static const uint8_t other[] = {4, 3, 5, 3, 10, 2, 2, 5, 7};
	static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWX0123456789";
	const char *id = candidate->id;
	int sum = 0;

	if (candidate->size == 9)
		return id[8] == "XMKECAWLJDB"[llp_weighted_sum(id, business, 8) % 11];
	if (is_digit(id[0]))
		return id[9] == "ZKCMDNERGWH"[llp_weighted_sum(id, company, 9) % 11];
	for (int i = 0; i < 9; i++)
	{
		const char *place = strchr(alphabet, id[i]);

		if (place == NULL)
			return false;
		sum += (int) (place - alphabet) * other[i];
	}
	return id[9] == alphabet[(sum - 5 + 11) % 11];
}

/* Thailand: weights 13 to 2; digits 2 and 3 are a province. */
bool
llp_valid_th_national_id(const Candidate *candidate)
{
	static const uint8_t weights[] = {13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
	static const uint8_t last[] = {0, 9, 7, 9, 8, 8, 7, 7, 6, 6};
	const char *id = candidate->id;
	int region = digit_of(id[1]);

	if (region == 0 || digit_of(id[2]) > last[region] || llp_all_same(id, 13))
		return false;
	return (11 - llp_weighted_sum(id, weights, 12) % 11) % 10 == digit_of(id[12]);
}

/* Korea */

/* Numbers given from October 2020 on have no check digit and no region: the date is all there is to check. */
bool
llp_valid_kr_rrn(const Candidate *candidate)
{
	const char *id = candidate->id;

	return llp_is_short_date(two_digits(id), two_digits(id + 2), two_digits(id + 4));
}

bool
llp_valid_kr_brn(const Candidate *candidate)
{
	static const uint8_t weights[] = {1, 3, 7, 1, 3, 7, 1, 3, 5};
	const char *id = candidate->id;
	int sum = llp_weighted_sum(id, weights, 9) + digit_of(id[8]) * 5 / 10;

	return (10 - sum % 10) % 10 == digit_of(id[9]) && !llp_all_same(id, 10);
}

bool
llp_valid_kr_driver_license(const Candidate *candidate)
{
	int region = two_digits(candidate->id);

	return (region >= 11 && region <= 26) || region == 28;
}

/* China, GB 11643-1999. */
bool
llp_valid_cn_resident_id(const Candidate *candidate)
{
	static const uint8_t weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	const char *id = candidate->id;
	int year = (int) llp_digits_value(id + 6, 4);

	return year >= 1900 && year < 2100 && llp_is_date(year, two_digits(id + 10), two_digits(id + 12)) &&
		   id[17] == "10X98765432"[llp_weighted_sum(id, weights, 17) % 11];
}

bool
llp_valid_ng_nin(const Candidate *candidate)
{
	return llp_verhoeff(candidate->id, 11) && !llp_all_same(candidate->id, 11);
}

/* South Africa: YYMMDD, sex, citizenship, check digit. */
bool
llp_valid_za_id(const Candidate *candidate)
{
	const char *id = candidate->id;

	return llp_is_short_date(two_digits(id), two_digits(id + 2), two_digits(id + 4)) && llp_luhn(id, 13);
}
