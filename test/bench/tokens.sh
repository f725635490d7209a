#!/usr/bin/env bash
# How fast tokens are counted.  To be sourced after lib.sh; run by itself it prints the figures:
# make build/core/bench_tokens encodings && test/bench/tokens.sh
#
# tokens.c measures each kind of text of corpus/; a figure's case is tokens_ENCODING, its name TEXT_BYTES.

token_encodings="o200k_base cl100k_base"
token_texts="prose code json chinese digits"

measure_tokens() {
	local encoding text size rate nanoseconds
	while read -r encoding text size rate nanoseconds; do
		echo "${text}_$size|$rate|${text}_${size}_ns|$nanoseconds" | keep "tokens_$encoding"
	done < <(build/core/bench_tokens build/encodings test/bench/corpus)
}

# The size that a text of the corpus has in the column of 10 KB: some are shorter.
token_size() {
	local bytes
	bytes=$(wc -c <"test/bench/corpus/$1.txt")
	echo $((bytes < 10240 ? bytes : 10240))
}

page_token_claims() {
	local prose letter
	claim 'counting tokens, o200k_base, prose of 10 KB, MB/s' '>= 60' %.0f "$(value tokens_o200k_base prose_10240)"
	claim 'the same, prose of 1 KB' '>= 60' %.0f "$(value tokens_o200k_base prose_1024)"
	claim 'the same, code of 10 KB' '>= 25' %.0f "$(value tokens_o200k_base code_10240)"
	claim 'the same, code of 1 KB' '>= 25' %.0f "$(value tokens_o200k_base code_1024)"
	prose=$(value tokens_o200k_base prose_10240)
	letter=$(value tokens_o200k_base letter_a_1000000)
	claim 'the same, time a byte of 1 MB of one letter ÷ of prose' '<= 10' %.1f "$(ratio "$prose" "$letter")"
}

page_tokens() {
	local encoding text
	cat <<-END

		## Counting tokens

		MB a second of CPU time in the core, without SQL; nanoseconds a token in parentheses. Chinese has $(token_size chinese) bytes. *one letter* is 1 MB of \`a\`,
		which is one piece. *open* is what a backend pays once, in ms: mapping a vocabulary and checking it.

		| encoding | prose 1 KB | 10 KB | code 1 KB | 10 KB | JSON 1 KB | 10 KB | Chinese 1 KB | 10 KB | digits 1 KB | 10 KB | one letter | open |
		|---|---|---|---|---|---|---|---|---|---|---|---|---|
	END
	for encoding in $token_encodings; do
		printf '| %s |' "$encoding"
		for text in $token_texts; do
			for size in 1024 "$(token_size "$text")"; do
				printf ' %s (%s) |' "$(shown %.0f "$(value "tokens_$encoding" "${text}_$size")")" \
					"$(shown %.0f "$(value "tokens_$encoding" "${text}_${size}_ns")")"
			done
		done
		printf ' %s | %s |\n' "$(shown %.0f "$(value "tokens_$encoding" letter_a_1000000)")" \
			"$(shown %.1f "$(value "tokens_$encoding" open_0)")"
	done
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
	set -euo pipefail
	cd "$(dirname "$0")/../.."
	. test/bench/lib.sh
	results=$(mktemp)
	measure_tokens
	page_token_claims
	page_tokens
	rm -f "$results"
fi
