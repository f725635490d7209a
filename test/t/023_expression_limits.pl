# Hostile expressions: each is refused, stopped at a limit or done, soon and in little memory; and a long one can be
# cancelled.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use List::Util qw(min);
use Time::HiRes qw(time);

# An evaluation's steps are worth 50 ms, its memory is 16 MB.  Some machines are slower, and RE2 and malloc keep more.
my $most_ms = 250;
my $most_kb = 20 * 1024;

my $node = start_server('main');

# What an expression does in a backend of its own: SQLSTATE, message, milliseconds (the best of three, for there may be
# other work on the machine), and by how many kB the most memory that the backend ever had has grown.
$node->safe_psql('postgres', <<'SQL');
	CREATE FUNCTION most_memory() RETURNS int LANGUAGE sql AS $$
		SELECT substring(pg_read_file('/proc/self/status', 0, 10000, true) FROM 'VmHWM:\s+(\d+) kB')::int
	$$;
	CREATE FUNCTION attempt(expression text, request jsonb, steps int, OUT state text, OUT ms numeric, OUT kb int, OUT message text)
	LANGUAGE plpgsql AS $$
	DECLARE
		started timestamptz;
		before int;
	BEGIN
		PERFORM llm_policy_evaluate_expression('["a"].map(x, string(x.matches(x)))', '{}');
		PERFORM set_config('llm_policy.max_rule_steps', steps::text, false);
		before := most_memory();
		FOR i IN 1 .. 3 LOOP
			state := '';
			message := '';
			started := clock_timestamp();
			BEGIN
				PERFORM llm_policy_evaluate_expression(expression, request);
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
			END;
			ms := least(ms, round(extract(milliseconds FROM clock_timestamp() - started), 1));
		END LOOP;
		kb := coalesce(most_memory() - before, -1);
	END $$;
SQL

# Binds s0 to the first text, each further one to the step of the one before, and gives the result.
sub chain
{
	my ($count, $first, $step, $result) = @_;
	my $text = "cel.bind(s0, $first, ";

	for my $i (1 .. $count)
	{
		my $value = $step =~ s/\bs\b/'s' . ($i - 1)/ger;
		$text .= "cel.bind(s$i, $value, ";
	}
	return $text . $result =~ s/\bs\b/s$count/gr . ')' x ($count + 1);
}

# 2^n bytes of "a", and lists of 2^n elements.
sub letters { return chain(shift() - 4, '"aaaaaaaaaaaaaaaa"', 's + s', shift); }

