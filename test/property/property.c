/*
 * test/property/property.c - for random policy sets and requests, does the engine decide what a walk over all
 * policies decides?
 *
 * Usage: property SEED COUNT.  A case is a policy set with some requests, made of the seed alone: `property N
 * 1` is the N-th case again.  Checked for each:
 *
 * - the decision, every match and every error are those of the linear reference (test/reference/linear.h),
 *   with and without a trace, with and without databases of literals, and for some of the policies alone;
 * - a policy that is compiled twice gives the same bytes;
 * - what is compiled and linked is verified (prog/verify.h);
 * - an image that is linked of the policies of another, and of some that are compiled anew, is that other;
 * - with expressions for conditions and in templates, variables and data among them, the whole result is that
 * of an image whose index knows nothing of expressions, because they are written so that it cannot.
 *
 * Prints every case that fails with what is needed to see why, and ends with "N passed, N failed".
 */
#include <stdio.h>
#include <stdlib.h>

#include "compare.h"
#include "generate.h"
#include "policy/expression.h"
#include "policy/read.h"
#include "prog/compile.h"
#include "prog/link.h"
#include "prog/set.h"
#include "prog/verify.h"
#include "vm/evaluate.h"

#define REQUESTS_PER_CASE 4
/* Failures that are shown; the others are counted. */
#define MAX_SHOWN 10
/* Databases of literals take a thousand times longer to make than to use: so many cases have them. */
#define LITERALS_PERCENT 30

typedef struct Case
{
	Arena *arena;
	uint64_t seed;
	Generator generator;
	TreeNode *documents;
	PolicySet set;
	const bool *selected;
	bool shown; /* its failure has been printed */
	bool failed;
} Case;

static unsigned shown_cases;
/* What the cases were worth: decisions other than by default, matches and rules looked at. */
static unsigned long answers;

static Str
json_of(Arena *arena, const TreeNode *node)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_tree_write_json(&text, node);
	return llp_buf_str(&text);
}

static void
report(Case *self, const char *what, const TreeNode *request, Str expected, Str actual)
{
	self->failed = true;
	if (self->shown || shown_cases == MAX_SHOWN)
		return;
	self->shown = true;
	shown_cases++;
	printf("# case %llu: %s\n", (unsigned long long) self->seed, what);
	printf("# policies: %.*s\n", STR_ARG(json_of(self->arena, self->documents)));
	if (request != NULL)
		printf("# request: %.*s\n", STR_ARG(json_of(self->arena, request)));
	if (self->selected != NULL)
	{
		printf("# selected:");
		for (size_t i = 0; i < self->set.count; i++)
			if (self->selected[i])
				printf(" %.*s", STR_ARG(self->set.policies[i]->id));
		printf("\n");
	}
	printf("# expected:\n%.*s# found:\n%.*s\n", STR_ARG(expected), STR_ARG(actual));
}

/* --- The policies --------------------------------------------------------------------------------------- */

/* Some conditions err, whatever the request. */
static void
make_err(const Condition *condition, Str id)
{
	if (llp_str_starts_with(id, STR(ERRING_ID)))
		*(Condition *) (uintptr_t) condition =
			(Condition){.kind = CONDITION_EXPRESSION, .as.expression = erring_expression};
}

static void
make_errors(const PolicySet *set)
{
	for (size_t i = 0; i < set->count; i++)
	{
		const Policy *policy = set->policies[i];

		for (size_t j = 0; j < policy->rule_count; j++)
			make_err(&policy->rules[j].condition, policy->rules[j].id);
		for (size_t j = 0; j < policy->exception_count; j++)
			make_err(&policy->exceptions[j].condition, policy->exceptions[j].id);
	}
}

static bool
read_set(Case *self)
{
	DiagnosticList findings;
	PolicyList list;

	llp_diag_init(&findings, self->arena);
	if (llp_read_policies(self->arena, json_of(self->arena, self->documents), STR(""), &list, &findings) !=
		STATUS_OK)
	{
		const Diagnostic *first = findings.first;

		while (first != NULL && first->severity != SEVERITY_ERROR)
			first = first->next;
		report(self, "refused policies", NULL, STR(""), first == NULL ? STR("unknown") : first->message);
		return false;
	}
	self->set = llp_policy_set(list.policies, list.count);
	make_errors(&self->set);
	return true;
}

