# What the benchmark keeps and computes of figures.  To be sourced by bash; `$results` is a file.
#
# A figure is a line "CASE|NAME|VALUE"; of several with the same case and name the median counts.

# keep CASE: "name|value|name|value …" lines of the input become figures.
keep() { tr '|' '\n' | sed '/^$/d' | paste -d '|' - - | sed "s/^/$1|/" >>"$results"; }

# Of numbers, one a line, the median; fails when there is none.
median() { LC_ALL=C sort -g | awk '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2; else exit 1 }'; }

# value CASE NAME: a figure, or nothing.
value() { awk -F '|' -v name="$1|$2" '$1 "|" $2 == name { print $3 }' "$results" | median || true; }

# most NAME CASE …: the largest figure of that name.
most() {
	local name=$1 case
	shift
	for case in "$@"; do value "$case" "$name"; done | LC_ALL=C sort -g | tail -n 1
}

# least NAME CASE …
least() {
	local name=$1 case
	shift
	for case in "$@"; do value "$case" "$name"; done | LC_ALL=C sort -g | head -n 1
}

# ratio A B: A / B, or nothing when one is nothing.
ratio() { [[ -z $1 || -z $2 ]] || awk -v a="$1" -v b="$2" 'BEGIN { if (b != 0) print a / b }'; }

# difference A B
difference() { [[ -z $1 || -z $2 ]] || awk -v a="$1" -v b="$2" 'BEGIN { print a - b }'; }

# shown FORMAT NUMBER: formatted, or a dash for what was not measured.
# shellcheck disable=SC2059
shown() { if [[ -n $2 ]]; then LC_ALL=C printf "$1" "$2"; else printf '–'; fi; }

# claim TEXT "<=|>=|< BOUND" FORMAT NUMBER: a line of the table of what must hold.
claim() {
	local verdict='not measured'
	if [[ -n $4 ]]; then
		if awk -v number="$4" -v operator="${2% *}" -v bound="${2#* }" 'BEGIN {
			number += 0; bound += 0
			exit !(operator == "<=" ? number <= bound : operator == ">=" ? number >= bound : number < bound) }'; then
			verdict='holds'
		else
			verdict='**does not hold**'
		fi
	fi
	printf '| %s | %s | %s | %s |\n' "$1" "$(sed 's/<=/≤/; s/>=/≥/' <<<"$2")" "$(shown "$3" "$4")" "$verdict"
}

# row CASE FORMAT NAME …: a line of a table.  FORMAT has a % for each name; a name "a/b" is the ratio of two figures.
row() {
	local case=$1 rest=$2 name number cells=
	shift 2
	for name in "$@"; do
		if [[ $name == */* ]]; then
			number=$(ratio "$(value "$case" "${name%/*}")" "$(value "$case" "${name#*/}")")
		else
			number=$(value "$case" "$name")
		fi
		# The format up to the end of the next conversion.
		[[ $rest =~ ^([^%]*)(%[0-9.]*[a-z])(.*)$ ]]
		cells+=${BASH_REMATCH[1]}$(shown "${BASH_REMATCH[2]}" "$number")
		rest=${BASH_REMATCH[3]}
	done
	printf '| %s | %s%s |\n' "$(case_name "$case")" "$cells" "$rest"
}

# "no_regexes_10000x100" as people say it: "no regexes, 10 000 × 100".
case_name() { sed -E 's/_([0-9])/, \1/; s/_/ /g; s/x([0-9])/ × \1/; :a; s/([0-9])([0-9]{3})($| )/\1 \2\3/; ta' <<<"$1"; }