my $limit = 'LP008';
my $error = 'LP007';
my $tens = '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]';
my %hostile = (
	# Texts.
	'a million elements' => [ '[' . '1,' x 1_000_000 . '1]', $limit ],
	'as many elements as fit' => [ '[' . '1,' x 32_000 . '1].size()', '' ],
	'as many keys as fit' => [ '{' . join(',', map { "$_:1" } 1 .. 8_000) . '}.size()', '' ],
	'as many operands as fit' => [ '1' . '+1' x 32_000, $limit ],
	'as many conditions as fit' => [ 'true' . '||x' x 20_000, '' ],
	'as many selections as fit' => [ 'a' . '.a' x 32_000, $limit ],
	'100 000 parentheses' => [ '(' x 100_000, $limit ],
	'30 000 parentheses' => [ '(' x 30_000, $limit ],
	'30 000 brackets' => [ '[' x 30_000, $limit ],
	'60 000 negations' => [ '!' x 60_000 . 'true', $limit ],
	'60 000 minus signs' => [ '-' x 60_000 . '1', $limit ],
	'macros in each other' => [ '[1].map(x, ' x 250 . '1' . ')' x 250, $limit ],
	# Comprehensions.
	'nested comprehensions' => [ "$tens.all(a, " x 12 . 'true' . ')' x 12, $limit ],
	'comprehensions that build' => [ "$tens.map(a, " x 12 . '1' . ')' x 12, $limit ],
	'a comprehension over a range' => [ 'cel.bind(r, lists.range(10000), r.all(x, r.all(y, x >= 0 && y >= 0)))', $limit ],
	'absorbed' => [ 'cel.bind(r, lists.range(10000), r.all(x, r.all(y, true))) && false', $limit ],
	'a million' => [ 'lists.range(1000000)', $limit ],
	'as many as an int counts' => [ 'lists.range(9223372036854775807)', $limit ],
	'keys by the million' => [ 'lists.range(1000000).transformMap(i, v, v)', $limit ],
	'keys by the ten thousand' => [ 'lists.range(20000).transformMap(i, v, v).size()', $limit ],
	'maps by the ten thousand' => [ 'lists.range(20000).map(i, {i: i, string(i): {1: 2, 3: 4}})', $limit ],
	# Strings.
	'string doubling' => [ letters(30, 's.size()'), $limit ],
	'list doubling' => [ chain(24, '[1, 2, 3, 4]', 's + s', 's.size()'), $limit ],
	'replacing by more' => [ chain(12, '"aaaaaaaa"', 's.replace("a", "aaaaaaaa")', 's.size()'), $limit ],
	'replacing nothing' => [ letters(16, 's.replace("", s)'), $limit ],
	'joining' => [ letters(16, 'lists.range(1000).map(i, s).join(s).size()'), $limit ],
	'splitting' => [ letters(19, 's.split("").map(c, c + s)'), $limit ],
	'splitting all' => [ letters(19, 's.split("a").size()'), $limit ],
	'searching' => [ letters(19, 'lists.range(1000).exists(i, s.indexOf(s + "b") == i)'), $limit ],
	'searching backwards' => [ letters(19, 'lists.range(1000).exists(i, s.lastIndexOf("b" + s) == i)'), $limit ],
	'quoting' => [ letters(19, 'lists.range(1000).map(i, strings.quote(s.replace("a", "\\"")))'), $limit ],
	'case' => [ letters(19, 'lists.range(1000).map(i, s.upperAscii().reverse())'), $limit ],
	'base64' => [ letters(19, 'lists.range(1000).map(i, base64.encode(bytes(s)))'), $limit ],
	'comparing' => [ letters(19, 'lists.range(1000).all(i, s + "a" != s + "b")'), $limit ],
	'huge precision' => [ '"%.1000000000f".format([1.0])', $error ],
	'much precision' => [ 'lists.range(10000).map(i, "%.1000f".format([1.0 / 3.0]))', $limit ],
	'many clauses' => [ letters(16, 's.replace("a", "%s").format(lists.range(65536).map(i, s))'), $limit ],
	'a list as text' => [ 'cel.bind(r, lists.range(5000), r.map(i, "%s".format([r])))', $limit ],
	# Order and equality.
	'sorting' => [ 'lists.range(1000000).map(i, -i).sort()', $limit ],
	'sorting as many as can be' => [ 'lists.range(20000).sort().map(i, -i).sort().size()', $limit ],
	'sorting long strings' => [ letters(12, 'lists.range(2000).map(i, s + string(i)).sort().size()'), $limit ],
	'distinct' => [ 'lists.range(8000).map(i, [i]).distinct().size()', $limit ],
	'sets' => [ 'cel.bind(r, lists.range(8000), sets.equivalent(r.map(i, [i]), r.map(i, [-i])))', $limit ],
	'memberships' => [ 'cel.bind(r, lists.range(8000), r.filter(x, -x in r).size())', $limit ],
	'a value of shared parts is equal' => [ chain(40, '[1]', '[s, s]', 's == s'), $limit ],
	'a value of shared parts as JSON' => [ chain(40, '[1]', '[s, s]', 's'), $limit ],
	'a value of shared parts as text' => [ chain(40, '[1]', '[s, s]', '"%s".format([s])'), $limit ],
	'flattened' => [ chain(40, '[1]', '[s, s]', 's.flatten(100).size()'), $limit ],
	# Regexes.
	'a regex of the request' => [ 't.matches(p)', $error, '{"t": "a", "p": "((((.{999}){9}){9}){9}){9}"}' ],
	'a regex of 64 KB' => [ letters(16, 's.matches(s)'), $error ],
	'a regex over 8 MB' => [ letters(22, 's.matches("(a|aa)+$")'), $limit ],
	'many regexes' => [ 'lists.range(20000).exists(i, "b".matches("a{100}" + string(i)))', $limit ],
	'many large regexes' => [ 'lists.range(20000).exists(i, "b".matches("(?i)\\\\pL{30}" + string(i)))', $limit ],
	# What is dear in small things.
	'time zones' => [ 'lists.range(20000).map(i, now().getHours("Europe/Berlin"))', $limit ],
	'times as text' => [ 'lists.range(20000).map(i, string(now()))', $limit ],
	'times of text' => [ 'lists.range(20000).map(i, timestamp("2026-06-01T12:00:00.123456789Z"))', $limit ],
	'doubles as text' => [ 'lists.range(20000).map(i, string(double(i) / 3.0))', $limit ],
	'doubles of text' => [ 'lists.range(20000).map(i, double("2.2250738585072011e-308"))', $limit ],
	'addresses' => [ 'lists.range(20000).map(i, cidr("fe80::/10").containsIP(ip("fe80::1")))', $limit ],
	'errors' => [ 'lists.range(20000).map(i, [1, 2].exists(x, 1 / (i - i) == x) || true)', $limit ],
);

