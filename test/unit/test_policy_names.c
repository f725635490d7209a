/*
 * test/unit/test_policy_names.c - ids, namespaces and the ids that names give.
 */
#include "unit.h"

#include "policy/model.h"
#include "policy/name.h"

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A127 A63 "a" A63

UNIT_TEST(policy_id_validity)
{
	static const char *const good[] = {"a", "0", "A-b_c.d", "a--", A127 "a"};
	static const char *const bad[] = {"", "-a", ".a", "_a", "a b", "a/b", "ä", "a\n", A127 "aa"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(llp_policy_id_valid(llp_str(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!llp_policy_id_valid(llp_str(bad[i])));
}

UNIT_TEST(policy_namespace_validity)
{
	static const char *const good[] = {"default", "a", "a.b", "A-1.b_2.c", A127 "." A127};
	static const char *const bad[] = {"", ".", "a.", ".a", "a..b", "*", "a b", "é", A127 "." A127 "a"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(llp_namespace_valid(llp_str(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!llp_namespace_valid(llp_str(bad[i])));
}

UNIT_TEST(policy_namespace_ancestry)
{
	CHECK(llp_namespace_covers(STR("default"), STR("acme.prod")));
	CHECK(llp_namespace_covers(STR("acme"), STR("acme")));
	CHECK(llp_namespace_covers(STR("acme"), STR("acme.prod")));
	CHECK(!llp_namespace_covers(STR("acme"), STR("acme2.prod")));
	CHECK(!llp_namespace_covers(STR("acme.prod"), STR("acme")));
	CHECK(!llp_namespace_covers(STR("acme"), STR("default")));
	CHECK_STR(llp_namespace_parent(STR("acme.prod.eu")), "acme.prod");
	CHECK_STR(llp_namespace_parent(STR("acme")), "default");
	CHECK_STR(llp_namespace_parent(STR("default")), "");
}

UNIT_TEST(policy_slug_of_a_name)
{
	static const char *const cases[][2] = {
		{"My Policy", "my-policy"},
		{"  a  b  ", "a-b"},
		{"GPT-4 (EU)", "gpt-4-eu"},
		{"Über uns", "ber-uns"},
		{"a_b.c", "a-b-c"},
		{"日本", ""},
		{"", ""},
		{"---", ""},
	};
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_STR(llp_name_slug(arena, llp_str(cases[i][0])), cases[i][1]);
	llp_arena_destroy(arena);
}
