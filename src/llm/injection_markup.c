/*
 * llm/injection_markup.c - markers of prompt templates, and links and tags that carry data to another host.
 */
#include "base/character.h"
#include "llm/injection_scan.h"

#define URL_SIZE 2048
/* Bytes of a tag that are looked at. */
#define TAG_SIZE 1024
/* Characters of a value in a URL that may be data. */
#define LONG_VALUE 24

typedef struct Marker
{
	InjectionReason reason;
	double weight;
	Str text;
} Marker;

static const Marker markers[] = {
#define INJECTION_MARKER(reason, weight, text)                                                               \
	{INJECTION_##reason, (weight) / 100.0, {text, sizeof(text) - 1}},
#include "llm/injection_markers.def"
#undef INJECTION_MARKER
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
}

/* Does `lower_case` stand at `at`, in any case? */
static bool
stands_at(Str text, size_t at, Str lower_case)
{
	if (text.size - at < lower_case.size)
		return false;
	for (size_t i = 0; i < lower_case.size; i++)
		if (lower(text.data[at + i]) != lower_case.data[i])
			return false;
	return true;
}

size_t
llp_injection_marker_at(Str text, size_t at, bool line_start, PhraseMatch *match)
{
	char first = lower(text.data[at]);

	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
	{
		const Marker *marker = &markers[i];

		if (marker->text.data[0] != first || line_start != (marker->reason == INJECTION_ROLE_LINE) ||
			!stands_at(text, at, marker->text))
			continue;
		*match = (PhraseMatch){
			.reason = marker->reason, .weight = marker->weight, .start = at, .end = at + marker->text.size};
		return marker->text.size;
	}
	return 0;
}

/* URLs */

static bool
has_other_host(Str url)
{
	return stands_at(url, 0, STR("http://")) || stands_at(url, 0, STR("https://")) ||
		   stands_at(url, 0, STR("//"));
}

/* A place for data that is to be filled in: {…}, [...], <…>, or their codes. */
static bool
has_placeholder(Str url)
{
	for (size_t i = 0; i < url.size; i++)
	{
		char c = url.data[i];

		if (c == '{' || c == '[' || c == '<' || (c == '$' && i + 1 < url.size && url.data[i + 1] == '('))
			return true;
		if (c == '%' &&
			(stands_at(url, i, STR("%7b")) || stands_at(url, i, STR("%5b")) || stands_at(url, i, STR("%3c"))))
			return true;
	}
	return false;
}

/* Does a value look like words, or like a code of them? */
static bool
is_data(Str value)
{
	size_t spaces = 0;
	Segment segment;
	char out[URL_SIZE];
	size_t size;

	if (value.size < LONG_VALUE)
		return false;
	for (size_t i = 0; i < value.size; i++)
		spaces += value.data[i] == '+' || stands_at((Str){value.data, value.size}, i, STR("%20")) ? 1 : 0;
	if (spaces >= 3)
		return true;
	return llp_injection_segment_at(value, 0, &segment) &&
		   llp_injection_decode(value, &segment, out, &size) && size > 0;
}

/* Does the query have a value that is data? */
static bool
carries_data(Str url)
{
	const char *query = memchr(url.data, '?', url.size);
	size_t at = query == NULL ? url.size : (size_t) (query - url.data);

	while (at < url.size)
	{
		size_t start = at + 1;
		bool named = false;

		for (at = start; at < url.size && url.data[at] != '&'; at++)
			if (url.data[at] == '=' && !named)
			{
				start = at + 1;
				named = true;
			}
		if (is_data((Str){url.data + start, at - start}))
			return true;
	}
	return false;
}

/* What a URL alone says; an image is fetched without a click. */
static double
url_weight(Str url, bool image)
{
	if (url.size == 0 || !has_other_host(url))
		return 0;
	if (has_placeholder(url))
		return image ? 0.7 : 0.55;
	if (carries_data(url))
		return image ? 0.6 : 0.3;
	return 0;
}

bool
llp_injection_url_at(Str text, size_t at, bool image, size_t *end, PhraseMatch *match)
{
	size_t limit = text.size - at < URL_SIZE ? text.size : at + URL_SIZE;
	size_t stop = at;
	double weight;

	while (stop < limit && text.data[stop] != ')' && !is_space(text.data[stop]))
		stop++;
	*end = stop;
	weight = url_weight((Str){text.data + at, stop - at}, image);
	*match = (PhraseMatch){.reason = INJECTION_EXFILTRATION, .weight = weight, .start = at, .end = stop};
	return weight > 0;
}

/* Tags */

/* The value of src, href or action in a tag; empty when there is none. */
static Str
tag_url(Str tag)
{
	static const Str names[] = {{"src=", 4}, {"href=", 5}, {"action=", 7}};

	for (size_t at = 1; at < tag.size; at++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		{
			size_t start = at + names[i].size;
			size_t end;

			if (!is_space(tag.data[at - 1]) || !stands_at(tag, at, names[i]))
				continue;
			if (start < tag.size && (tag.data[start] == '"' || tag.data[start] == '\''))
				start++;
			end = start;
			while (end < tag.size && !is_space(tag.data[end]) && strchr("\"'>", tag.data[end]) == NULL)
				end++;
			return (Str){tag.data + start, end - start};
		}
	return STR("");
}

static double
tag_weight(Str tag, PhraseMatch *match)
{
	bool image = stands_at(tag, 0, STR("<img"));
	double weight = url_weight(tag_url(tag), image);

	match->reason = weight > 0 ? INJECTION_EXFILTRATION : INJECTION_ACTIVE_HTML;
	if (weight > 0 || image)
		return weight;
	return has_other_host(tag_url(tag)) ? 0.2 : 0.1;
}

bool
llp_injection_tag_at(Str text, size_t at, size_t *end, PhraseMatch *match)
{
	static const Str names[] = {{"<img", 4},  {"<iframe", 7}, {"<script", 7},
								{"<form", 5}, {"<object", 7}, {"<embed", 6}};
	size_t limit = text.size - at < TAG_SIZE ? text.size : at + TAG_SIZE;
	size_t stop = at;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (!stands_at(text, at, names[i]))
			continue;
		while (stop < limit && text.data[stop] != '>')
			stop++;
		*end = stop;
		*match = (PhraseMatch){.start = at, .end = stop < limit ? stop + 1 : stop};
		match->weight = tag_weight((Str){text.data + at, stop - at}, match);
		return match->weight > 0;
	}
	return false;
}