static void
check_fragments(Case *self)
{
	for (size_t i = 0; i < self->set.count; i++)
	{
		const Fragment *first;
		const Fragment *second;
		const char *problem;

		if (llp_compile_policy(self->arena, self->set.policies[i], NULL, &first) != STATUS_OK ||
			llp_compile_policy(self->arena, self->set.policies[i], NULL, &second) != STATUS_OK)
			abort();
		if (fragment_size(first) != fragment_size(second) || memcmp(first, second, fragment_size(first)) != 0)
			report(self, "a policy gave two fragments", NULL, self->set.policies[i]->id, STR(""));
		if (llp_fragment_verify(first, fragment_size(first), &problem) != STATUS_OK)
			report(self, "a fragment is refused", NULL, self->set.policies[i]->id, llp_str(problem));
	}
}

/* Every third policy is compiled, the others come from the image. */
static void
check_relinked(Case *self, const Image *image)
{
	uint32_t count = (uint32_t) image_policies_count(image);
	LinkInput *inputs = llp_arena_array(self->arena, count, sizeof(LinkInput));
	Linker *linker;
	Image *again;

	for (uint32_t i = 0; i < count; i++)
	{
		inputs[i] = (LinkInput){.fragment = image_fragment(image, i),
								.revision = image_policies(image)[i].revision,
								.status = (PolicyStatus) image_policies(image)[i].status,
								.image = image,
								.number = i};
		if (i % 3 != 0)
			continue;
		inputs[i].image = NULL;
		if (llp_compile_policy(self->arena, self->set.policies[i], NULL, &inputs[i].fragment) != STATUS_OK)
			abort();
	}
	if (llp_link(self->arena, inputs, count, image->seed, &linker) != STATUS_OK)
		abort();
	again = llp_link_write(linker, llp_arena_alloc(self->arena, llp_link_size(linker)));
	llp_image_seal(again);
	if (again->size != image->size || memcmp(again, image, (size_t) image->size) != 0)
		report(self, "an image linked again is another", NULL, STR(""), STR(""));
}

static Program *
open_program(Case *self, bool with_literals)
{
	const Image *image;
	const char *problem;
	Program *program;

	if (llp_compile_set(self->arena, &self->set, &image) != STATUS_OK)
		abort();
	if (llp_image_verify(self->arena, image, (size_t) image->size, &problem) != STATUS_OK)
		report(self, "an image is refused", NULL, STR(""), llp_str(problem));
	check_relinked(self, image);
	program = llp_program_open(self->arena, image);
	if (program == NULL || (with_literals && llp_program_compile_literals(program) != STATUS_OK))
		abort();
	return program;
}

/* --- The requests --------------------------------------------------------------------------------------- */

static const bool *
some_policies(Case *self)
{
	bool *selected;

	if (!generate_chance(&self->generator, 30))
		return NULL;
	selected = llp_arena_array(self->arena, self->set.count, sizeof(bool));
	for (size_t i = 0; i < self->set.count; i++)
		selected[i] = generate_chance(&self->generator, 60);
	return selected;
}

static void
check_request(Case *self, Program *program, const TreeNode *request)
{
	Value value = llp_tree_value(request);
	Comparison comparison = {
		.set = &self->set,
		.request = &value,
		.selected = self->selected,
		.now = generate_now(&self->generator),
		.default_decision = generate_chance(&self->generator, 50) ? VERDICT_ALLOW : VERDICT_DENY,
	};
	Str expected = compare_reference(self->arena, &comparison);

	for (int trace = 0; trace < 2; trace++)
	{
		Str actual;

		comparison.trace = trace == 1;
		actual = compare_engine(self->arena, program, &comparison);
		if (!llp_str_equal(expected, actual))
			report(self, comparison.trace ? "another answer, with a trace" : "another answer", request,
				   expected, actual);
	}
	for (size_t i = 0; i < expected.size; i++)
		if (expected.data[i] == '\n')
			answers++;
	answers -= 2; /* lines that every answer has */
}

