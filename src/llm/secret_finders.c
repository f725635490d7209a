/*
 * llm/secret_finders.c - secrets that are told by what stands around them.
 */
#include "llm/finders.h"

#include "base/character.h"
#include "llm/validate.h"

/* Bytes that are looked at for a part of a URL, a value, the body of a key. */
#define SCHEME_SIZE 24
#define AUTHORITY_SIZE 512
#define URL_SIZE 2048
#define VALUE_SIZE 512
#define LABEL_SIZE 64
#define KEY_SIZE 32768

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* The end of the characters from `at` that are none of the set and no control character. */
static size_t
until(Str text, size_t at, const char *set, size_t most)
{
	size_t end = at;

	while (end < text.size && end - at < most && (unsigned char) text.data[end] > ' ' &&
		   !is_one_of(text.data[end], set))
		end++;
	return end;
}

/* URLs */

static size_t
scheme_start(Str text, size_t at)
{
	size_t start = at;

	while (start > 0 && at - start < SCHEME_SIZE &&
		   ((continues_name(text.data[start - 1]) && text.data[start - 1] != '_') ||
			is_one_of(text.data[start - 1], "+.-")))
		start--;
	while (start < at && !starts_name(text.data[start]))
		start++;
	return start;
}

static bool
is_database(Str scheme)
{
	static const char *const schemes[] = {"postgres", "mysql",	   "mariadb",	 "mongodb",	  "redis",
										  "rediss",	  "amqp",	   "mssql",		 "sqlserver", "oracle",
										  "jdbc",	  "cockroach", "clickhouse", "cassandra", "neo4j"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
	{
		if (llp_str_starts_with(scheme, llp_str(schemes[i])))
			return true;
	}
	return false;
}

/* What documentation writes for a password. */
static bool
is_password(Str password)
{
	static const char *const words[] = {"password", "pass",	 "passwd", "pwd",	 "pw",
										"secret",	"xxx",	 "xxxx",   "***",	 "****",
										"changeme", "token", "user",   "example"};

	if (password.size == 0 || is_one_of(password.data[0], "$<{[*") || llp_str_find(password, STR("${")) >= 0)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
	{
		if (llp_str_equal(password, llp_str(words[i])))
			return false;
	}
	for (size_t i = 1; i < password.size; i++)
	{
		if (password.data[i] != password.data[0])
			return true;
	}
	return false;
}

bool
llp_find_url_with_password(Str text, size_t at, Span *span, bool *database)
{
	size_t start = scheme_start(text, at);
	size_t host = 0;
	size_t authority = at + 3;
	size_t end = until(text, authority, "/?#\"'<>`\\", AUTHORITY_SIZE);
	size_t colon = authority;

	for (size_t i = authority; i < end; i++)
		host = text.data[i] == '@' ? i : host;
	while (colon < host && text.data[colon] != ':')
		colon++;
	if (start == at || colon >= host || !is_password((Str){text.data + colon + 1, host - colon - 1}) ||
		host + 1 >= end)
		return false;
	*database = is_database((Str){text.data + start, at - start});
	end = until(text, authority, "\"'<>`\\", URL_SIZE);
	while (is_one_of(text.data[end - 1], ".,;:!?)]}"))
		end--;
	*span = (Span){start, end};
	return true;
}

/* Keys in PEM, RFC 7468 */

static bool
is_label(char c)
{
	return (c >= 'A' && c <= 'Z') || is_digit(c) || c == ' ';
}

bool
llp_find_private_key(Str text, size_t at, Span *span)
{
	size_t place = at + sizeof("-----BEGIN ") - 1;
	size_t label = place;
	size_t body;

	while (place < text.size && place - label < LABEL_SIZE && is_label(text.data[place]))
		place++;
	if (llp_str_find((Str){text.data + label, place - label}, STR("PRIVATE KEY")) < 0)
		return false;
	while (place < text.size && text.data[place] == '-')
		place++;
	body = place;
	while (place < text.size && place - body < KEY_SIZE && text.data[place] != '-')
		place++;
	if (place - body < 32 || llp_str_find((Str){text.data + body, place - body}, STR("...")) >= 0)
		return false;
	/* -----END label-----, where the key ends so; a key that was cut off is one as well. */
	if (llp_str_starts_with((Str){text.data + place, text.size - place}, STR("-----END ")))
	{
		place += sizeof("-----END ") - 1;
		while (place < text.size && place - body < KEY_SIZE + LABEL_SIZE && is_label(text.data[place]))
			place++;
		while (place < text.size && place - body < KEY_SIZE + 2 * LABEL_SIZE && text.data[place] == '-')
			place++;
	}
	*span = (Span){at, place};
	return true;
}

/* Assignments */

static size_t
skip(Str text, size_t at, const char *set, size_t most)
{
	size_t end = at;

	while (end < text.size && end - at < most && is_one_of(text.data[end], set))
		end++;
	return end;
}

bool
llp_find_assigned_secret(Str text, size_t at, bool direct, Span *span)
{
	size_t sign = skip(text, at, " \t\"'`])*", 4);
	size_t start = skip(text, sign, ":=>", 3);
	size_t end;

	if (start == sign)
	{
		if (sign + 3 < text.size && memcmp(text.data + sign, "is ", 3) == 0)
			start = sign + 3;
		else if (!direct || sign == at)
			return false;
	}
	start = skip(text, start, " \t\"'`", 4);
	end = until(text, start, "\"'`,;<>|\\", VALUE_SIZE);
	while (end > start && is_one_of(text.data[end - 1], ".:)]}"))
		end--;
	*span = (Span){start, end};
	return end > start && llp_secret_value_is_real((Str){text.data + start, end - start});
}
