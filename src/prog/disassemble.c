/*
 * prog/disassemble.c - see disassemble.h.
 *
 * Reads fragments and images by their formats alone; knows nothing of how they are made or run.
 */
#include "prog/disassemble.h"

#include <stdlib.h>

#include "base/number.h"
#include "base/tree.h"
#include "base/utf8.h"
#include "lang/functions.h"

/* Bytes of a constant that are shown. */
#define MAX_SHOWN 100
/* Ways to one rule that are shown. */
#define MAX_WAYS 16

/* A table in the making. */
typedef struct Writer
{
	Arena *arena;
	const Fragment *fragment;
	const Image *image; /* has the names; NULL: the fragment has them */
	PolicyLinks links;	/* of the fragment, in the image */
	Str policy;
	DisassemblyRow *rows;
	uint32_t count;
	uint32_t capacity;
	bool failed;
} Writer;

/* ORDER: AccessKind.  What stands behind the slot's path, and whether an operand follows. */
static const struct
{
	Str text;
	bool has_operand;
} access_texts[] = {
	{STR(" = "), true},
	{STR(" is null"), false},
	{STR(" is a list or a map"), false},
	{STR(" has the item "), true},
	{STR(" has an item null"), false},
	{STR(" has an item that is a list or a map"), false},
	{STR(" contains "), true},
	{STR(" >= "), true},
	{STR(" <= "), true},
	{STR(" is there"), false},
	{STR(" is absent"), false},
	{STR(" cannot be read"), false},
	{STR(" cannot be asked for"), false},
	{STR(" cannot be searched"), false},
};

_Static_assert(sizeof(access_texts) / sizeof(access_texts[0]) == ACCESS_END, "an access without a text");

/* --- Rows ----------------------------------------------------------------------------------------------- */

static StrBuf
new_text(Writer *self)
{
	StrBuf text;

	llp_buf_init(&text, self->arena);
	return text;
}

static bool
make_room(Writer *self)
{
	uint32_t capacity = self->capacity == 0 ? 64 : self->capacity * 2;
	DisassemblyRow *larger;

	if (self->count < self->capacity)
		return true;
	larger = llp_arena_array(self->arena, capacity, sizeof(DisassemblyRow));
	if (larger == NULL)
	{
		self->failed = true;
		return false;
	}
	if (self->count > 0)
		memcpy(larger, self->rows, self->count * sizeof(DisassemblyRow));
	self->rows = larger;
	self->capacity = capacity;
	return true;
}

static void
add_row(Writer *self, Str part, Str place, const StrBuf *text)
{
	self->failed |= text->failed;
	if (make_room(self))
		self->rows[self->count++] =
			(DisassemblyRow){.policy = self->policy, .part = part, .place = place, .text = llp_buf_str(text)};
}

static void
add_words(Writer *self, Str part, Str place, Str words)
{
	StrBuf text = new_text(self);

	llp_buf_append(&text, words);
	add_row(self, part, place, &text);
}

static Str
number_text(Writer *self, uint64_t number)
{
	StrBuf text = new_text(self);

	llp_buf_format(&text, "%llu", (unsigned long long) number);
	self->failed |= text.failed;
	return llp_buf_str(&text);
}

static Status
finish(const Writer *self, Disassembly *result)
{
	*result = (Disassembly){.rows = self->rows, .count = self->count};
	return self->failed ? STATUS_NO_MEMORY : STATUS_OK;
}

/* --- Constants ------------------------------------------------------------------------------------------ */

/* Cuts between two characters. */
static void
write_cut(StrBuf *out, Str text)
{
	size_t size = text.size;

	if (size > MAX_SHOWN)
	{
		size = MAX_SHOWN;
		while (size > 0 && llp_utf8_continues(text.data[size]))
			size--;
	}
	llp_buf_append(out, (Str){text.data, size});
	if (size < text.size)
		llp_buf_append(out, STR("\xE2\x80\xA6"));
}

static void
write_node(Writer *self, StrBuf *out, const TreeNode *node)
{
	StrBuf json = new_text(self);

	if (node == NULL)
	{
		self->failed = true;
		return;
	}
	llp_tree_write_json(&json, node);
	self->failed |= json.failed;
	write_cut(out, llp_buf_str(&json));
}

