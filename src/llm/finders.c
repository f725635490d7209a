/*
 * llm/finders.c - e-mail, telephone, IBAN, BIC, and addresses of networks.
 *
 * What carries secrets is in secret_finders.c.
 */
#include "llm/finders.h"

#include "base/character.h"
#include "llm/digits.h"

static bool
is_alnum(char c)
{
	return continues_name(c) && c != '_';
}

static char
at_or_zero(Str text, size_t at)
{
	return at < text.size ? text.data[at] : '\0';
}

static bool
word_before(Str text, size_t at)
{
	return at > 0 && continues_name(text.data[at - 1]);
}

/* E-mail */

/* RFC 5321, 4.5.3.1. */
#define LOCAL_SIZE 64
#define DOMAIN_SIZE 255

static bool
is_local(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("._%+-!#$&'*/=?^`{|}~", c) != NULL);
}

/* Ends of file names that stand behind an @ in programs ("icon@2x.png"). */
static bool
is_file_ending(Str label)
{
	static const char endings[] = "png jpg jpeg gif svg webp css scss js ts py";

	for (const char *at = endings; at != NULL; at = strchr(at, ' '))
	{
		at += *at == ' ';
		if (strncmp(at, label.data, label.size) == 0 && (at[label.size] == ' ' || at[label.size] == '\0'))
			return true;
	}
	return false;
}

/* The end of a domain with a top level of two letters or more, or `start`. */
static size_t
domain_end(Str text, size_t start)
{
	size_t label = start;
	size_t end = start;
	size_t at;

	for (at = start; at <= text.size && at - start <= DOMAIN_SIZE; at++)
	{
		char c = at_or_zero(text, at);
		bool letters = at - label >= 2;

		if (is_alnum(c) || c == '-')
			continue;
		if (at == label)
			break;
		for (size_t i = label; i < at; i++)
			letters = letters && (starts_name(text.data[i]) ||
								  (at - label > 4 && memcmp(text.data + label, "xn--", 4) == 0));
		if (letters && label > start && !is_file_ending((Str){text.data + label, at - label}))
			end = at;
		if (c != '.')
			break;
		label = at + 1;
	}
	return end > start && continues_name(at_or_zero(text, end)) ? start : end;
}

bool
llp_find_email(Str text, size_t at, Span *span)
{
	size_t start = at;

	while (start > 0 && at - start < LOCAL_SIZE && is_local(text.data[start - 1]))
		start--;
	/* Quotes and signs that stand around an address may be part of one, but hardly ever are. */
	while (start < at && !is_alnum(text.data[start]) && text.data[start] != '_')
		start++;
	if (start == at || text.data[at - 1] == '.')
		return false;
	*span = (Span){start, domain_end(text, at + 1)};
	return span->end > at + 1;
}

/* Telephone */

/* ITU-T E.164: country codes with the lengths of their national numbers, as the national plans have them. */
typedef struct CountryCode
{
	uint16_t code;
	uint8_t shortest;
	uint8_t longest;
} CountryCode;

static const CountryCode country_codes[] = {
	{1, 10, 10},  {7, 10, 10}, {20, 8, 10},	 {27, 9, 9},   {30, 10, 10}, {31, 9, 9},   {32, 8, 9},
	{33, 9, 9},	  {34, 9, 9},  {36, 8, 9},	 {39, 6, 11},  {40, 9, 9},	 {41, 9, 9},   {43, 7, 13},
	{44, 9, 10},  {45, 8, 8},  {46, 7, 10},	 {47, 8, 8},   {48, 9, 9},	 {49, 6, 12},  {51, 8, 9},
	{52, 10, 10}, {53, 8, 8},  {54, 10, 11}, {55, 10, 11}, {56, 9, 9},	 {57, 10, 10}, {58, 10, 10},
	{60, 8, 10},  {61, 9, 9},  {62, 8, 12},	 {63, 8, 10},  {64, 8, 10},	 {65, 8, 8},   {66, 8, 9},
	{81, 9, 10},  {82, 8, 10}, {84, 9, 10},	 {86, 10, 11}, {90, 10, 10}, {91, 10, 10}, {92, 9, 10},
	{93, 9, 9},	  {94, 9, 9},  {95, 7, 10},	 {98, 10, 10}};

/* The zones whose codes have three digits, first and last, and bounds for all of their numbers. */
static const uint16_t long_codes[][2] = {{210, 299}, {350, 359}, {370, 389}, {420, 429},
										 {500, 509}, {590, 599}, {670, 692}, {800, 808},
										 {850, 859}, {870, 888}, {960, 979}, {991, 998}};

