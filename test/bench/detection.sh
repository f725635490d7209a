# Measures detection and writes its part of the page.  To be sourced by test/bench/run, after lib.sh.

# The expressions of the detector's list, one a line, for PostgreSQL's regular expressions.
detection_patterns() {
	sed -nE 's/^\t(PATTERN|TOKEN)\(\w+, "(([^"\\]|\\.)*)".*/\1 \2/p' src/llm/detector_types.def |
		sed -E 's/\\\\/\\/g; s/^PATTERN (.*)/(?i)(?<![[:alnum:]_])\1(?![[:alnum:]_])/; s/^TOKEN (.*)/(?<![[:alnum:]_])\1(?![[:alnum:]_])/'
}

# measure_detection DATABASE: needs the extension there.
measure_detection() {
	detection_patterns | run_psql -d "$1" -f test/bench/detection.sql | keep detection
}

page_detection() {
	local kind size
	cat <<-END

		## Detection

		Megabytes a second of \`llm_policy_detect\` for all types at the usual threshold, called in one statement, and of PostgreSQL's
		\`regexp_matches\` over the $(detection_patterns | wc -l) expressions of the same list, one after the other.

		| text | bytes | detect | regexes | detect ÷ regexes |
		|---|---|---|---|---|
	END
	for kind in prose code json chinese digits; do
		for size in 1024 10240; do
			printf '| %s | %s | %s | %s | %s |\n' "$kind" "$size" \
				"$(shown %.0f "$(value detection "${kind}_${size}_detect")")" "$(shown %.3f "$(value detection "${kind}_${size}_regexes")")" \
				"$(shown %.0f "$(ratio "$(value detection "${kind}_${size}_detect")" "$(value detection "${kind}_${size}_regexes")")")"
		done
	done
}