static void
write_quoted(Writer *self, StrBuf *out, Str text)
{
	write_node(self, out, llp_tree_string(self->arena, text));
}

static void
write_value(Writer *self, StrBuf *out, uint32_t index)
{
	Value value;

	if (index == NO_VALUE)
	{
		llp_buf_append(out, STR("nothing"));
		return;
	}
	value = llp_fragment_value(self->fragment, index);
	write_node(self, out, llp_tree_copy(self->arena, &value, MAX_VALUE_DEPTH));
}

static void
write_number(Writer *self, StrBuf *out, double number)
{
	Value value = llp_number_from_double(number);
	char buffer[LLP_NUMBER_TEXT_SIZE];

	llp_buf_append(out, llp_scalar_text(llp_arena_host(self->arena), &value, buffer));
}

static Str
slot_path(const Writer *self, uint32_t slot)
{
	if (self->image != NULL)
		return image_str(self->image, image_slots(self->image)[self->links.slots[slot]].path);
	return fragment_name(self->fragment, fragment_slots(self->fragment)[slot]);
}

static Str
key_text(const Writer *self, uint32_t key)
{
	if (self->image != NULL)
		return image_key_text(self->image, self->links.keys[key]);
	return fragment_name(self->fragment, fragment_keys(self->fragment)[key]);
}

static Str
regex_text(const Writer *self, uint32_t regex)
{
	if (self->image != NULL)
		return image_str(self->image, image_regexes(self->image)[self->links.regexes[regex]]);
	return fragment_name(self->fragment, fragment_regexes(self->fragment)[regex]);
}

static Str
literal_text(const Writer *self, uint32_t literal)
{
	uint32_t slot;

	if (self->image == NULL)
		return fragment_name(self->fragment, fragment_literals(self->fragment)[literal]);
	slot = self->links.slots[fragment_literal_slots(self->fragment)[literal]];
	return image_str(
		self->image,
		image_literals(self->image)[image_literal_place(self->image, slot, self->links.literals[literal])]);
}

/* Bytes that need not be a text. */
static void
write_bytes(StrBuf *out, Str bytes)
{
	llp_buf_append(out, STR("bytes "));
	for (size_t i = 0; i < bytes.size && i < MAX_SHOWN; i++)
		llp_buf_format(out, "%02x", (unsigned char) bytes.data[i]);
	if (bytes.size > MAX_SHOWN)
		llp_buf_append(out, STR("\xE2\x80\xA6"));
}

/* ORDER: TypeKind. */
static const Str kind_names[] = {
#define KIND(symbol, name) STR(name),
#include "base/types.def"
};

/* A scalar of an expression, as an author would write it. */
static void
write_constant(Writer *self, StrBuf *out, const FragmentConstant *constant)
{
	Str bytes = fragment_constant_str(self->fragment, constant);

	if (constant->kind == KIND_TYPE)
		llp_buf_append(out, kind_names[constant->as.integer]);
	else if (constant->kind == KIND_BYTES)
		write_bytes(out, bytes);
	else if (constant->kind == KIND_STRING && memchr(bytes.data, '\0', bytes.size) != NULL)
		write_bytes(out, bytes);
	else if (constant->kind == KIND_STRING)
		write_quoted(self, out, bytes);
	else if (constant->kind == KIND_NULL)
		llp_buf_append(out, STR("null"));
	else if (constant->kind == KIND_BOOL)
		llp_buf_append(out, constant->as.integer != 0 ? STR("true") : STR("false"));
	else if (constant->kind == KIND_INT)
		llp_buf_format(out, "%lld", (long long) constant->as.integer);
	else if (constant->kind == KIND_UINT)
		llp_buf_format(out, "%lluu", (unsigned long long) constant->as.natural);
	else
	{
		llp_buf_append(out, STR("double "));
		write_number(self, out, constant->as.real);
	}
}

