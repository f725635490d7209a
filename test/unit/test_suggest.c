/* Words that look like another: how far, and how long. */
#include "base/suggest.h"
#include "unit.h"

static Str
nearest_of(const char *spelling, const char *const *candidates)
{
	Nearest nearest = {.spelling = llp_str(spelling)};

	for (; *candidates; candidates++)
		llp_nearest_consider(&nearest, llp_str(*candidates));
	return nearest.candidate;
}

UNIT_TEST(suggest_takes_the_first_of_the_nearest)
{
	static const char *const models[] = {"gpt-4", "gpt-4o", "gpt-4o-mini", "o1", NULL};

	CHECK_STR(nearest_of("gpt-4oo", models), "gpt-4o");
	CHECK_STR(nearest_of("gpt-40", models), "gpt-4");
	CHECK_STR(nearest_of("o2", models), "");
	CHECK_STR(nearest_of("sonnet", models), "");
}

/* Neither side is compared beyond what there is room for. */
UNIT_TEST(suggest_passes_over_what_is_long)
{
	static const char longest[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	static const char longer[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	static const char *const longest_only[] = {longest, NULL};
	static const char *const longer_only[] = {longer, NULL};

	CHECK_STR(nearest_of(longest, longest_only), longest);
	CHECK_STR(nearest_of(longest, longer_only), "");
	CHECK_STR(nearest_of(longer, longest_only), "");
}
