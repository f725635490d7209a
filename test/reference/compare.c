/*
 * test/reference/compare.c - writes the answers of both evaluators in one form.
 *
 * Ends the program when memory is out.
 */
#include "compare.h"

#include <stdlib.h>

#include "vm/decision.h"
#include "vm/trace.h"

/* A text in quotes, or what stands for none. */
static void
write_text(StrBuf *out, Str text)
{
	if (text.data == NULL)
	{
		llp_buf_append(out, STR(" -"));
		return;
	}
	llp_buf_append(out, STR(" \""));
	llp_buf_append(out, text);
	llp_buf_append_char(out, '"');
}

static void
write_word(StrBuf *out, Str word)
{
	llp_buf_append_char(out, ' ');
	llp_buf_append(out, word.size == 0 ? STR("none") : word);
}

static void
write_origin(StrBuf *out, Str ns, Str policy, const Str *rule)
{
	write_word(out, ns);
	llp_buf_append_char(out, '/');
	llp_buf_append(out, policy);
	llp_buf_append_char(out, '/');
	llp_buf_append(out, rule == NULL ? STR("(default)") : *rule);
}

static void
write_verdict(StrBuf *out, Verdict verdict, ReasonCode code, Str reason)
{
	write_word(out, llp_verdict_name(verdict));
	write_word(out, llp_reason_name(code));
	write_text(out, reason);
}

static void
write_error(StrBuf *out, Str policy, Str kind, Str id, Str message)
{
	llp_buf_append(out, STR("error"));
	write_word(out, policy);
	write_word(out, kind);
	write_word(out, id);
	write_text(out, message);
	llp_buf_append_char(out, '\n');
}

static void
write_totals(StrBuf *out, size_t errors, size_t kept, bool in_scope, bool fell_open)
{
	llp_buf_format(out, "errors %zu, listed %zu, in scope %d, fell open %d\n", errors, kept, in_scope,
				   fell_open);
}

static Str
finish(const StrBuf *out)
{
	if (out->failed)
		abort();
	return llp_buf_str(out);
}

/* --- The reference -------------------------------------------------------------------------------------- */

static void
write_linear_matches(StrBuf *out, Str label, const LinearMatches *matches)
{
	for (const LinearMatch *match = matches->first; match != NULL; match = match->next)
	{
		llp_buf_append(out, label);
		write_origin(out, match->policy->ns, match->policy->id,
					 match->rule == NULL ? NULL : &match->rule->id);
		write_verdict(out, match->verdict, match->reason_code, match->reason);
		write_text(out, match->excepted == NULL ? (Str){NULL, 0} : match->excepted->id);
		llp_buf_append_char(out, '\n');
	}
}

Str
compare_reference(Arena *arena, const Comparison *comparison)
{
	LinearDecision decision;
	StrBuf out;

	llp_buf_init(&out, arena);
	if (llp_linear_evaluate(arena, comparison->set, comparison->selected, comparison->request,
							comparison->now, comparison->default_decision, &decision) != STATUS_OK)
		abort();
	llp_buf_append(&out, STR("decision"));
	write_verdict(&out, decision.verdict, decision.reason_code, decision.reason);
	write_text(&out, decision.code);
	if (decision.decided_by != NULL)
		write_origin(&out, decision.decided_by->policy->ns, decision.decided_by->policy->id,
					 decision.decided_by->rule == NULL ? NULL : &decision.decided_by->rule->id);
	llp_buf_append_char(&out, '\n');
	write_linear_matches(&out, STR("match"), &decision.matches);
	write_linear_matches(&out, STR("shadow"), &decision.shadow);
	for (const LinearError *error = decision.first_error; error != NULL; error = error->next)
		write_error(&out, error->policy->id, error->kind, error->id, error->message);
	write_totals(&out, decision.error_count, decision.errors_kept, decision.any_in_scope, decision.fell_open);
	return finish(&out);
}

/* --- The engine ----------------------------------------------------------------------------------------- */

static void
write_engine_matches(StrBuf *out, Str label, const MatchList *matches)
{
	for (const Match *match = matches->first; match != NULL; match = match->next)
	{
		llp_buf_append(out, label);
		write_origin(out, match->ns, match->policy, match->rule == NULL ? NULL : &match->rule_id);
		write_verdict(out, match->verdict, match->reason_code, match->reason);
		write_text(out, match->excepted == NULL ? (Str){NULL, 0}
												: fragment_str(match->view.fragment, match->excepted->id));
		llp_buf_append_char(out, '\n');
	}
}

static void
write_engine(StrBuf *out, const Walk *walk, const Outcome *outcome)
{
	const Match *by = outcome->decided_by;

	llp_buf_append(out, STR("decision"));
	write_verdict(out, outcome->verdict, outcome->reason_code, outcome->reason);
	write_text(out, outcome->code);
	if (by != NULL)
		write_origin(out, by->ns, by->policy, by->rule == NULL ? NULL : &by->rule_id);
	llp_buf_append_char(out, '\n');
	write_engine_matches(out, STR("match"), &walk->matches);
	write_engine_matches(out, STR("shadow"), &walk->shadow);
	for (const ConditionError *error = walk->first_error; error != NULL; error = error->next)
		write_error(out, error->policy, error->kind, error->id, error->message);
	write_totals(out, walk->error_count, walk->errors_kept, walk->any_in_scope, walk->fell_open);
}

Str
compare_engine(Arena *arena, Program *program, const Comparison *comparison)
{
	Interpreter vm;
	Outcome outcome;
	StrBuf out;
	Trace trace;
	Walk walk;

	if (!llp_interpreter_init(&vm, arena, program, comparison->request, comparison->now, NULL))
		abort();
	if (comparison->trace)
	{
		llp_trace_init(&trace, arena);
		vm.trace = &trace;
	}
	if (llp_walk(&vm, comparison->selected, comparison->now, &walk) != STATUS_OK)
		abort();
	outcome = llp_combine(&walk, comparison->default_decision);
	llp_buf_init(&out, arena);
	write_engine(&out, &walk, &outcome);
	return finish(&out);
}