/* The members that have a key, then what else is in the list. */
static void
write_set(Writer *self, StrBuf *out, uint32_t index)
{
	const FragmentSet *set = &fragment_sets(self->fragment)[index];
	const uint32_t *keys = fragment_set_keys(self->fragment) + set->first;
	size_t begin = out->size;
	uint32_t shown = 0;

	llp_buf_append_char(out, '(');
	for (; shown < set->count && out->size - begin <= MAX_SHOWN; shown++)
	{
		if (shown > 0)
			llp_buf_append(out, STR(", "));
		write_quoted(self, out, key_text(self, keys[shown]));
	}
	if (shown < set->count)
		llp_buf_format(out, " and %lu more", (unsigned long) (set->count - shown));
	if ((set->flags & SET_HAS_NULL) != 0)
		llp_buf_append(out, set->count > 0 ? STR(", null") : STR("null"));
	llp_buf_append_char(out, ')');
	if ((set->flags & SET_HAS_CONTAINERS) != 0)
	{
		llp_buf_append(out, STR(" or a list or a map of "));
		write_value(self, out, set->value);
	}
}

static void
write_match(Writer *self, StrBuf *out, uint32_t index)
{
	const FragmentMatch *match;

	if (index == NO_VALUE)
	{
		llp_buf_append(out, STR("no pattern"));
		return;
	}
	match = &fragment_matches(self->fragment)[index];
	write_quoted(self, out, regex_text(self, match->regex));
	for (uint32_t i = 0; i < match->literal_count && i < MAX_WAYS; i++)
	{
		llp_buf_append(out, i == 0 ? STR(", needs ") : STR(" or "));
		write_quoted(self, out, literal_text(self, match->first_literal + i));
	}
}

/* --- Code ----------------------------------------------------------------------------------------------- */

static void
write_operand(Writer *self, StrBuf *out, OperandKind kind, uint32_t operand)
{
	if (kind != OPERAND_NONE)
		llp_buf_append_char(out, ' ');
	switch (kind)
	{
		case OPERAND_NONE:
			break;
		case OPERAND_TRUTH:
			llp_buf_append(out, operand == 0 ? STR("false") : operand == 1 ? STR("true") : STR("error"));
			break;
		case OPERAND_VALUE:
			write_value(self, out, operand);
			break;
		case OPERAND_TARGET:
			llp_buf_format(out, "%lu", (unsigned long) operand);
			break;
		case OPERAND_KEY:
			write_quoted(self, out, key_text(self, operand));
			break;
		case OPERAND_SET:
			write_set(self, out, operand);
			break;
		case OPERAND_MATCH:
			write_match(self, out, operand);
			break;
		case OPERAND_TEXT:
		case OPERAND_CONTAINER:
		case OPERAND_LIST:
			write_value(self, out, operand);
			break;
		case OPERAND_CONSTANT:
		case OPERAND_NAME:
			write_constant(self, out, &fragment_constants(self->fragment)[operand]);
			break;
		case OPERAND_REGEX:
			write_quoted(self, out, regex_text(self, operand));
			break;
		case OPERAND_VARIABLE:
			llp_buf_append(out,
						   fragment_str(self->fragment, fragment_variables(self->fragment)[operand].name));
			break;
		case OPERAND_FUNCTION:
			llp_buf_append(out, llp_functions[operand].name);
			break;
		default: /* instructions, places and numbers */
			llp_buf_format(out, "%lu", (unsigned long) operand);
			break;
	}
}

/* The word before an instruction that does something else than others of its name. */
static Str
flag_word(const Instruction *instruction)
{
	if (instruction->flags == 0)
		return STR("");
	if (!llp_opcode_shapes[instruction->opcode].of_values)
		return STR("not ");
	if (instruction->opcode == OP_COMPARE)
		return STR("");
	if (instruction->opcode == OP_ASK)
		return STR("rows ");
	return instruction->opcode == OP_NEXT ? STR("pairs ") : STR("optional ");
}