/* --- Expressions ---------------------------------------------------------------------------------------- */

/* The documents of a case with expressions: as they are, and as the index cannot use them. */
typedef struct Rewritten
{
	TreeNode *plain;
	TreeNode *hidden;
} Rewritten;

static Str
join(Case *self, Str before, Str text, Str behind)
{
	StrBuf whole;

	llp_buf_init(&whole, self->arena);
	llp_buf_append(&whole, before);
	llp_buf_append(&whole, text);
	llp_buf_append(&whole, behind);
	return llp_buf_str(&whole);
}

/* Numbers that no literal can say, and the like, are refused; then there is no text. */
static Str
some_expression(Case *self)
{
	Str text = generate_expression(&self->generator);
	const Expression *expression;
	DiagnosticList findings;

	llp_diag_init(&findings, self->arena);
	if (llp_read_single_expression(self->arena, text, &findings, &expression) != STATUS_OK)
		return (Str){NULL, 0};
	return text;
}

static TreeNode *
copy_of(Case *self, const TreeNode *node)
{
	Value value = llp_tree_value(node);

	return llp_tree_copy(self->arena, &value, 100);
}

static void
put_text(Case *self, TreeNode *object, const char *key, Str text)
{
	if (!llp_tree_set(self->arena, object, llp_str(key), llp_tree_string(self->arena, text)))
		abort();
}

/* A rule or an exception gets an expression in the place of its tree. */
static void
put_expression(Case *self, TreeNode *plain, TreeNode *hidden)
{
	Str text = some_expression(self);

	if (text.data == NULL)
		return;
	text = generate_surroundings(&self->generator, text);
	llp_tree_unset(plain, STR("condition"));
	llp_tree_unset(hidden, STR("condition"));
	put_text(self, plain, "when", text);
	put_text(self, hidden, "when", join(self, STR("true ? ("), text, STR(") : false")));
}

/* What its action says is computed from the request. */
static void
put_templates(Case *self, const TreeNode *rule)
{
	TreeNode *action = llp_tree_get(rule, STR("action"));
	TreeNode *changes = action == NULL ? NULL : llp_tree_get(action, STR("modifications"));
	Str text = some_expression(self);

	if (action == NULL || text.data == NULL)
		return;
	text = join(self, STR("{{ "), text, STR(" }}"));
	put_text(self, action, "reason",
			 generate_chance(&self->generator, 30) ? text : STR("{{ t }}, {{ data.d.x }}"));
	if (changes != NULL)
		put_text(self, changes, "n.v",
				 generate_chance(&self->generator, 40) ? text : generate_template(&self->generator));
}

static void
put_names(Case *self, TreeNode *policy)
{
	TreeNode *variables = llp_tree_map(self->arena);
	TreeNode *source = llp_tree_map(self->arena);
	TreeNode *data = llp_tree_map(self->arena);
	Str text = some_expression(self);

	put_text(self, variables, "v", text.data == NULL ? STR("a.b") : text);
	put_text(self, variables, "w", STR("variables.v || data.d.x == 5"));
	put_text(self, source, "source", STR("s"));
	if (!llp_tree_set(self->arena, data, STR("d"), source) ||
		!llp_tree_set(self->arena, policy, STR("data"), data) ||
		!llp_tree_set(self->arena, policy, STR("variables"), variables))
		abort();
}

static void
rewrite_list(Case *self, const TreeNode *plain, const TreeNode *hidden)
{
	for (uint32_t i = 0; plain != NULL && i < plain->as.list.count; i++)
	{
		if (generate_chance(&self->generator, 80))
			put_expression(self, plain->as.list.items[i], hidden->as.list.items[i]);
	}
}

