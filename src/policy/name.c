/*
 * policy/name.c - what ids and namespaces look like, and how namespaces nest.
 *
 * Knows the spellings only; who may use which namespace is not decided here.
 */
#include "policy/name.h"

#include "policy/model.h"

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool
llp_policy_id_valid(Str id)
{
	if (id.size == 0 || id.size > LLP_MAX_POLICY_ID || !is_letter_or_digit(id.data[0]))
		return false;
	for (size_t i = 1; i < id.size; i++)
	{
		char c = id.data[i];

		if (!is_letter_or_digit(c) && c != '.' && c != '_' && c != '-')
			return false;
	}
	return true;
}

Str
llp_name_slug(Arena *arena, Str name)
{
	StrBuf slug;
	bool gap = false;

	llp_buf_init(&slug, arena);
	for (size_t i = 0; i < name.size; i++)
	{
		char c = name.data[i];

		if (!is_letter_or_digit(c))
		{
			gap = true;
			continue;
		}
		if (gap && slug.size > 0)
			llp_buf_append_char(&slug, '-');
		gap = false;
		llp_buf_append_char(&slug, c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c);
	}
	return llp_buf_str(&slug);
}

bool
llp_namespace_valid(Str ns)
{
	bool in_segment = false;

	if (ns.size == 0 || ns.size > LLP_MAX_NAMESPACE)
		return false;
	for (size_t i = 0; i < ns.size; i++)
	{
		char c = ns.data[i];

		if (c == '.')
		{
			if (!in_segment)
				return false;
			in_segment = false;
		}
		else if (is_letter_or_digit(c) || c == '_' || c == '-')
			in_segment = true;
		else
			return false;
	}
	return in_segment;
}

bool
llp_namespace_covers(Str ancestor, Str descendant)
{
	if (llp_str_equal(ancestor, STR("default")) || llp_str_equal(ancestor, descendant))
		return true;
	return descendant.size > ancestor.size && descendant.data[ancestor.size] == '.' &&
		   llp_str_starts_with(descendant, ancestor);
}

Str
llp_namespace_parent(Str ns)
{
	if (llp_str_equal(ns, STR("default")))
		return (Str){NULL, 0};
	for (size_t i = ns.size; i > 0; i--)
	{
		if (ns.data[i - 1] == '.')
			return (Str){ns.data, i - 1};
	}
	return STR("default");
}