static void
add_instruction(Writer *self, uint32_t at, uint32_t depth)
{
	const Instruction *instruction = &fragment_code(self->fragment)[at];
	const OpcodeShape *opcode = &llp_opcode_shapes[instruction->opcode];
	StrBuf text = new_text(self);

	for (uint32_t i = 0; i < depth; i++)
		llp_buf_append(&text, STR("  "));
	llp_buf_append(&text, flag_word(instruction));
	llp_buf_append(&text, opcode->name);
	if (opcode->reads_slot)
	{
		llp_buf_append_char(&text, ' ');
		llp_buf_append(&text, slot_path(self, instruction->slot));
	}
	if (instruction->opcode == OP_COMPARE)
	{
		llp_buf_append_char(&text, ' ');
		llp_buf_append(&text, llp_functions[instruction_relation(instruction)].name);
	}
	write_operand(self, &text, opcode->operand, instruction->operand);
	if (instruction->opcode == OP_CALL)
		llp_buf_format(&text, " of %u", instruction->slot);
	add_row(self, STR("code"), number_text(self, at), &text);
}

/* How many groups `at` lies in; adds a row for those that begin there. */
static uint32_t
open_groups(Writer *self, uint32_t at)
{
	const CodeGroup *groups = fragment_groups(self->fragment);
	uint32_t depth = 0;

	for (uint32_t i = 0; i < fragment_groups_count(self->fragment); i++)
	{
		StrBuf text = new_text(self);
		StrBuf place = new_text(self);

		if (at < groups[i].begin || at >= groups[i].end)
			continue;
		if (at == groups[i].begin)
		{
			for (uint32_t j = 0; j < depth; j++)
				llp_buf_append(&text, STR("  "));
			llp_buf_append(&text, llp_operator_name((Operator) groups[i].op));
			llp_buf_format(&place, "%lu-%lu", (unsigned long) at, (unsigned long) groups[i].end - 1);
			add_row(self, STR("group"), llp_buf_str(&place), &text);
		}
		depth++;
	}
	return depth;
}

/* The instructions from `entry` to the end of their program. */
static void
add_code(Writer *self, uint32_t entry)
{
	for (uint32_t at = entry; at < fragment_code_count(self->fragment); at++)
	{
		add_instruction(self, at, open_groups(self, at));
		if (fragment_code(self->fragment)[at].opcode == OP_RETURN ||
			fragment_code(self->fragment)[at].opcode == OP_RESULT)
			break;
	}
}

/* --- Policies ------------------------------------------------------------------------------------------- */

static void
write_access(Writer *self, StrBuf *out, const Access *access)
{
	const Fragment *fragment = self->fragment;

	llp_buf_append(out, slot_path(self, access->slot));
	llp_buf_append(out, access_texts[access->kind].text);
	if (!access_texts[access->kind].has_operand)
		return;
	if (access->kind == ACCESS_LITERAL)
		write_quoted(self, out, literal_text(self, access->operand));
	else if (access->kind == ACCESS_ABOVE || access->kind == ACCESS_BELOW)
		write_number(self, out, fragment_numbers(fragment)[access->operand]);
	else
		write_quoted(self, out, key_text(self, access->operand));
}

static void
add_clauses(Writer *self, uint32_t first, uint32_t count)
{
	const uint32_t *clauses = fragment_clauses(self->fragment);

	for (uint32_t i = 0; i < count; i++)
	{
		const Access *accesses = fragment_accesses(self->fragment);
		uint32_t begin = clauses[first + i];
		uint32_t end = clauses[first + i + 1];
		StrBuf text = new_text(self);

		for (uint32_t j = begin; j < end && text.size <= 3 * MAX_SHOWN; j++)
		{
			if (j > begin)
				llp_buf_append(&text, STR(" or "));
			write_access(self, &text, &accesses[j]);
		}
		if (begin == end)
			llp_buf_append(&text, STR("never"));
		else if (text.size > 3 * MAX_SHOWN)
			llp_buf_append(&text, STR(" or \xE2\x80\xA6"));
		add_row(self, STR("clause"), number_text(self, i), &text);
	}
}

static void
write_validity(StrBuf *out, int64_t from, int64_t until)
{
	char buffer[TIMESTAMP_TEXT_SIZE];

	if (from != TIMESTAMP_MIN)
	{
		llp_buf_append(out, STR(", from "));
		llp_buf_append(out, llp_timestamp_format(from, buffer));
	}
	if (until != TIMESTAMP_MAX)
	{
		llp_buf_append(out, STR(", until "));
		llp_buf_append(out, llp_timestamp_format(until, buffer));
	}
}