static Rewritten
rewrite(Case *self)
{
	TreeNode *plain = copy_of(self, self->documents);
	TreeNode *hidden;

	for (uint32_t i = 0; i < plain->as.list.count; i++)
	{
		const TreeNode *rules = llp_tree_get(plain->as.list.items[i], STR("rules"));

		put_names(self, plain->as.list.items[i]);
		for (uint32_t j = 0; j < rules->as.list.count; j++)
			if (generate_chance(&self->generator, 30))
				put_templates(self, rules->as.list.items[j]);
	}
	hidden = copy_of(self, plain);
	for (uint32_t i = 0; i < plain->as.list.count; i++)
	{
		const TreeNode *policy = plain->as.list.items[i];
		const TreeNode *twin = hidden->as.list.items[i];

		rewrite_list(self, llp_tree_get(policy, STR("rules")), llp_tree_get(twin, STR("rules")));
		rewrite_list(self, llp_tree_get(policy, STR("exceptions")), llp_tree_get(twin, STR("exceptions")));
	}
	return (Rewritten){.plain = plain, .hidden = hidden};
}

/* NULL: the documents are refused, which has been reported. */
static Program *
open_documents(Case *self, TreeNode *documents, bool with_literals)
{
	self->documents = documents;
	return read_set(self) ? open_program(self, with_literals) : NULL;
}

static Str
decide(Case *self, Program *program, const TreeNode *request, const EvaluationOptions *options)
{
	Value value = llp_tree_value(request);
	Decision decision = {.result = NULL};
	DiagnosticList findings;

	llp_diag_init(&findings, self->arena);
	if (llp_evaluate(self->arena, program, &value, options, &decision, &findings) != STATUS_OK)
		return STR("refused");
	return json_of(self->arena, decision.result);
}

static void
check_indexed(Case *self, Program *plain, Program *hidden, const TreeNode *request)
{
	TreeNode *rows = generate_rows(&self->generator);
	Value given = llp_tree_value(rows);
	EvaluationOptions options = {.now = generate_now(&self->generator),
								 .default_decision = VERDICT_ALLOW,
								 .selected = self->selected,
								 .given_data = &given};
	Str expected = decide(self, hidden, request, &options);
	Str actual = decide(self, plain, request, &options);

	if (!llp_str_equal(expected, actual))
		report(self, "another answer with expressions", request, expected, actual);
}

static void
check_expressions(Case *self)
{
	Rewritten documents = rewrite(self);
	Program *hidden = open_documents(self, documents.hidden, false);
	Program *plain = hidden == NULL ? NULL
									: open_documents(self, documents.plain,
													 generate_chance(&self->generator, LITERALS_PERCENT));

	for (int i = 0; plain != NULL && i < REQUESTS_PER_CASE; i++)
	{
		TreeNode *request = generate_request(&self->generator);

		generate_losses(&self->generator, request);
		self->selected = some_policies(self);
		check_indexed(self, plain, hidden, request);
	}
}

/* True when everything holds of the case. */
static bool
run_case(uint64_t seed)
{
	Case self = {.arena = llp_arena_create(&llp_libc_host, 0), .seed = seed};

	if (self.arena == NULL)
		abort();
	generate_begin(&self.generator, self.arena, seed);
	self.documents = generate_policies(&self.generator);
	if (read_set(&self))
	{
		Program *program = open_program(&self, generate_chance(&self.generator, LITERALS_PERCENT));

		check_fragments(&self);
		for (int i = 0; i < REQUESTS_PER_CASE; i++)
		{
			TreeNode *request = generate_request(&self.generator);

			self.selected = some_policies(&self);
			check_request(&self, program, request);
		}
		check_expressions(&self);
	}
	llp_arena_destroy(self.arena);
	return !self.failed;
}

int
main(int argc, char **argv)
{
	unsigned long passed = 0;
	unsigned long failed = 0;
	unsigned long long seed;
	unsigned long count;

	if (argc != 3)
	{
		fprintf(stderr, "usage: %s SEED COUNT\n", argv[0]);
		return 2;
	}
	seed = strtoull(argv[1], NULL, 10);
	count = strtoul(argv[2], NULL, 10);
	for (unsigned long i = 0; i < count; i++)
	{
		if (run_case(seed + i))
			passed++;
		else
			failed++;
	}
	printf("# %lu requests, %lu matches and errors\n", count * REQUESTS_PER_CASE, answers);
	printf("%lu passed, %lu failed\n", passed, failed);
	return failed > 0 || passed == 0;
}
