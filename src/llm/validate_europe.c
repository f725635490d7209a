/*
 * llm/validate_europe.c - identifiers of Europe but Germany, and of Turkey.
 */
#include "llm/validate.h"

#include "base/character.h"
#include "llm/digits.h"

/* United Kingdom */

/* NHS Data Dictionary: weights 10 to 2, eleven less the remainder; 10 is never issued. */
bool
llp_valid_uk_nhs(const Candidate *candidate)
{
	static const uint8_t weights[] = {10, 9, 8, 7, 6, 5, 4, 3, 2};
	int check = 11 - llp_weighted_sum(candidate->id, weights, 9) % 11;

	return (check == 11 ? 0 : check) == digit_of(candidate->id[9]) && !llp_all_same(candidate->id, 10);
}

/* HM Revenue & Customs, NIM39110: prefixes that are not used. */
bool
llp_valid_uk_nino(const Candidate *candidate)
{
	static const char unused[] = "BG GB NK KN NT TN ZZ";

	for (size_t i = 0; i < sizeof(unused); i += 3)
	{
		if (memcmp(unused + i, candidate->id, 2) == 0)
			return false;
	}
	return true;
}

/* Royal Mail, Programmers' Guide: letters that each place may have. */
bool
llp_valid_uk_postcode(const Candidate *candidate)
{
	const char *id = candidate->id;
	uint32_t size = candidate->size;

	if (strchr("QVX", id[0]) != NULL || strchr("CIKMOV", id[size - 1]) != NULL ||
		strchr("CIKMOV", id[size - 2]) != NULL)
		return false;
	if (starts_name(id[1]))
		return strchr("IJZ", id[1]) == NULL &&
			   (is_digit(id[3]) || size == 6 || strchr("ABEHMNPRVWXY", id[3]) != NULL);
	return is_digit(id[2]) || size == 5 || strchr("ABCDEFGHJKPSTUW", id[2]) != NULL;
}

/* DVLA: five characters of the name filled up with 9, decade, month (of women plus 50), day, year. */
bool
llp_valid_uk_driving_licence(const Candidate *candidate)
{
	const char *id = candidate->id;
	int month;
	bool filled = false;

	if (candidate->size != 16)
		return false;
	for (int i = 0; i < 5; i++)
	{
		if (is_digit(id[i]) ? id[i] != '9' : filled)
			return false;
		filled = is_digit(id[i]);
	}
	month = two_digits(id + 6);
	return llp_is_short_date(0, month > 50 ? month - 50 : month, two_digits(id + 8)) &&
		   (id[11] != '9' || id[12] == '9');
}

/* DVLA, INF104: 02 to 29 from March, 51 to 79 from September of a year. */
bool
llp_valid_uk_plate(const Candidate *candidate)
{
	int age = two_digits(candidate->id + 2);

	return (age >= 2 && age <= 29) || (age >= 51 && age <= 79);
}