static void
add_policy_row(Writer *self, PolicyStatus status)
{
	const Fragment *fragment = self->fragment;
	StrBuf text = new_text(self);

	llp_buf_format(&text, "priority %lld", (long long) fragment->priority);
	write_validity(&text, llp_policy_extra(fragment)->valid_from, llp_policy_extra(fragment)->valid_until);
	llp_buf_append(&text, STR(", a rule that errs is "));
	llp_buf_append(&text, llp_verdict_name((Verdict) fragment->fallback));
	if (fragment->default_deny)
		llp_buf_append(&text, STR(", denies by default"));
	add_row(self, STR("policy"), llp_status_name(status), &text);
}

static void
add_slots(Writer *self)
{
	for (uint32_t i = 0; i < fragment_slots_count(self->fragment); i++)
		add_words(self, STR("slot"), number_text(self, i), slot_path(self, i));
}

static void
add_rule_row(Writer *self, const FragmentRule *rule)
{
	StrBuf text = new_text(self);

	llp_buf_append(&text, rule->verdict == VERDICT_NONE ? STR("advice alone")
														: llp_verdict_name((Verdict) rule->verdict));
	if ((rule->flags & RULE_NEEDS_APPROVAL) != 0)
		llp_buf_append(&text, STR(" until approved"));
	if (rule->extra != NO_EXTRA)
	{
		const RuleExtra *extra = &fragment_extras(self->fragment)[rule->extra];

		write_validity(&text, extra->valid_from, extra->valid_until);
		if (extra->modification_count > 0)
			llp_buf_format(&text, ", modifications: %lu", (unsigned long) extra->modification_count);
		if (extra->advice_count > 0)
			llp_buf_format(&text, ", advice: %lu", (unsigned long) extra->advice_count);
	}
	add_row(self, STR("rule"), fragment_str(self->fragment, rule->id), &text);
}

/* The templates of a value, as deep as that. */
static void
add_templates(Writer *self, Str place, const FragmentValue *value)
{
	const Fragment *fragment = self->fragment;

	if (value->kind == FRAGMENT_TEMPLATE)
	{
		add_words(self, STR("template"), place, STR("when its value is wanted:"));
		add_code(self, value->as.template.entry);
	}
	for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->count; i++)
		add_templates(self, place, &fragment_values(fragment)[value->as.at + i]);
	for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->count; i++)
		add_templates(self, place, &fragment_pairs(fragment)[value->as.at + i].value);
}

static void
add_optional_templates(Writer *self, Str place, uint32_t value)
{
	if (value != NO_VALUE)
		add_templates(self, place, &fragment_values(self->fragment)[value]);
}

static void
add_rule_templates(Writer *self, const FragmentRule *rule)
{
	const Fragment *fragment = self->fragment;
	const RuleExtra *extra;

	if ((rule->flags & RULE_HAS_TEMPLATES) == 0)
		return;
	extra = &fragment_extras(fragment)[rule->extra];
	for (uint32_t i = 0; i < extra->modification_count; i++)
	{
		const FragmentModification *modification =
			&fragment_modifications(fragment)[extra->first_modification + i];

		add_optional_templates(self, fragment_str(fragment, modification->path), modification->value);
	}
	for (uint32_t i = 0; i < extra->advice_count; i++)
	{
		const FragmentAdvice *advice = &fragment_advice(fragment)[extra->first_advice + i];

		add_optional_templates(self, llp_advice_name((AdviceType) advice->type), advice->value);
	}
	add_optional_templates(self, STR("approvers"), extra->approvers);
	add_optional_templates(self, STR("timeout"), extra->timeout);
	add_optional_templates(self, STR("reason"), extra->reason);
	add_optional_templates(self, STR("code"), extra->code);
}

static void
add_variables(Writer *self)
{
	for (uint32_t i = 0; i < fragment_variables_count(self->fragment); i++)
	{
		const FragmentVariable *variable = &fragment_variables(self->fragment)[i];

		add_words(self, STR("variable"), fragment_str(self->fragment, variable->name),
				  STR("when it is read:"));
		add_code(self, variable->entry);
	}
}

