/*
 * policy/embedded_test.c - reads tests; running them is vm/policy_test.c's.
 */
#include "policy/embedded_test.h"

#include "policy/unique.h"

/* What `expect` of the test at hand is checked against, and where it goes. */
typedef struct TestReading
{
	Reader *reader;
	const Policy *policy;
	PolicyTest *test;
	TreeNode *normal; /* the test's normalised copy */
} TestReading;

static bool
has_rule(const Policy *policy, Str id)
{
	for (size_t i = 0; i < policy->rule_count; i++)
	{
		if (llp_str_equal(policy->rules[i].id, id))
			return true;
	}
	return false;
}

static void
read_expected_rule(TestReading *reading, const Section *expect)
{
	const TreeNode *node = llp_field(expect, KEY_EXPECT_RULE);
	Place place = llp_field_place(expect, KEY_EXPECT_RULE);
	Str shown;

	if (node == NULL)
		return;
	reading->test->rule = node->as.string;
	shown = llp_excerpt(reading->reader->arena, node->as.string);
	if (!has_rule(reading->policy, node->as.string))
		REPORT_ERROR(reading->reader, node, &place, "A test expects a rule of its own policy, by id.",
					 "no rule has the id \"%.*s\"", STR_ARG(shown));
}

static void
read_expect(TestReading *reading, const TreeNode *node, const Place *place)
{
	PolicyTest *test = reading->test;
	Section section;

	if (!llp_section_open(reading->reader, KEY_EXPECT, node, place, &section))
		return;
	test->decision = llp_verdict_of(llp_field_string(&section, KEY_EXPECT_DECISION));
	test->reason = llp_field(&section, KEY_EXPECT_REASON);
	test->reason_code = llp_reason_of(llp_field_string(&section, KEY_EXPECT_REASON_CODE));
	test->modifications = llp_field(&section, KEY_EXPECT_MODIFICATIONS);
	test->errors = llp_field(&section, KEY_EXPECT_ERRORS);
	read_expected_rule(reading, &section);
	(void) llp_tree_set(reading->reader->arena, reading->normal, llp_key_name(KEY_TEST_EXPECT),
						llp_section_normal(reading->reader, &section));
}

static void
refuse_key(Reader *reader, const Section *section, Key key)
{
	const TreeMember *member = llp_field_member(section, key);
	Place place = llp_field_place(section, key);

	if (member != NULL)
		REPORT_ERROR(reader, member, &place, "Leave it out until it is.", "%.*s is not available yet",
					 STR_ARG(llp_key_name(key)));
}

static void
read_name(Reader *reader, const Section *section, TreeNode *taken, PolicyTest *test)
{
	TreeNode *name = llp_field(section, KEY_TEST_NAME);
	Place place = llp_field_place(section, KEY_TEST_NAME);

	if (name == NULL)
		return;
	test->name = name->as.string;
	llp_claim_name(reader, taken, "test name", test->name, name, &place);
}

static void
read_now(const Section *section, PolicyTest *test)
{
	const TreeNode *now = llp_field(section, KEY_TEST_NOW);

	test->has_now = now != NULL && llp_timestamp_parse(now->as.string, &test->now);
}

/* Of names that the policy does not have, the author expects too much. */
static void
read_given_data(Reader *reader, const Section *section, PolicyTest *test)
{
	Place place = llp_field_place(section, KEY_TEST_DATA);

	test->data = llp_field(section, KEY_TEST_DATA);
	for (uint32_t i = 0; test->data != NULL && i < test->data->as.map.count; i++)
	{
		const TreeMember *member = &test->data->as.map.members[i];
		Place given = llp_place_member(&place, member->key);
		Str shown = llp_excerpt(reader->arena, member->key);

		if (reader->data == NULL || llp_tree_get(reader->data, member->key) == NULL)
			REPORT_ERROR(reader, member, &given, "A test gives what stands under the policy's key data.",
						 "unknown data \"%.*s\"", STR_ARG(shown));
	}
}

/* Returns the test's normalised copy. */
static TreeNode *
read_test(Reader *reader, const Policy *policy, const TreeNode *node, const Place *place, TreeNode *taken,
		  PolicyTest *test)
{
	Section section;
	TestReading reading = {reader, policy, test, NULL};
	const TreeNode *expect;
	Place expect_place;

	if (!llp_section_open(reader, KEY_TEST, node, place, &section))
		return NULL;
	reading.normal = llp_section_normal(reader, &section);
	test->line = node->line;
	test->column = node->column;
	test->request = llp_field(&section, KEY_TEST_REQUEST);
	read_name(reader, &section, taken, test);
	read_now(&section, test);
	read_given_data(reader, &section, test);
	refuse_key(reader, &section, KEY_TEST_USAGE);
	expect = llp_field(&section, KEY_TEST_EXPECT);
	expect_place = llp_field_place(&section, KEY_TEST_EXPECT);
	if (expect != NULL)
		read_expect(&reading, expect, &expect_place);
	return reading.normal;
}

void
llp_read_tests(Reader *reader, const Section *section, Policy *policy)
{
	const TreeNode *list = llp_field(section, KEY_POLICY_TESTS);
	Place place = llp_field_place(section, KEY_POLICY_TESTS);
	TreeNode *taken = llp_tree_map(reader->arena);
	TreeNode *normal = llp_tree_list(reader->arena);

	if (list == NULL)
		return;
	if (list->as.list.count > LLP_MAX_TESTS)
	{
		REPORT_ERROR(reader, list, &place, NULL, "too many tests: %u, at most %d",
					 (unsigned) list->as.list.count, LLP_MAX_TESTS);
		return;
	}
	policy->tests = llp_arena_array(reader->arena, list->as.list.count, sizeof(PolicyTest));
	if (policy->tests == NULL)
		return;
	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		Place element = llp_place_element(&place, i);

		(void) llp_tree_append(
			reader->arena, normal,
			read_test(reader, policy, list->as.list.items[i], &element, taken, &policy->tests[i]));
	}
	policy->test_count = list->as.list.count;
	(void) llp_tree_set(reader->arena, policy->normalised, llp_key_name(KEY_POLICY_TESTS), normal);
}
