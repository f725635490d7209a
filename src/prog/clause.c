/*
 * prog/clause.c - clauses in the making.
 */
#include "prog/clause.h"

/* Clauses of more accesses are not searched for one that is there: the index takes an access twice too. */
#define FEW_ACCESSES 16

static bool
has_access(const Clause *clause, const Access *access)
{
	for (uint32_t i = 0; i < clause->count && i < FEW_ACCESSES; i++)
		if (clause->accesses[i].kind == access->kind && clause->accesses[i].slot == access->slot &&
			clause->accesses[i].operand == access->operand)
			return true;
	return false;
}

static bool
grow(Assembler *assembler, Clause *clause)
{
	uint32_t capacity = clause->capacity == 0 ? 4 : clause->capacity * 2;
	Access *larger = llp_arena_array(assembler->arena, capacity, sizeof(Access));

	if (larger == NULL)
	{
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
		return false;
	}
	if (clause->count > 0)
		memcpy(larger, clause->accesses, clause->count * sizeof(Access));
	clause->accesses = larger;
	clause->capacity = capacity;
	return true;
}

void
llp_clause_add(Assembler *assembler, Clause *clause, AccessKind kind, uint16_t slot, uint32_t operand)
{
	Access access = {.kind = (uint8_t) kind, .slot = slot, .operand = operand};

	if (has_access(clause, &access) || (clause->count == clause->capacity && !grow(assembler, clause)))
		return;
	clause->accesses[clause->count++] = access;
}

void
llp_clause_join(Assembler *assembler, Clause *clause, const Clause *other)
{
	for (uint32_t i = 0; i < other->count; i++)
		llp_clause_add(assembler, clause, (AccessKind) other->accesses[i].kind, other->accesses[i].slot,
					   other->accesses[i].operand);
	if (clause->selectivity < other->selectivity)
		clause->selectivity = other->selectivity;
}

void
llp_clause_list_add(ClauseList *list, const Clause *clause)
{
	uint32_t worst = 0;

	if (clause->selectivity == SELECTIVITY_NONE)
		return;
	if (list->count < MAX_CLAUSES)
	{
		list->clauses[list->count++] = *clause;
		return;
	}
	for (uint32_t i = 1; i < list->count; i++)
		if (list->clauses[i].selectivity > list->clauses[worst].selectivity)
			worst = i;
	if (clause->selectivity < list->clauses[worst].selectivity)
		list->clauses[worst] = *clause;
}