static void
add_exceptions(Writer *self)
{
	for (uint32_t i = 0; i < fragment_exceptions_count(self->fragment); i++)
	{
		const FragmentException *exception = &fragment_exceptions(self->fragment)[i];
		StrBuf text = new_text(self);

		llp_buf_append(&text, STR("denies do not count"));
		write_validity(&text, exception->valid_from, exception->valid_until);
		add_row(self, STR("exception"), fragment_str(self->fragment, exception->id), &text);
		add_code(self, exception->entry);
	}
}

/* --- The index ------------------------------------------------------------------------------------------ */

/* A way that ends at an entry: a node, and the edge or the bound behind it. */
typedef struct Way
{
	uint32_t node;
	const ImageEdge *edge; /* or NULL */
	uint32_t predicate;	   /* of the bound, or NO_BOUND */
	double bound;
	uint32_t next; /* the entry's next way, plus one */
} Way;

#define NO_BOUND UINT32_MAX

/* The trie the other way round. */
typedef struct Ways
{
	const Image *image;
	const ImageEdge **parents; /* by node: the edge that leads there; NULL for roots */
	const ImageEdge **ends;	   /* the edges that lead to a candidate */
	uint32_t *first;		   /* by entry: its first way plus one, 0: none */
	uint32_t *last;
	Way *ways;
	uint32_t count;
} Ways;

static void
add_way(Ways *self, uint32_t entry, Way way)
{
	self->ways[self->count++] = way;
	if (self->first[entry] == 0)
		self->first[entry] = self->count;
	else
		self->ways[self->last[entry] - 1].next = self->count;
	self->last[entry] = self->count;
}

static void
add_bounds(Ways *self, uint32_t node, uint32_t slot, AccessKind kind, uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++)
		add_way(self, image_bounded(self->image)[i],
				(Way){.node = node,
					  .predicate = image_predicate(slot, kind),
					  .bound = image_thresholds(self->image)[i]});
}

static uint32_t
root_of(const Ways *self, uint32_t node)
{
	while (self->parents[node] != NULL)
		node = self->parents[node]->node;
	return node;
}

static int
compare_edges(const void *left, const void *right)
{
	const ImageEdge *a = *(const ImageEdge *const *) left;
	const ImageEdge *b = *(const ImageEdge *const *) right;

	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	if (a->predicate != b->predicate)
		return a->predicate < b->predicate ? -1 : 1;
	return (a->operand > b->operand) - (a->operand < b->operand);
}

/* The ways that end at edges, in the order of what the edges are about. */
static void
collect_edges(Ways *self)
{
	const ImageEdge *edges = image_edges(self->image);
	size_t count = 0;

	for (size_t i = 0; i < image_edges_count(self->image); i++)
		if ((edges[i].child & EDGE_CANDIDATE) != 0 && root_of(self, edges[i].node) != ROOT_SCOPE)
			self->ends[count++] = &edges[i];
	if (count > 0)
		qsort(self->ends, count, sizeof(*self->ends), compare_edges);
	for (size_t i = 0; i < count; i++)
		add_way(self, self->ends[i]->child & ~EDGE_CANDIDATE,
				(Way){.node = self->ends[i]->node, .edge = self->ends[i], .predicate = NO_BOUND});
}

static void
collect_ways(Ways *self)
{
	const Image *image = self->image;

	for (size_t i = 0; i < image_edges_count(image); i++)
		if (image_edges(image)[i].child != 0 && (image_edges(image)[i].child & EDGE_CANDIDATE) == 0)
			self->parents[image_edges(image)[i].child] = &image_edges(image)[i];
	for (uint32_t i = 0; i < image_nodes_count(image); i++)
	{
		const ImageNode *node = &image_nodes(image)[i];

		/* That root has policies, not entries. */
		if (root_of(self, i) == ROOT_SCOPE)
			continue;
		for (uint32_t j = 0; j < node->posting_count; j++)
			add_way(self, image_postings(image)[node->first_posting + j],
					(Way){.node = i, .predicate = NO_BOUND});
		for (uint32_t j = 0; j < node->probe_count; j++)
		{
			const ImageProbe *probe = &image_probes(image)[node->first_probe + j];

			add_bounds(self, i, probe->slot, ACCESS_ABOVE, probe->first_above, probe->above_count);
			add_bounds(self, i, probe->slot, ACCESS_BELOW, probe->first_below, probe->below_count);
		}
	}
	collect_edges(self);
}

