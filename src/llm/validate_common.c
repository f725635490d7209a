/*
 * llm/validate_common.c - identifiers that no single country issues.
 */
#include "llm/validate.h"

#include "base/character.h"
#include "llm/digits.h"
#include "llm/sha256.h"

bool
llp_valid_any(const Candidate *candidate)
{
	(void) candidate;
	return true;
}

bool
llp_valid_luhn(const Candidate *candidate)
{
	return llp_luhn(candidate->id, candidate->size) && !llp_all_same(candidate->id, candidate->size);
}

/* Ranges of issuer identification numbers, as the networks publish them: first four digits and lengths. */
typedef struct Issuer
{
	uint16_t first;
	uint16_t last;
	uint8_t shortest;
	uint8_t longest;
} Issuer;

static const Issuer issuers[] = {
	{1000, 1999, 15, 15},											  /* UATP */
	{2014, 2149, 15, 15},											  /* enRoute */
	{2200, 2204, 16, 19},											  /* Mir */
	{2221, 2720, 16, 16},											  /* Mastercard */
	{3000, 3059, 14, 19},											  /* Diners Club */
	{3095, 3095, 14, 19}, {3400, 3499, 15, 15}, {3528, 3589, 16, 19}, /* American Express, JCB */
	{3600, 3699, 14, 19}, {3700, 3799, 15, 15}, {3800, 3999, 14, 19},
	{4000, 4999, 16, 16}, /* Visa */
	{4000, 4999, 13, 13}, {4000, 4999, 19, 19}, {5018, 5018, 12, 19},
	{5020, 5020, 12, 19}, /* Maestro */
	{5038, 5038, 12, 19}, {5100, 5599, 16, 16}, {5612, 5893, 12, 19},
	{6000, 6999, 16, 19}, /* Discover, UnionPay, RuPay */
	{6304, 6304, 12, 19}, {6759, 6763, 12, 19}, {8170, 8171, 16, 19}};

bool
llp_valid_card(const Candidate *candidate)
{
	int first = (int) llp_digits_value(candidate->id, 4);

	for (size_t i = 0; i < sizeof(issuers) / sizeof(*issuers); i++)
	{
		const Issuer *issuer = &issuers[i];

		if (first >= issuer->first && first <= issuer->last && candidate->size >= issuer->shortest &&
			candidate->size <= issuer->longest)
			return llp_luhn(candidate->id, candidate->size) && !llp_all_same(candidate->id, candidate->size);
	}
	return false;
}

/* Base58 of Bitcoin: a version byte, 20 bytes, and four of the double SHA-256 of these. */
#define BASE58_BYTES 25

static bool
decode_base58(Str text, uint8_t bytes[BASE58_BYTES])
{
	static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

	memset(bytes, 0, BASE58_BYTES);
	for (size_t i = 0; i < text.size; i++)
	{
		const char *place = memchr(alphabet, text.data[i], sizeof(alphabet) - 1);
		uint32_t carry = place == NULL ? 0 : (uint32_t) (place - alphabet);

		if (place == NULL)
			return false;
		for (int j = BASE58_BYTES - 1; j >= 0; j--)
		{
			carry += 58u * bytes[j];
			bytes[j] = (uint8_t) carry;
			carry >>= 8;
		}
		if (carry != 0)
			return false;
	}
	return true;
}

bool
llp_valid_bitcoin(const Candidate *candidate)
{
	uint8_t bytes[BASE58_BYTES];
	uint8_t hash[LLP_SHA256_SIZE];

	if (!decode_base58(candidate->text, bytes) || (bytes[0] != 0 && bytes[0] != 5))
		return false;
	llp_sha256_short(bytes, BASE58_BYTES - 4, hash);
	llp_sha256_short(hash, sizeof(hash), hash);
	return memcmp(hash, bytes + BASE58_BYTES - 4, 4) == 0;
}

static uint32_t
bech32_step(uint32_t check, uint32_t value)
{
	static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	uint32_t top = check >> 25;

	check = (check & 0x1ffffff) << 5 ^ value;
	for (int i = 0; i < 5; i++)
		check ^= top >> i & 1 ? generator[i] : 0;
	return check;
}

