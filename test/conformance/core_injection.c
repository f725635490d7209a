/*
 * test/conformance/core_injection.c - runs files of injection cases (README.md) through the core.
 *
 * A case counts as found where its score reaches the threshold of the setting's default.  Prints what was
 * missed and what was found though it is benign, then a row for each kind and language.
 */
#include "conformance.h"

#include <stdio.h>
#include <stdlib.h>

#include "doc/reader.h"
#include "llm/injection.h"

#define THRESHOLD 0.5
#define MAX_GROUPS 128
/* Of all attacks of a file so many have to be found, of each kind and language so many, of benign texts so
 * few. */
#define MIN_RECALL 0.97
#define MIN_GROUP_RECALL 0.9
#define MAX_FALSE 0.02

/* The cases of one kind or language. */
typedef struct Group
{
	char name[64];
	int attacks;
	int found;
	int benign;
	int false_found;
} Group;

typedef struct Tally
{
	Group groups[MAX_GROUPS];
	int count;
} Tally;

static Group *
group_of(Tally *tally, const char *what, Str name)
{
	char label[64];

	snprintf(label, sizeof(label), "%s %.*s", what, STR_ARG(name));
	for (int i = 0; i < tally->count; i++)
		if (strcmp(tally->groups[i].name, label) == 0)
			return &tally->groups[i];
	if (tally->count == MAX_GROUPS)
		abort();
	memcpy(tally->groups[tally->count].name, label, sizeof(label));
	return &tally->groups[tally->count++];
}

static void
count_case(Group *group, bool attack, bool found)
{
	group->attacks += attack ? 1 : 0;
	group->found += attack && found ? 1 : 0;
	group->benign += attack ? 0 : 1;
	group->false_found += !attack && found ? 1 : 0;
}

static Str
text_of(const TreeNode *test_case, const char *key)
{
	const TreeNode *node = llp_tree_get(test_case, llp_str(key));

	return node == NULL ? STR("") : node->as.string;
}

static double
score_of(Arena *arena, const InjectionGrammar *grammar, const TreeNode *test_case, InjectionResult *result)
{
	const TreeNode *list = llp_tree_get(test_case, STR("canaries"));
	Str canaries[LLP_MAX_CANARIES];
	InjectionOptions options = {.canaries = canaries, .stop_at = 2};

	for (uint32_t i = 0; list != NULL && i < list->as.list.count && i < LLP_MAX_CANARIES; i++)
		canaries[options.canary_count++] = list->as.list.items[i]->as.string;
	if (llp_injection_scan(arena, grammar, text_of(test_case, "content"), &options, result) != STATUS_OK)
		abort();
	return result->score;
}

static void
report_case(const TreeNode *test_case, const InjectionResult *result, bool attack)
{
	printf("%s %.*s (%.*s, %.*s) %.2f: %.*s\n", attack ? "missed" : "falsely found",
		   STR_ARG(text_of(test_case, "id")), STR_ARG(text_of(test_case, "kind")),
		   STR_ARG(text_of(test_case, "language")), result->score, STR_ARG(text_of(test_case, "content")));
	for (size_t i = 0; i < result->count; i++)
		printf("    %s, %s, %.2f\n", llp_injection_reason_name(result->findings[i].reason),
			   llp_injection_source_name(result->findings[i].source), result->findings[i].score);
}

static void
run_line(Str line, const InjectionGrammar *grammar, Tally *tally)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList findings;
	DocumentStream stream;
	InjectionResult result;
	const TreeNode *test_case;
	bool attack;
	bool found;

	llp_diag_init(&findings, arena);
	if (arena == NULL || llp_read_documents(arena, line, &stream, &findings) != STATUS_OK)
	{
		printf("not a case: %.*s\n", STR_ARG(line));
		exit(1);
	}
	test_case = stream.documents[0].root;
	attack = llp_str_equal(text_of(test_case, "expect"), STR("attack"));
	found = score_of(arena, grammar, test_case, &result) >= THRESHOLD;
	count_case(group_of(tally, "kind", text_of(test_case, "kind")), attack, found);
	count_case(group_of(tally, "language", text_of(test_case, "language")), attack, found);
	count_case(group_of(tally, "all", STR("")), attack, found);
	if (attack != found)
		report_case(test_case, &result, attack);
	llp_arena_destroy(arena);
}

static double
share(int part, int whole)
{
	return whole == 0 ? 1 : (double) part / whole;
}

/* Prints a row; are its figures within the bounds? */
static bool
report_group(const Group *group)
{
	bool is_all = strcmp(group->name, "all ") == 0;
	double recall = share(group->found, group->attacks);
	double false_share = group->benign == 0 ? 0 : share(group->false_found, group->benign);

	printf("%-28s recall %3d/%-3d %.3f  precision %.3f  false %d/%d\n", group->name, group->found,
		   group->attacks, recall, share(group->found, group->found + group->false_found), group->false_found,
		   group->benign);
	if (is_all)
		return recall >= MIN_RECALL && false_share <= MAX_FALSE;
	/* A group of fewer than ten may miss one. */
	return recall >= MIN_GROUP_RECALL || group->attacks - group->found <= 1;
}

bool
run_injection(Str text)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	InjectionGrammar *grammar = arena == NULL ? NULL : llp_injection_grammar_create(arena);
	Tally tally = {.count = 0};
	bool passed = true;
	Str line;

	if (grammar == NULL)
		abort();
	while (next_line(&text, &line))
		if (line.size > 0)
			run_line(line, grammar, &tally);
	for (int i = 0; i < tally.count; i++)
		passed &= report_group(&tally.groups[i]);
	llp_arena_destroy(arena);
	passed = passed && tally.count > 0;
	printf("injection %d/1\n", passed ? 1 : 0);
	return passed;
}