static bool
find_ways(Arena *arena, const Image *image, Ways *self)
{
	size_t entries = image_entries_count(image);

	*self = (Ways){.image = image};
	self->parents = llp_arena_array(arena, image_nodes_count(image), sizeof(*self->parents));
	self->ends = llp_arena_array(arena, image_edges_count(image), sizeof(*self->ends));
	self->first = llp_arena_array(arena, entries, sizeof(uint32_t));
	self->last = llp_arena_array(arena, entries, sizeof(uint32_t));
	self->ways = llp_arena_array(
		arena, image_postings_count(image) + image_bounded_count(image) + image_edges_count(image),
		sizeof(Way));
	if (llp_arena_exhausted(arena))
		return false;
	collect_ways(self);
	return true;
}

static void
write_image_slot(StrBuf *out, const Image *image, uint32_t predicate)
{
	llp_buf_append(out, image_str(image, image_slots(image)[predicate / ACCESS_END].path));
	llp_buf_append(out, access_texts[predicate % ACCESS_END].text);
}

static void
write_edge(Writer *self, StrBuf *out, const Image *image, const ImageEdge *edge)
{
	uint32_t kind = edge->predicate % ACCESS_END;
	Str text;

	write_image_slot(out, image, edge->predicate);
	if (!access_texts[kind].has_operand)
		return;
	if (kind == ACCESS_LITERAL)
	{
		uint32_t place = image_literal_place(image, edge->predicate / ACCESS_END, edge->operand);

		text = image_str(image, image_literals(image)[place]);
	}
	else
		text = image_key_text(image, edge->operand);
	write_quoted(self, out, text);
}

static void
write_step(Writer *self, StrBuf *out, const Image *image, const ImageEdge *edge)
{
	if (out->size > 0)
		llp_buf_append(out, STR(" and "));
	write_edge(self, out, image, edge);
}

/* The predicates from the root to the node.  Recursion is at most MAX_INDEX_DEPTH deep. */
static void
write_path(Writer *self, StrBuf *out, const Ways *ways, uint32_t node)
{
	const ImageEdge *edge = ways->parents[node];

	if (edge == NULL)
		return;
	write_path(self, out, ways, edge->node);
	write_step(self, out, ways->image, edge);
}

static void
add_way_row(Writer *self, const Ways *ways, const Way *way, uint32_t number)
{
	StrBuf text = new_text(self);

	write_path(self, &text, ways, way->node);
	if (way->edge != NULL)
		write_step(self, &text, ways->image, way->edge);
	if (way->predicate != NO_BOUND)
	{
		if (text.size > 0)
			llp_buf_append(&text, STR(" and "));
		write_image_slot(&text, ways->image, way->predicate);
		write_number(self, &text, way->bound);
	}
	if (text.size == 0)
		llp_buf_append(&text, STR("always a candidate"));
	add_row(self, STR("index"), number_text(self, number), &text);
}

static void
add_ways(Writer *self, const Ways *ways, uint32_t entry)
{
	uint32_t shown = 0;
	uint32_t more = 0;
	StrBuf text = new_text(self);

	if (ways->first[entry] == 0)
		add_words(self, STR("index"), STR(""), STR("nothing leads there"));
	for (uint32_t at = ways->first[entry]; at != 0; at = ways->ways[at - 1].next)
	{
		if (shown < MAX_WAYS)
			add_way_row(self, ways, &ways->ways[at - 1], shown++);
		else
			more++;
	}
	if (more == 0)
		return;
	llp_buf_format(&text, "and %lu more", (unsigned long) more);
	add_row(self, STR("index"), STR(""), &text);
}

/* --- Both ----------------------------------------------------------------------------------------------- */

