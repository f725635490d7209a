# Reads what a suite prints, shows one line a test and what explains a failure, and counts.
#
# Understood: TAP ("ok 3 - name", "not ok 3 - name", "# diagnostics"), and pg_regress as it was before it
# spoke TAP ("test name ... ok  12 ms"), and a runner of recorded cases: a line a failed case ("id: what"), and its
# score at the end ("operators 573/574").  Variables: suite (for the lines), counts (file the totals go to).

function report(passed, name)
{
	if (passed) good++; else bad++
	printf "  %-4s  %s: %s\n", passed ? "ok" : "FAIL", suite, name
	fflush()
	failing = !passed
}

BEGIN { good = bad = failing = 0 }

# prove names the file before its tests: "test/pgtap/authz.sql .."
/^[^ ]+\.(sql|pl) \.+ *$/ { file = $1; sub(/.*\//, "", file); next }

/^ *(ok|not ok) / {
	if (/^    /)
		next # a subtest; its sum follows
	passed = /^ok / || /# (TODO|SKIP)/
	sub(/^(ok|not ok) +/, "")
	sub(/^[0-9]+ */, "")
	sub(/^[-+] */, "")
	report(passed, (file == "" ? "" : file ": ") ($0 == "" ? "unnamed" : $0))
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

/^ *#/ { print "        " $0; next }
suite ~ /^conformance/ && /^[^ ]+: / { print "        " $0 }
failing && /^( |\t|[-+@])/ { print "        " $0 }

END { print good + 0, bad + 0 > counts }