/* BIP 173 for version 0, BIP 350 (bech32m) for the later ones. */
bool
llp_valid_bech32(const Candidate *candidate)
{
	static const char alphabet[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
	uint32_t check = 1;

	if (candidate->size < 14 || candidate->size == LLP_CANDIDATE_SIZE)
		return false;
	/* The human-readable part "bc": high bits, zero, low bits. */
	check = bech32_step(bech32_step(check, 3), 3);
	check = bech32_step(bech32_step(bech32_step(check, 0), 'b' & 31), 'c' & 31);
	for (uint32_t i = 3; i < candidate->size; i++)
	{
		const char *place = memchr(alphabet, candidate->id[i], sizeof(alphabet) - 1);

		if (place == NULL)
			return false;
		check = bech32_step(check, (uint32_t) (place - alphabet));
	}
	return check == (candidate->id[3] == 'Q' ? 1 : 0x2bc830a3);
}

bool
llp_valid_ethereum(const Candidate *candidate)
{
	return !llp_all_same(candidate->id + 2, candidate->size - 2);
}

bool
llp_valid_mac(const Candidate *candidate)
{
	return !llp_all_same(candidate->id, candidate->size);
}

static int
month_of(const char *name, size_t size)
{
	static const char *const months[] = {"JANUARY",	  "FEBRUARY", "MARCH",	  "APRIL",
										 "MAY",		  "JUNE",	  "JULY",	  "AUGUST",
										 "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};

	for (int i = 0; i < 12; i++)
	{
		if (size <= strlen(months[i]) && (size == 3 || size == strlen(months[i])) &&
			memcmp(months[i], name, size) == 0)
			return i + 1;
	}
	return 0;
}

/* Up to three groups of digits or letters of a date, in the order in which they stand there. */
typedef struct DateParts
{
	int values[3];
	size_t sizes[3];
	int count;
	bool named; /* a month by its name */
	int name_at;
} DateParts;

static void
split_date(const Candidate *candidate, DateParts *parts)
{
	size_t at = 0;

	memset(parts, 0, sizeof(*parts));
	for (size_t i = 0; i < candidate->text.size && parts->count < 3; parts->count++)
	{
		size_t start = i;
		bool letters;

		while (i < candidate->text.size && continues_name(candidate->text.data[i]))
			i++;
		letters = !is_digit(candidate->text.data[start]);
		parts->sizes[parts->count] = i - start;
		parts->values[parts->count] = letters ? month_of(candidate->id + at, i - start)
											  : (int) llp_digits_value(candidate->id + at, i - start);
		if (letters)
		{
			parts->named = true;
			parts->name_at = parts->count;
		}
		at += i - start;
		while (i < candidate->text.size && !continues_name(candidate->text.data[i]))
			i++;
	}
}

static bool
is_birth_year(int year, size_t digits)
{
	return digits == 2 || (year >= 1900 && year <= 2099);
}

bool
llp_valid_birth_date(const Candidate *candidate)
{
	DateParts parts;
	int year;

	split_date(candidate, &parts);
	if (parts.count != 3)
		return false;
	if (parts.sizes[0] == 4)
		return is_birth_year(parts.values[0], 4) &&
			   llp_is_date(parts.values[0], parts.values[1], parts.values[2]);
	year = parts.values[2];
	if (!is_birth_year(year, parts.sizes[2]))
		return false;
	if (parts.named)
		return llp_is_date(year, parts.values[parts.name_at], parts.values[1 - parts.name_at]);
	return llp_is_short_date(year, parts.values[1], parts.values[0]) ||
		   llp_is_short_date(year, parts.values[0], parts.values[1]);
}

bool
llp_valid_vin(const Candidate *candidate)
{
	static const uint8_t weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
	/* A to Z; letters that do not occur are 0. */
	static const uint8_t values[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4,
									 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};
	const char *id = candidate->id;
	int letters = 0;
	int sum = 0;

	for (size_t i = 0; i < 17; i++)
	{
		bool digit = is_digit(id[i]);

		letters += !digit;
		sum += weights[i] * (digit ? digit_of(id[i]) : values[id[i] - 'A']);
	}
	return letters >= 2 && id[8] == (sum % 11 == 10 ? 'X' : '0' + sum % 11);
}

/* Area code and exchange begin with 2 to 9, and neither is a service code like 911. */
bool
llp_valid_phone_nanp(const Candidate *candidate)
{
	const char *id = candidate->id + (candidate->size == 11 ? 1 : 0);

	return !(id[1] == '1' && id[2] == '1') && id[1] != '9' && !(id[4] == '1' && id[5] == '1') &&
		   !llp_all_same(id, 10);
}