static Str
policy_name(Writer *self, const Fragment *fragment)
{
	StrBuf name = new_text(self);

	llp_buf_append(&name, fragment_str(fragment, fragment->ns));
	llp_buf_append_char(&name, '/');
	llp_buf_append(&name, fragment_str(fragment, fragment->id));
	self->failed |= name.failed;
	return llp_buf_str(&name);
}

static void
add_total(Writer *self, Str place, uint64_t number)
{
	add_words(self, STR("total"), place, number_text(self, number));
}

/* A whole policy; `ways` may be NULL, else the policy's entries begin at `entry`. */
static void
add_policy(Writer *self, const Fragment *fragment, PolicyStatus status, const Ways *ways, uint32_t entry)
{
	uint32_t rules = fragment_rules_count(fragment);

	self->fragment = fragment;
	self->policy = policy_name(self, fragment);
	add_policy_row(self, status);
	add_slots(self);
	if (fragment->applies_entry == NO_ENTRY)
		add_words(self, STR("applies"), STR(""), STR("always"));
	else
	{
		add_words(self, STR("applies"), STR(""), STR("when this is true:"));
		add_clauses(self, 0, fragment->applies_clauses);
		add_code(self, fragment->applies_entry);
	}
	add_variables(self);
	for (uint32_t i = 0; i < rules; i++)
	{
		const FragmentRule *rule = &fragment_rules(fragment)[i];

		add_rule_row(self, rule);
		add_clauses(self, rule->first_clause, rule->clause_count);
		if (ways != NULL)
			add_ways(self, ways, entry + i);
		add_code(self, rule->entry);
		add_rule_templates(self, rule);
	}
	if (fragment->default_deny)
	{
		add_words(self, STR("default"), STR(""), STR("deny unless a rule above allowed"));
		if (ways != NULL)
			add_ways(self, ways, entry + rules);
	}
	add_exceptions(self);
	add_total(self, STR("bytes"),
			  self->image != NULL ? fragment_body_size(fragment) : fragment_size(fragment));
}

Status
llp_fragment_disassemble(Arena *arena, const Fragment *fragment, Disassembly *result)
{
	Writer self = {.arena = arena};

	add_policy(&self, fragment, (PolicyStatus) fragment->status, NULL, 0);
	return finish(&self, result);
}

/* Sections of bytes have no other elements to count. */
static void
add_section(Writer *self, Str place, uint64_t count, size_t element_size)
{
	StrBuf text = new_text(self);

	if (element_size > 1)
		llp_buf_format(&text, "%llu, ", (unsigned long long) count);
	llp_buf_format(&text, "%llu bytes", (unsigned long long) (count * element_size));
	add_row(self, STR("total"), place, &text);
}

static uint64_t
count_searched(const Image *image)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < image_literal_sets_count(image); i++)
		count += image_literal_sets(image)[i].count;
	return count;
}

static void
add_totals(Writer *self, const Image *image)
{
	self->policy = STR("");
	add_total(self, STR("bytes"), image->size);
	add_total(self, STR("rules"), image->rule_count);
	add_total(self, STR("searched"), count_searched(image));
#define IMAGE_SECTION(name, type) add_section(self, STR(#name), image_##name##_count(image), sizeof(type));
	IMAGE_SECTIONS
#undef IMAGE_SECTION
}

static bool
is_wanted(Str wanted, Str actual)
{
	return wanted.size == 0 || llp_str_equal(wanted, actual);
}

Status
llp_image_disassemble(Arena *arena, const Image *image, Str ns, Str id, Disassembly *result)
{
	Writer self = {.arena = arena, .image = image};
	Ways ways;

	if (!find_ways(arena, image, &ways))
		return STATUS_NO_MEMORY;
	for (uint32_t i = 0; i < image_policies_count(image); i++)
	{
		const ImagePolicy *policy = &image_policies(image)[i];
		const Fragment *fragment = image_fragment(image, i);

		if (is_wanted(ns, fragment_str(fragment, fragment->ns)) &&
			is_wanted(id, fragment_str(fragment, fragment->id)))
		{
			self.links = llp_image_links(image, i);
			add_policy(&self, fragment, (PolicyStatus) policy->status, &ways, policy->first_entry);
		}
	}
	add_totals(&self, image);
	return finish(&self, result);
}
