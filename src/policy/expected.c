/*
 * policy/expected.c - looks names up in policy/expected.def.
 */
#include "policy/expected.h"

typedef struct Expected
{
	Str name;
	const char *hint;
} Expected;

static const Expected expected[] = {
#define EXPECTED(name, hint) {{name, sizeof(name) - 1}, hint},
#include "policy/expected.def"
#undef EXPECTED
};

/* "usage.*" is every name that begins with "usage.". */
static bool
fits(Str pattern, Str name)
{
	Str prefix = {pattern.data, pattern.size - 1};

	if (pattern.data[prefix.size] == '*')
		return llp_str_starts_with(name, prefix);
	return llp_str_equal(name, pattern);
}

const char *
llp_expected_hint(Str name)
{
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (fits(expected[i].name, name))
			return expected[i].hint;
	return NULL;
}