static bool
find_country(const char *digits, size_t *code_size, CountryCode *country)
{
	int value = 0;

	for (size_t size = 1; size <= 2; size++)
	{
		value = 10 * value + digit_of(digits[size - 1]);
		for (size_t i = 0; i < sizeof(country_codes) / sizeof(*country_codes); i++)
		{
			if (country_codes[i].code == value)
			{
				*code_size = size;
				*country = country_codes[i];
				return true;
			}
		}
	}
	value = 10 * value + digit_of(digits[2]);
	for (size_t i = 0; i < sizeof(long_codes) / sizeof(*long_codes); i++)
	{
		if (value >= long_codes[i][0] && value <= long_codes[i][1])
		{
			*code_size = 3;
			*country = (CountryCode){(uint16_t) value, 6, 11};
			return true;
		}
	}
	return false;
}

/* Signs between the digits of a number: one, or a parenthesis with one beside it. */
static size_t
skip_phone_signs(Str text, size_t at)
{
	size_t end = at;

	while (end < text.size && end - at < 2 && strchr(" .-/()", text.data[end]) != NULL &&
		   text.data[end] != '\0')
		end++;
	return end < text.size && is_digit(text.data[end]) ? end : at;
}

bool
llp_find_phone(Str text, size_t at, Span *span)
{
	char digits[16];
	size_t ends[16];
	size_t count = 0;
	size_t code_size = 0;
	size_t wanted;
	CountryCode country = {0};

	if (word_before(text, at))
		return false;
	for (size_t place = at + 1; count < 15 && is_digit(at_or_zero(text, place));)
	{
		digits[count] = text.data[place];
		ends[count++] = ++place;
		place = skip_phone_signs(text, place);
	}
	if (count < 7 || !find_country(digits, &code_size, &country))
		return false;
	wanted = code_size + country.longest < count ? code_size + country.longest : count;
	/* A trunk prefix in parentheses, "+44 (0)20 …", is no digit of the number. */
	if (text.data[ends[code_size] - 2] == '(' && digits[code_size] == '0' && wanted < count)
		wanted++;
	if (wanted < code_size + country.shortest || continues_name(at_or_zero(text, ends[wanted - 1])))
		return false;
	*span = (Span){at, ends[wanted - 1]};
	return true;
}

/* IBAN and BIC */

/* SWIFT's IBAN registry: countries and lengths. */
static const char iban_lengths[] =
	"AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18"
	"FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27"
	"MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27"
	"SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

static size_t
iban_length(char first, char second)
{
	for (size_t i = 0; i + 3 < sizeof(iban_lengths); i += 4)
	{
		if (iban_lengths[i] == first && iban_lengths[i + 1] == second)
			return (size_t) two_digits(iban_lengths + i + 2);
	}
	return 0;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
}

/* ISO 13616: the first four characters at the end, letters as two digits, modulo 97. */
static bool
iban_check(const char *iban, size_t length)
{
	int rest = 0;

	for (size_t i = 0; i < length; i++)
	{
		char c = iban[(i + 4) % length];

		rest = is_digit(c) ? 10 * rest + digit_of(c) : 100 * rest + c - 'A' + 10;
		rest %= 97;
	}
	return rest == 1;
}

bool
llp_find_iban(Str text, size_t at, Span *span)
{
	char iban[40];
	size_t count = 0;
	size_t end = at;
	size_t length;

	if (word_before(text, at) || at + 4 > text.size)
		return false;
	length = iban_length(upper(text.data[at]), upper(text.data[at + 1]));
	if (length == 0 || !is_digit(text.data[at + 2]) || !is_digit(text.data[at + 3]))
		return false;
	while (count < length)
	{
		if (count > 0 && (at_or_zero(text, end) == ' ' || at_or_zero(text, end) == '-'))
			end++;
		if (!is_alnum(at_or_zero(text, end)))
			return false;
		iban[count++] = upper(text.data[end++]);
	}
	*span = (Span){at, end};
	return !continues_name(at_or_zero(text, end)) && iban_check(iban, length);
}

/* ISO 9362 with a country of ISO 3166-1; bytes between the word and the code. */
#define BIC_DISTANCE 16

static bool
is_country(const char *code)
{
	static const char others[] =
		"US CA MX AU NZ JP CN HK SG IN KR TW TH MY ID PH VN ZA NG KE AR CL CO PE UY VE MA DZ GH ";

	if (iban_length(code[0], code[1]) > 0)
		return true;
	for (size_t i = 0; i + 2 < sizeof(others); i += 3)
	{
		if (others[i] == code[0] && others[i + 1] == code[1])
			return true;
	}
	return false;
}

static bool
is_bic(const char *code, size_t size)
{
	if (size != 8 && size != 11)
		return false;
	for (size_t i = 0; i < size; i++)
	{
		bool letter = code[i] >= 'A' && code[i] <= 'Z';

		if (!letter && !(i >= 6 && is_digit(code[i])))
			return false;
	}
	return is_country(code + 4);
}

