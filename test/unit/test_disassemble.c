/*
 * test/unit/test_disassemble.c - what is shown of fragments and images.
 *
 * The table of a small set is compared with test/unit/disassembly.txt line by line: text is the product.
 * Totals are left out there, because sizes are the compiler's.
 */
#include "vm_support.h"

#include "prog/compile.h"
#include "prog/disassemble.h"

/* Enough rules for an index, with every kind of operand and of access. */
static const char *const policies =
	"{metadata: {name: first, id: first, priority: 5}, validFrom: 2026-01-01, appliesTo: {stage: [request, tool_call]},"
	" config: {defaultAction: deny}, rules: ["
	" {id: model, condition: {operator: in, field: llm.model, value: [gpt-4, 'o1', null, [1]]}, action: {decision: allow}},"
	" {id: tokens, priority: 1, condition: {operator: and, conditions: ["
	"   {operator: gt, field: llm.maxTokens, value: 1000},"
	"   {operator: not, conditions: [{operator: eq, field: user.role, value: admin}]}]}, action: {decision: warn}},"
	" {id: words, condition: {operator: or, conditions: ["
	"   {operator: matches, field: prompt, value: '(?i)drop table|delete from'},"
	"   {operator: contains, field: prompt, value: 'rm -rf'}]}, validUntil: 2027-01-01,"
	"   actions: [{type: require_approval}, {type: audit}]}],"
	" exceptions: [{id: maintenance, when: 'has(user.team) && [1u, size(user.team)].exists(x, x > 2.5) ? user.?b.orValue(b\"x\") == null : type(a) == int'},\n"
	"  {id: night, validFrom: 2026-02-01, condition: {operator: exists, field: user.onCall}}]}\n"
	"---\n"
	"{metadata: {name: second, id: second, namespace: acme}, status: shadow, rules: ["
	" {id: absent, condition: {operator: exists, field: user.id, value: false}, action: {decision: deny}},"
	" {id: tagged, condition: {operator: contains, field: tags, value: {a: 1}}, action: {decision: warn}},"
	" {id: never, condition: {operator: or, conditions: []}, action: {decision: warn}},"
	" {id: always, condition: {operator: ne, field: a, value: {b: [true]}}, "
	"   action: {decision: modify, modifications: {llm.model: small}}},"
	" {id: below, condition: {operator: lte, field: llm.maxTokens, value: 2.5}, action: {decision: warn}},"
	" {id: text, condition: {operator: gte, field: day, value: monday}, action: {decision: warn}}]}\n"
	"---\n"
	"{metadata: {name: third, id: third}, rules: ["
	" {id: a, condition: {operator: eq, field: llm.model, value: gpt-4}, action: {decision: warn}},"
	" {id: b, condition: {operator: eq, field: llm.model, value: 5}, action: {decision: warn}}]}\n";

static Str
table_text(Arena *arena, const Disassembly *table)
{
	StrBuf out;

	llp_buf_init(&out, arena);
	for (uint32_t i = 0; i < table->count; i++)
	{
		const DisassemblyRow *row = &table->rows[i];
		const Str cells[] = {row->policy, row->part, row->place, row->text};

		if (llp_str_equal(row->part, STR("total")))
			continue;
		for (size_t j = 0; j < sizeof(cells) / sizeof(cells[0]); j++)
		{
			if (j > 0)
				llp_buf_append(&out, STR(" | "));
			llp_buf_append(&out, cells[j]);
		}
		llp_buf_append_char(&out, '\n');
	}
	return llp_buf_str(&out);
}

/* The value in the row of that total about the whole image. */
static Str
total_of(const Disassembly *table, Str place)
{
	for (uint32_t i = 0; i < table->count; i++)
		if (table->rows[i].policy.size == 0 && llp_str_equal(table->rows[i].place, place))
			return table->rows[i].text;
	return STR("no such row");
}

static Str
shown_image(Arena *arena, const char *ns, const char *id)
{
	PolicySet set = vm_policies(arena, policies);
	Program *program = vm_program(arena, &set);
	Disassembly table;

	CHECK_INT(llp_image_disassemble(arena, program->image, llp_str(ns), llp_str(id), &table), STATUS_OK);
	return table_text(arena, &table);
}

/* Takes the next line off the text. */
static Str
next_line(Str *text)
{
	const char *end = text->size == 0 ? NULL : memchr(text->data, '\n', text->size);
	Str line = {text->data, end == NULL ? text->size : (size_t) (end - text->data)};

	text->data += line.size + (end == NULL ? 0 : 1);
	text->size -= line.size + (end == NULL ? 0 : 1);
	return line;
}

UNIT_TEST(an_image_is_shown_as_a_table)
{
	Arena *arena = vm_arena();
	static Str golden; /* lives until exit, as unit_read_file has it */
	Str expected = golden = unit_read_file("test/unit/disassembly.txt");
	Str actual = shown_image(arena, "", "");

	while (expected.size > 0 || actual.size > 0)
	{
		Str expected_line = next_line(&expected);
		Str actual_line = next_line(&actual);

		if (!llp_str_equal(actual_line, expected_line))
			unit_fail(__FILE__, __LINE__, "\"%.*s\", not \"%.*s\"", STR_ARG(actual_line),
					  STR_ARG(expected_line));
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(an_image_has_totals)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, policies);
	Program *program = vm_program(arena, &set);
	Disassembly table;
	StrBuf size;

	CHECK_INT(llp_image_disassemble(arena, program->image, STR(""), STR(""), &table), STATUS_OK);
	llp_buf_init(&size, arena);
	llp_buf_format(&size, "%llu", (unsigned long long) program->image->size);
	CHECK(llp_str_equal(total_of(&table, STR("bytes")), llp_buf_str(&size)));
	CHECK_STR(total_of(&table, STR("rules")), "11");
	CHECK(llp_str_starts_with(total_of(&table, STR("policies")), STR("3, ")));
	CHECK(llp_str_starts_with(total_of(&table, STR("literals")), STR("3, ")));
	llp_arena_destroy(arena);
}

