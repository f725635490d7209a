# The page that the benchmark writes, of the figures in `$results`.  To be sourced by test/bench/run.

# The cases whose figures the claims are about.
at_100=uniform_100
at_10000=uniform_10000
at_100000=uniform_100000
at_million=uniform_10000x100

page_head() {
	cat <<-END
		# Benchmarks

		Written by \`make bench\`; nothing here was typed in. PostgreSQL $(run_psql -d postgres -c 'SHOW server_version' | cut -d ' ' -f 1),
		$(nproc) CPUs, $(date -u +%F), load when it began $load_average. Compare figures of one run only; a load well above 0 means noise.

		Every request was answered as a linear plain-SQL evaluation of the same rules answers it (decision, deciding rule and all matched
		rules), else there would be no page. Of sets of more than $linear_limit rules a fixed sample of the requests was compared with the
		linear evaluation, which takes up to a second a request there (the column *compared*), and all requests with plain SQL and its index. In
		each set a policy was then taken away, and the comparison had to notice.

		$requests different requests with a prompt of 1 KB; one rule a policy, or "policies × rules". *uniform*: values grow in number with
		the rules. *skewed*: four of five rules about teams, and of the requests, belong to one team. *few*: no field has more than a few
		dozen values, however many rules there are. *cel*: the rules of uniform, their conditions written in CEL. *literals*: each rule looks for another word in the prompt, a tenth of the requests. *no regexes*: uniform with a substring
		for each regex. *trivial* is \`jsonb_object_field(request, 'user')\`; *plain* is a PL/pgSQL function over a table of jsonpath
		conditions with a btree on each rule's most selective equality. The server has \`fsync = off\`, so that waiting for the disk is in no figure.
	END
}

page_claims() {
	local size
	cat <<-END

		## What must hold

		| claim | bound | figure | |
		|---|---|---|---|
	END
	claim 'simulate in a statement, p50 at 100 policies, µs (on a quiet machine)' '<= 5' %.2f "$(value $at_100 turn_p50)"
	claim 'simulate in a statement, p50 at 10 000 policies, µs (on a quiet machine)' '<= 8' %.2f "$(value $at_10000 turn_p50)"
	claim 'p50 at 100 000 policies ÷ p50 at 100' '<= 2' %.2f "$(value $at_100000 growth)"
	claim 'p50 at 1 000 000 rules ÷ p50 at 100' '<= 4' %.2f "$(value $at_million growth)"
	for size in $cel; do
		claim "p50 of the policies in CEL ÷ p50 of them as operator trees, $(case_name "$size") policies" '<= 1.3' %.2f \
			"$(value "cel_$size" cel_ratio)"
	done
	claim 'p50 of plain SQL ÷ p50 of simulate at 10 000 policies' '>= 12' %.1f \
		"$(ratio "$(value $at_10000 plain_p50)" "$(value $at_10000 simulate_p50)")"
	claim 'evaluate with audit ÷ plain INSERT … SELECT, rows/s, 10 000 policies' '>= 0.5' %.2f "$(value $at_10000 audit_ratio)"
	claim 'the same, least of all cases' '>= 0.5' %.2f "$(least audit_ratio "${all[@]}")"
	for size in $calls; do
		claim "simulate ÷ trivial call by call, 2 clients, $(case_name "uniform_$size")" '>= 0.8' %.2f "$(value "uniform_$size" simulate_ratio_2)"
		claim "simulate ÷ trivial call by call, $clients clients, $(case_name "uniform_$size")" '>= 0.8' %.2f \
			"$(value "uniform_$size" "simulate_ratio_$clients")"
		claim "simulate ÷ the same decision ready made, 2 clients, $(case_name "uniform_$size")" '>= 0.8' %.2f \
			"$(value "uniform_$size" ready_ratio_2)"
		claim "simulate ÷ the same decision ready made, $clients clients, $(case_name "uniform_$size")" '>= 0.8' %.2f \
			"$(value "uniform_$size" "ready_ratio_$clients")"
	done
	claim "compiling and linking $compile policies without regexes, nothing cached, ms" '<= 500' %.0f "$(value "no_regexes_$compile" compile_ms)"
	claim 'shared memory, bytes a rule, 10 000 policies' '<= 600' %.0f "$(value $at_10000 bytes_per_rule)"
	claim 'the same, most of all cases of operator trees with 1 000 rules and more' '<= 600' %.0f "$(most bytes_per_rule "${large[@]}")"
	claim "shared memory, bytes a literal, $compile literals" '<= 200' %.0f "$(value "literals_$compile" bytes_per_literal)"
	claim 'first evaluation of a connection less a trivial first query, ms, most of all cases' '<= 2' %.2f \
		"$(for case in "${all[@]}"; do difference "$(value "$case" cold_simulate_ms)" "$(value "$case" cold_trivial_ms)"; done |
			LC_ALL=C sort -g | tail -n 1)"
	for size in $changes; do claims_of_changes "$size"; done
	page_token_claims
	claims_of_detection
}

claims_of_detection() {
	local size
	for size in 1024 10240; do
		claim "detection of all types in a prose of $size bytes, MB/s" '>= 400' %.0f "$(value detection "prose_${size}_detect")"
		claim "the same in digits" '>= 150' %.0f "$(value detection "digits_${size}_detect")"
	done
}

claims_of_changes() {
	local case=changes_$1 size
	size=$(case_name "$1")
	claim "changes under load, $size policies: wrong or stale evaluations" '<= 0' %.0f \
		"$(($(value "$case" change_wrong) + $(value "$case" change_stale) + $(value "$case" change_unborn)))"
	claim "the same: failed evaluations" '<= 0' %.0f "$(value "$case" change_failed)"
	claim "the same: linking a changed set, p50, ms" '<= 20' %.1f "$(value "$case" change_link_ms)"
	claim "the same: p99 ÷ p99 without changes" '< 10' %.2f "$(ratio "$(value "$case" change_p99)" "$(value "$case" quiet_p99)")"
}

page_server() {
	local case
	cat <<-END

		## One evaluation inside the server

		Microseconds a call within one statement over all requests, by a clock of nanoseconds that is read before and after each call;
		the median of an expression that computes nothing, which took turns with it, is subtracted. p99 of sets that were measured once
		tells more of the machine than of the set.

		| case | matches (most) | compared | p50 | p99 | plain p50 | plain p99 | plain ÷ simulate | trivial p50 | evaluate p50 | evaluate p99 |
		|---|---|---|---|---|---|---|---|---|---|---|
	END
	for case in "${all[@]}"; do
		row "$case" '%.1f (%.0f) | %.0f | %.2f | %.2f | %.1f | %.1f | %.1f | %.2f | %.2f | %.2f' matches matches_most compared \
			simulate_p50 simulate_p99 plain_p50 plain_p99 plain_p50/simulate_p50 trivial_p50 evaluate_p50 evaluate_p99
	done
	cat <<-END

		The sizes in turns, $rounds of a second each: medians of p50, and of its ratios in the same turn to p50 at 100 policies, and of CEL
		to p50 of the same policies as operator trees.

		| case | p50 | ÷ p50 at 100 | ÷ p50 of trees |
		|---|---|---|---|
	END
	for case in "${in_turns[@]}"; do row "$case" '%.2f | %.2f | %.2f' turn_p50 growth cel_ratio; done
}

page_rows() {
	local case
	cat <<-END

		## Many rows in one statement

		Rows a second of statements over $requests requests. *insert* is a plain INSERT … SELECT of the rows that evaluate writes, with new
		ids and times that sort like theirs, into a partitioned table with the same key and index. Statements took turns of a tenth of a second; ratios are medians of the turns' ratios.

		| case | simulate | trivial | simulate ÷ trivial | evaluate | insert | evaluate ÷ insert |
		|---|---|---|---|---|---|---|
	END
	for case in "${all[@]}"; do
		row "$case" '%.0f | %.0f | %.2f | %.0f | %.0f | %.2f' simulate_rows trivial_rows rows_ratio evaluate_rows insert_rows audit_ratio
	done
	[[ -n $largest_call ]] || return 0
	cat <<-END

		A scan with simulate by the leader and $(value "$largest_call" parallel_workers) parallel workers, which gave the answers of a serial scan ($(case_name "$largest_call")):
		$(shown %.0f "$(value "$largest_call" parallel_rows)") rows/s against $(shown %.0f "$(value "$largest_call" serial_rows)"), $(shown %.2f "$(value "$largest_call" parallel_ratio)") times, on $(nproc) CPUs.
	END
}

page_calls() {
	local size client_count
	cat <<-END

		## Call by call over a socket

		Calls a second through pgbench, prepared, the request over the wire; $rounds turns of $seconds s each, medians, and in
		parentheses the median of the turns' ratios to trivial. *ready* is a function that takes the request and returns the decision
		that simulate would make of it, ready made: what reading the one and writing the other costs. *pgbench* is how many CPUs pgbench itself took while it called trivial and
		simulate: server and clients share $(nproc), so what it takes is in both rates, and the ratio is nearer to 1 than the server's own work is.

		| case | clients | trivial | ready | simulate | evaluate | pgbench |
		|---|---|---|---|---|---|---|
	END
	for size in $calls; do
		for client_count in 1 2 "$clients"; do
			row "uniform_$size" "$client_count | %.0f | %.0f | %.0f (%.2f) | %.0f (%.2f) | %.2f, %.2f" "trivial_$client_count" \
				"ready_$client_count" \
				"simulate_$client_count" "simulate_ratio_$client_count" "evaluate_$client_count" "evaluate_ratio_$client_count" \
				"trivial_cpu_$client_count" "simulate_cpu_$client_count"
		done
	done
}

page_compile() {
	local case
	cat <<-END

		## Compiling and memory

		Milliseconds. *apply*: storing all policies, which compiles each. *changed*: the first answer after one policy changed, in a
		session that knew the others. *new connection*: its first query, a trivial one or an evaluation, medians of seven.

		| case | apply | changed | new connection: trivial | evaluation | bytes a rule | literals | bytes a literal |
		|---|---|---|---|---|---|---|---|
	END
	for case in "${all[@]}"; do
		row "$case" '%.0f | %.1f | %.2f | %.2f | %.0f | %.0f | %.0f' apply_ms reload_ms cold_trivial_ms cold_simulate_ms \
			bytes_per_rule literal_count bytes_per_literal
	done
	cat <<-END

		On a server that has just started, medians of three: the first evaluation of all, and in it compiling and linking, with nothing
		compiled before and with every policy compiled when it was stored.

		| case | nothing compiled: first evaluation | of it compiling | all compiled: first evaluation | of it linking |
		|---|---|---|---|---|
	END
	for case in "no_regexes_$compile" "uniform_$compile"; do
		row "$case" '%.0f | %.0f | %.0f | %.0f' compile_first_ms compile_ms link_first_ms link_ms
	done
	[[ -n $(value "$backend_case" backend_p50) ]] || return 0
	cat <<-END

		Without \`shared_preload_libraries\` every backend has programs of its own ($(case_name "$backend_case")): p50 $(shown %.2f "$(value "$backend_case" backend_p50)") µs, p99
		$(shown %.2f "$(value "$backend_case" backend_p99)") µs; preloaded $(shown %.2f "$(value "$backend_case" simulate_p50)") and $(shown %.2f "$(value "$backend_case" simulate_p99)"). The first evaluation of a new connection takes $(shown %.1f "$(value "$backend_case" backend_cold_ms)") ms, preloaded $(shown %.1f "$(value "$backend_case" cold_simulate_ms)").
	END
}

page_changes() {
	local size phase
	[[ -n $changes ]] || return 0
	cat <<-END

		## Changes under load

		$clients clients evaluate, with audit, as fast as they can; in the phase *change* one policy changes every 100 ms for $change_seconds s. Every decision
		carries the version of the policy that it was made by. Each client looks before it asks which version's COMMIT has returned,
		and after the answer which has been begun: older is stale, newer is unborn, and another answer than that version's is wrong. Each
		evaluation must have its audit row. Two faults were planted, clients with an old snapshot and versions that decide otherwise,
		and both were noticed. *alone* is one client with the same changes. Times in milliseconds; links are those seen in
		\`llm_policy.program_cache\`, with its default size; *in a backend* are those that did not go to shared memory.

		| case | phase | evaluations | a second | failed | wrong | stale | unborn | without audit row | changes | links seen (in a backend) | link p50 | link most | p50 | p99 | most |
		|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
	END
	for size in $changes; do
		for phase in alone quiet change; do
			row "changes_$size" "$phase | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f (%.0f) | %.1f | %.1f | %.3f | %.3f | %.1f" \
				"${phase}_"{calls,rate,failed,wrong,stale,unborn,unaudited,changes,links,links_alone,link_ms,link_most,p50,p99,most}
		done
	done
}

page() {
	local case
	large=()
	for case in "${all[@]}"; do
		# 1 000 rules and more, as operator trees.
		if [[ $case != cel_* && ( $case =~ _[0-9]{4,} || $case =~ x ) ]]; then large+=("$case"); fi
	done
	page_head
	page_claims
	page_server
	page_rows
	page_calls
	page_compile
	page_changes
	page_tokens
	page_detection
}