/* France: 97 less the number modulo 97; the departments 2A and 2B of Corsica count as 19 and 18. */
bool
llp_valid_fr_nir(const Candidate *candidate)
{
	char digits[16];
	int month;

	memcpy(digits, candidate->id, 16);
	if (starts_name(digits[6]))
	{
		if (digits[5] != '2')
			return false;
		digits[5] = '1';
		digits[6] = digits[6] == 'A' ? '9' : '8';
	}
	month = two_digits(digits + 3);
	if (!((month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50))
		return false;
	return 97 - llp_digits_value(digits, 13) % 97 == two_digits(digits + 13);
}

/* Spain */

static const char spanish_letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";

bool
llp_valid_es_nif(const Candidate *candidate)
{
	uint32_t digits = candidate->size - 1;

	return spanish_letters[llp_digits_value(candidate->id, digits) % 23] == candidate->id[digits];
}

/* X, Y and Z count as 0, 1 and 2. */
bool
llp_valid_es_nie(const Candidate *candidate)
{
	int64_t value = (candidate->id[0] - 'X') * INT64_C(10000000) + llp_digits_value(candidate->id + 1, 7);

	return spanish_letters[value % 23] == candidate->id[8];
}

/* Italy */

/* What a letter stands for where two people would share a code ("omocodia"), or the digit itself. */
static int
fiscal_digit(char c)
{
	static const char letters[] = "LMNPQRSTUV";
	const char *place = is_digit(c) ? NULL : strchr(letters, c);

	return place == NULL ? digit_of(c) : (int) (place - letters);
}

/* The day of women is 40 more. */
bool
llp_valid_it_fiscal_form(const Candidate *candidate)
{
	static const char months[] = "ABCDEHLMPRST";
	const char *id = candidate->id;
	int day = 10 * fiscal_digit(id[9]) + fiscal_digit(id[10]);
	int year = 10 * fiscal_digit(id[6]) + fiscal_digit(id[7]);

	return llp_is_short_date(year, (int) (strchr(months, id[8]) - months) + 1, day > 40 ? day - 40 : day);
}

/* Ministerial decree of 23 December 1976: values of characters at odd places; at even ones they are plain. */
bool
llp_valid_it_fiscal_code(const Candidate *candidate)
{
	static const uint8_t odd[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
								  20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
	int sum = 0;

	if (!llp_valid_it_fiscal_form(candidate))
		return false;
	for (int i = 0; i < 15; i++)
	{
		int value = is_digit(candidate->id[i]) ? digit_of(candidate->id[i]) : candidate->id[i] - 'A';

		sum += i % 2 == 0 ? odd[value] : value;
	}
	return candidate->id[15] == 'A' + sum % 26;
}

bool
llp_valid_it_vat(const Candidate *candidate)
{
	return candidate->size == 11 && llp_luhn(candidate->id, 11) && !llp_all_same(candidate->id, 11);
}

/* Poland: weights 1, 3, 7, 9; the century is in the month. */
bool
llp_valid_pl_pesel(const Candidate *candidate)
{
	static const uint8_t weights[] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
	static const int centuries[] = {1900, 2000, 2100, 2200, 1800};
	const char *id = candidate->id;
	int month = two_digits(id + 2);

	return llp_is_date(centuries[month / 20] + two_digits(id), month % 20, two_digits(id + 4)) &&
		   llp_weighted_sum(id, weights, 11) % 10 == 0;
}

/* Sweden: Luhn over the last ten digits; coordination numbers have 60 added to the day. */
bool
llp_valid_se_personal_number(const Candidate *candidate)
{
	const char *id = candidate->id;
	const char *short_id = id + candidate->size - 10;
	int day = two_digits(short_id + 4);
	int month = two_digits(short_id + 2);

	if (day > 60)
		day -= 60;
	if (candidate->size == 12 ? !llp_is_date((int) llp_digits_value(id, 4), month, day)
							  : !llp_is_short_date(two_digits(short_id), month, day))
		return false;
	return llp_luhn(short_id, 10);
}

/* Finland: the nine digits modulo 31; the sign between them tells the century. */
bool
llp_valid_fi_personal_code(const Candidate *candidate)
{
	static const char control[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
	const char *text = candidate->text.data;
	char digits[9];
	int century = text[6] == '+' ? 1800 : (text[6] == '-' || (text[6] | 32) >= 'u') ? 1900 : 2000;
	char last = text[10] >= 'a' ? (char) (text[10] - 32) : text[10];

	memcpy(digits, text, 6);
	memcpy(digits + 6, text + 7, 3);
	return llp_is_date(century + two_digits(digits + 4), two_digits(digits + 2), two_digits(digits)) &&
		   llp_digits_value(digits + 6, 3) >= 2 && control[llp_digits_value(digits, 9) % 31] == last;
}

/* Netherlands: weights 9 to 2 and -1. */
bool
llp_valid_nl_bsn(const Candidate *candidate)
{
	static const uint8_t weights[] = {9, 8, 7, 6, 5, 4, 3, 2};

	return (llp_weighted_sum(candidate->id, weights, 8) - digit_of(candidate->id[8])) % 11 == 0 &&
		   !llp_all_same(candidate->id, 9);
}

/* Belgium: 97 less the first nine digits modulo 97, with a 2 before them for who was born from 2000 on. */
bool
llp_valid_be_national_number(const Candidate *candidate)
{
	const char *id = candidate->id;
	int64_t value = llp_digits_value(id, 9);
	int check = two_digits(id + 9);

	return llp_is_short_date(two_digits(id), two_digits(id + 2) % 20, two_digits(id + 4)) &&
		   (97 - value % 97 == check || 97 - (value + INT64_C(2000000000)) % 97 == check);
}

bool
llp_valid_ch_ahv(const Candidate *candidate)
{
	static const uint8_t weights[] = {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1};

	return llp_weighted_sum(candidate->id, weights, 13) % 10 == 0;
}

/* Turkey */

/* Digit 10 is 7 times the odd places less the even ones, digit 11 the sum of the ten, modulo 10. */
bool
llp_valid_tr_national_id(const Candidate *candidate)
{
	static const uint8_t ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
	static const uint8_t odd[] = {1, 0, 1, 0, 1, 0, 1, 0, 1};
	static const uint8_t even[] = {0, 1, 0, 1, 0, 1, 0, 1};
	const char *id = candidate->id;
	int tenth = 7 * llp_weighted_sum(id, odd, 9) - llp_weighted_sum(id, even, 8);

	return (tenth % 10 + 10) % 10 == digit_of(id[9]) &&
		   llp_weighted_sum(id, ones, 10) % 10 == digit_of(id[10]);
}

/* One letter goes with four digits, two with three or four, three with two or three; older ones have others.
 */
bool
llp_valid_tr_plate(const Candidate *candidate)
{
	int province = two_digits(candidate->id);
	uint32_t letters = 0;

	while (starts_name(candidate->id[2 + letters]))
		letters++;
	return province >= 1 && province <= 81 && candidate->size - 2 - letters + letters <= 7 &&
		   (letters < 3 || candidate->size - 2 - letters <= 4);
}

/* Area codes are 2xx to 4xx, mobile ones 50x, 51x and 53x to 56x. */
bool
llp_valid_tr_phone(const Candidate *candidate)
{
	const char *id = candidate->id + candidate->size - 10;

	if (candidate->size < 10 || candidate->size > 12 || llp_all_same(id, 10))
		return false;
	return id[0] != '5' || (id[1] >= '0' && id[1] <= '6');
}