# Once with the steps of a rule, once with those of a whole evaluation.
for my $steps (100_000, 1_000_000)
{
	my ($slowest, $largest) = (0, 0);

	for my $name (sort keys %hostile)
	{
		my ($expression, $expected, $request) = @{ $hostile{$name} };
		my $arguments = join(', ', literal($expression), literal($request // '{}'), $steps);
		my ($state, $ms, $kb, $message) = split /\|/, $node->safe_psql('postgres',
			"SELECT state, ms, kb, left(message, 200) FROM attempt($arguments)"), 4;

		is($state, $expected, "$name: SQLSTATE") if $steps == 100_000;
		cmp_ok($ms, '<', $most_ms, "$name with $steps steps: milliseconds");
		cmp_ok($kb, '<', $most_kb, "$name with $steps steps: kB");
		note("$name: $state, $ms ms, $kb kB: $message");
		$slowest = $ms if $ms > $slowest;
		$largest = $kb if $kb > $largest;
	}
	note("$steps steps: at most $slowest ms, $largest kB");
}

# --- Cancel and statement_timeout ---------------------------------------------------------------------------

# More than a day of work, if it may.
my $long = 'cel.bind(r, lists.range(30000), r.all(x, r.all(y, r.all(z, true))))';
$node->safe_psql('postgres',
	'SELECT llm_policy_apply(' . literal("{metadata: {name: Long, namespace: long}, rules: [{id: r, when: '$long', action: {decision: deny}}]}") . ')');
for (
	[ 'told', "{decision: deny, reason: 'x {{ $long }}'}" ],
	[ 'changed', "{decision: modify, modifications: {a: '{{ $long }}'}}" ])
{
	my ($namespace, $action) = @$_;

	$node->safe_psql('postgres', 'SELECT llm_policy_apply('
			. literal("{metadata: {name: Long, namespace: $namespace}, rules: [{id: r, when: 'true', action: $action}]}") . ')');
}
my %statements = (
	'an expression' => 'SELECT llm_policy_evaluate_expression(' . literal($long) . ", '{}')",
	'a rule' => q{SELECT llm_policy_evaluate('{}', 'long')},
	'a template of a reason' => q{SELECT llm_policy_evaluate('{}', 'told')},
	'a template of a modification' => q{SELECT llm_policy_evaluate('{}', 'changed')},
);
my $session = $node->background_psql('postgres', on_error_stop => 0);
my $other = $node->background_psql('postgres');
my $pid = $session->query_safe('SELECT pg_backend_pid()');

sub ms_since { return int((time - shift) * 1000); }

is($session->query_safe(q{SELECT llm_policy_simulate('{}', 'long') ->> 'reasonCode'}), 'limit', 'it has too many steps');
$session->query_safe("SET llm_policy.$_ = 2147483647") for 'max_rule_steps', 'max_evaluation_steps';
for my $name (sort keys %statements)
{
	my @late;

	$session->query_safe("SET statement_timeout = '100ms'");
	for (1 .. 3)
	{
		my $started = time;

		$session->{stderr} = '';
		$session->query($statements{$name});
		push @late, ms_since($started) - 100;
		like($session->{stderr}, qr/canceling statement due to statement timeout/, "$name: statement_timeout ends it");
	}
	cmp_ok(min(@late), '<', 100, "$name: soon");
	$session->{stderr} = '';
	$session->query_safe('RESET statement_timeout');
	note("$name: @late ms after its time");

	@late = ();
	for (1 .. 3)
	{
		ask($session, $statements{$name});
		$node->poll_query_until('postgres',
			"SELECT state = 'active' AND query ~ 'llm_policy_eval' FROM pg_stat_activity WHERE pid = $pid") or die;
		my $asked = time;
		$other->query_safe("SELECT pg_cancel_backend($pid)");
		answer($session);
		push @late, ms_since($asked);
		like($session->{stderr}, qr/canceling statement due to user request/, "$name: a cancel request ends it");
		$session->{stderr} = '';
	}
	cmp_ok(min(@late), '<', 100, "$name: soon");
	note("$name: @late ms after the cancel request");
	is($session->query_safe(q{SELECT llm_policy_evaluate_expression('1 + 1', '{}')}), '2', 'the session lives on');
}
is($session->query_safe('SELECT count(*) FROM llm_policy.evaluations'), '0', 'and nothing was recorded');
$_->quit for $session, $other;

$node->stop;
done_testing();