bool
llp_find_bic(Str text, size_t at, Span *span)
{
	for (size_t start = at; start < text.size && start - at <= BIC_DISTANCE;)
	{
		size_t end = start;

		while (end < text.size && end - start <= 11 && is_alnum(text.data[end]))
			end++;
		*span = (Span){start, end};
		if (is_bic(text.data + start, end - start) && !continues_name(at_or_zero(text, end)))
			return true;
		start = end > start ? end : end + 1;
	}
	return false;
}

/* Networks */

/* Digits of a number of at most `most` at `at`; its end, or `at` for none. */
static size_t
small_number(Str text, size_t at, int most)
{
	size_t end = at;
	int value = 0;

	while (end < text.size && end - at < 4 && is_digit(text.data[end]))
		value = 10 * value + digit_of(text.data[end++]);
	return end - at > 3 || value > most ? at : end;
}

/* Four numbers with dots; the end, or `at`. */
static size_t
dotted_quad(Str text, size_t at)
{
	size_t place = at;

	for (int i = 0; i < 4; i++)
	{
		size_t end;

		if (i > 0 && at_or_zero(text, place++) != '.')
			return at;
		end = small_number(text, place, 255);
		if (end == place)
			return at;
		place = end;
	}
	return place;
}

/* A prefix length, where there is one. */
static size_t
prefix_length(Str text, size_t at, int most)
{
	size_t end;

	if (at_or_zero(text, at) != '/')
		return at;
	end = small_number(text, at + 1, most);
	return end == at + 1 || continues_name(at_or_zero(text, end)) ? at : end;
}

bool
llp_find_ipv4(Str text, size_t at, Span *span)
{
	size_t end = dotted_quad(text, at);

	if (end == at || word_before(text, at) ||
		(at > 1 && text.data[at - 1] == '.' && is_digit(text.data[at - 2])) ||
		continues_name(at_or_zero(text, end)))
		return false;
	*span = (Span){at, prefix_length(text, end, 32)};
	return true;
}

/* Longest text of an address, RFC 4291 and 5952. */
#define IPV6_SIZE 45
#define ZONE_SIZE 16

/*
 * Groups of up to four hexadecimal digits, :: once, four numbers at the end perhaps.  The end of what is one,
 * or `at`.
 */
static size_t
ipv6_end(Str text, size_t at)
{
	int groups = 0;
	bool gap = false;
	size_t place = at;

	if (at_or_zero(text, at) == ':' && at_or_zero(text, at + 1) != ':')
		return at;
	while (groups < 8)
	{
		size_t start = place;

		if (at_or_zero(text, place) == ':' && at_or_zero(text, place + 1) == ':')
		{
			if (gap)
				return at;
			gap = true;
			place += 2;
			start = place;
		}
		else if (groups > 0)
		{
			if (at_or_zero(text, place) != ':')
				break;
			start = ++place;
		}
		while (place - start < 5 && hex_value(at_or_zero(text, place)) >= 0)
			place++;
		if (place == start)
		{
			if (gap && text.data[place - 1] == ':' && text.data[place - 2] == ':')
				break; /* it ends in :: */
			return at;
		}
		if (at_or_zero(text, place) == '.' && groups <= 6 && dotted_quad(text, start) > start)
		{
			place = dotted_quad(text, start);
			groups += 2;
			break;
		}
		if (place - start > 4)
			return at;
		groups++;
	}
	return (gap ? groups <= 7 : groups == 8) ? place : at;
}

static size_t
zone_end(Str text, size_t at)
{
	size_t end = at + 1;

	if (at_or_zero(text, at) != '%')
		return at;
	while (end < text.size && end - at <= ZONE_SIZE && continues_name(text.data[end]))
		end++;
	return end > at + 1 ? end : at;
}

static bool
is_address_character(char c)
{
	return c == ':' || hex_value(c) >= 0;
}

bool
llp_find_ipv6(Str text, size_t at, Span *span, size_t *run_end, bool *sure)
{
	size_t start = at;
	size_t end = at;
	size_t after;

	while (start > 0 && at - start <= IPV6_SIZE && is_address_character(text.data[start - 1]))
		start--;
	while (end < text.size && is_address_character(text.data[end]))
		end++;
	*run_end = end;
	*sure = false;
	if (at - start > IPV6_SIZE || word_before(text, start) || (start > 0 && text.data[start - 1] == '.'))
		return false;
	end = ipv6_end(text, start);
	if (end == start)
		return false;
	for (size_t i = start; i < end; i++)
		*sure = *sure || is_digit(text.data[i]);
	after = zone_end(text, end);
	/* "::ffff:1.2.3" is no address with something behind it. */
	if (after == end &&
		(is_address_character(at_or_zero(text, end)) || continues_name(at_or_zero(text, end)) ||
		 (at_or_zero(text, end) == '.' && is_digit(at_or_zero(text, end + 1)))))
		return false;
	*span = (Span){start, prefix_length(text, after, 128)};
	return span->end - span->start > 2;
}
