# Reads what a suite prints, shows one line a test and what explains a failure, and counts.
#
# Understood: TAP ("ok 3 - name", "not ok 3 - name", "# diagnostics"), the score alone of programs with thousands of
# cases ("1500 passed, 0 failed" of suite property), pg_regress as it was before it spoke TAP
# ("test name ... ok  12 ms"), and a runner of recorded cases: a line a failed case ("id: what"), and its score at
# the end ("operators 573/574").  Variables: suite (for the lines), counts (file the totals go to).

function report(passed, name)
{
	if (passed) good++; else bad++
	printf "  %-4s  %s: %s\n", passed ? "ok" : "FAIL", suite, name
	failing = !passed
	if (failing)
		printf "%s", held
	held = ""
	fflush()
}

# Diagnostics come before their test's line or after it, as the runner likes; those of a test that passes are dropped.
function diagnostic(line)
{
	if (failing)
		print "        " line
	else
		held = held "        " line "\n"
}

BEGIN { good = bad = failing = 0; held = "" }

/^ *(ok|not ok) / {
	if (/^    /)
		next # a subtest; its sum follows
	passed = /^ok / || /# (TODO|SKIP)/
	sub(/^(ok|not ok) +/, "")
	sub(/^[0-9]+ */, "")
	sub(/^[-+] */, "")
	report(passed, $0 == "" ? "unnamed" : $0)
	next
}

/^test .* \.\.\. / {
	name = $0
	sub(/^test +/, "", name)
	sub(/ +\.\.\. .*/, "", name)
	report(/ \.\.\. ok/, name)
	next
}

/^[a-z]+ [0-9]+\/[0-9]+$/ {
	split($2, score, "/")
	good += score[1]
	bad += score[2] - score[1]
	printf "  %-4s  %s: %s\n", score[1] == score[2] ? "ok" : "FAIL", suite, $0
	next
}

# The table of a runner that has tiers: "ext:math         139/139", with what it thinks of that behind.
suite ~ /^conformance.* cel/ && /^[a-z:_]+ +[0-9]+\/[0-9]+/ {
	split($2, score, "/")
	good += score[1]
	bad += / BELOW THE BAR$/ ? score[2] - score[1] : 0
	printf "  %-4s  %s: %s\n", / BELOW THE BAR$/ ? "FAIL" : "ok", suite, $0
	next
}

# What a detector found: "pii 335/337 found (99.4 %), …".
suite ~ /^conformance.* (pii|secrets)/ && /^(pii|secrets) [0-9]+\/[0-9]+ / {
	split($2, score, "/")
	good += score[1]
	bad += / BELOW THE BAR$/ ? score[2] - score[1] + 1 : 0
	printf "  %-4s  %s: %s\n", / BELOW THE BAR$/ ? "FAIL" : "ok", suite, $0
	next
}

suite ~ /^property/ && /^[0-9]+ passed, [0-9]+ failed$/ {
	good += $1
	bad += $3
	printf "  %-4s  %s: %s\n", $3 == 0 ? "ok" : "FAIL", suite, $0
	if ($3 > 0)
		printf "%s", held
	held = ""
	next
}

suite ~ /^conformance/ && (/^[^ ]+: / || / FAILED: /) { print "        " $0 }
/^ *#/ { diagnostic($0) }

END { print good + 0, bad + 0 > counts }