/* So many rules without conditions but on the prompt, among others. */
static void
check_searched(int rules, const char *searched)
{
	Arena *arena = vm_arena();
	StrBuf document;
	Disassembly table;
	PolicySet set;

	llp_buf_init(&document, arena);
	llp_buf_append(&document, STR("{metadata: {name: p}, rules: ["));
	for (int i = 0; i < 5; i++)
		llp_buf_format(&document,
					   "{condition: {operator: eq, field: user, value: u%d}, action: {decision: deny}}, ", i);
	for (int i = 0; i < rules; i++)
		llp_buf_format(
			&document,
			"{condition: {operator: contains, field: prompt, value: word%d}, action: {decision: deny}}, ", i);
	llp_buf_append(&document, STR("]}"));
	llp_buf_append_char(&document, '\0');
	set = vm_policies(arena, document.data);
	CHECK_INT(llp_image_disassemble(arena, vm_program(arena, &set)->image, STR(""), STR(""), &table),
			  STATUS_OK);
	CHECK_STR(total_of(&table, STR("searched")), searched);
	llp_arena_destroy(arena);
}

UNIT_TEST(literals_are_searched_that_many_rules_are_reached_by)
{
	check_searched(1, "0");
	check_searched(4, "0");
	check_searched(5, "5");
	check_searched(100, "100");
}

UNIT_TEST(the_same_policies_give_the_same_table)
{
	Arena *arena = vm_arena();

	CHECK(llp_str_equal(shown_image(arena, "", ""), shown_image(arena, "", "")));
	llp_arena_destroy(arena);
}

UNIT_TEST(a_table_shows_the_policies_that_were_asked_for)
{
	Arena *arena = vm_arena();

	CHECK(llp_str_find(shown_image(arena, "acme", ""), STR("acme/second | rule | absent")) >= 0);
	CHECK(llp_str_find(shown_image(arena, "acme", ""), STR("default/")) < 0);
	CHECK(llp_str_find(shown_image(arena, "", "third"), STR("default/third | rule | a")) >= 0);
	CHECK(llp_str_find(shown_image(arena, "", "third"), STR("default/first")) < 0);
	CHECK(llp_str_find(shown_image(arena, "acme", "third"), STR(" | rule | ")) < 0);
	llp_arena_destroy(arena);
}

UNIT_TEST(a_fragment_alone_is_shown_without_an_index)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, policies);
	const Fragment *fragment;
	Disassembly table;
	Str text;

	CHECK_INT(llp_compile_policy(arena, set.policies[0], NULL, &fragment), STATUS_OK);
	CHECK_INT(llp_fragment_disassemble(arena, fragment, &table), STATUS_OK);
	text = table_text(arena, &table);
	CHECK(llp_str_starts_with(text, STR("default/first | policy | active | priority 5")));
	CHECK(llp_str_find(text, STR("| clause |")) >= 0);
	CHECK(llp_str_find(text, STR("| index |")) < 0);
	llp_arena_destroy(arena);
}

/* A long constant is cut between two characters. */
UNIT_TEST(long_constants_are_cut)
{
	Arena *arena = vm_arena();
	PolicySet set;
	const Fragment *fragment;
	Disassembly table;
	StrBuf text;
	bool seen = false;

	llp_buf_init(&text, arena);
	llp_buf_append(&text,
				   STR("{metadata: {name: p}, rules: [{condition: {operator: eq, field: a, value: 'x"));
	for (int i = 0; i < 200; i++)
		llp_buf_append(&text, STR("\xC3\xA9"));
	llp_buf_append(&text, STR("'}, action: {decision: deny}}]}"));
	llp_buf_append_char(&text, '\0');
	set = vm_policies(arena, text.data);
	CHECK_INT(llp_compile_policy(arena, set.policies[0], NULL, &fragment), STATUS_OK);
	CHECK_INT(llp_fragment_disassemble(arena, fragment, &table), STATUS_OK);
	for (uint32_t i = 0; i < table.count; i++)
	{
		CHECK(table.rows[i].text.size < 200);
		seen |= llp_str_find(table.rows[i].text, STR("\xC3\xA9\xE2\x80\xA6")) >= 0;
	}
	CHECK(seen);
	llp_arena_destroy(arena);
}

static bool
show_everything(Arena *arena, void *data)
{
	Disassembly table;

	return llp_image_disassemble(arena, data, STR(""), STR(""), &table) == STATUS_OK;
}

UNIT_TEST(a_table_without_memory_says_so)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, policies);
	Program *program = vm_program(arena, &set);

	unit_every_allocation_fails(show_everything, (void *) (uintptr_t) program->image);
	llp_arena_destroy(arena);
}
