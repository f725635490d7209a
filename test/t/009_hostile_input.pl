# Hostile policies and requests: each costs little, and a long evaluation can be cancelled.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use List::Util qw(min);

my $node = start_server('main');

# What a command does: SQLSTATE, message, milliseconds (the best of three, for there may be other work on the machine).
$node->safe_psql('postgres', <<'SQL');
	CREATE FUNCTION attempt(command text, OUT state text, OUT message text, OUT detail text, OUT ms numeric)
	LANGUAGE plpgsql AS $$
	DECLARE
		started timestamptz;
	BEGIN
		FOR i IN 1 .. 3 LOOP
			state := ''; message := ''; detail := '';
			started := clock_timestamp();
			BEGIN
				EXECUTE command;
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
			END;
			ms := least(ms, round(extract(milliseconds FROM clock_timestamp() - started), 1));
		END LOOP;
	END $$;
	CREATE TABLE hostile (name text PRIMARY KEY, content text NOT NULL);
SQL

sub attempt
{
	my ($command) = @_;

	return split /\|/, $node->safe_psql('postgres',
		'SELECT state, ms, left(message, 200) FROM attempt(' . literal($command) . ')'), 3;
}

my $rule = '{id: r, condition: {operator: exists, field: a}, action: {decision: deny}}';

# Texts, made in the server: too much of anything.
my %texts = (
	'10 MB of policy' => [ "'metadata: {name: x}' || E'\\nrules: []\\n#' || repeat('x', 10 << 20)", '54000' ],
	'10 MB of nothing' => [ "repeat(' ', 10 << 20)", '54000' ],
	'100 000 lists in each other' => [ "repeat('[', 100000)", '54000' ],
	'100 000 maps in each other' => [ "repeat('{a: ', 100000)", '54000' ],
	'100 000 JSON objects in each other' => [ qq{repeat('{"a":', 100000) || '1' || repeat('}', 100000)}, '54000' ],
	'lists in each other by dashes' => [ "repeat('- ', 100000)", '54000' ],
	'maps in each other by indentation' =>
	  [ "(SELECT string_agg(repeat(' ', i) || 'a:', E'\\n' ORDER BY i) FROM generate_series(0, 999) i)", '54000' ],
	'conditions in each other' => [
		"'metadata: {name: x}' || E'\\nrules: [{id: r, action: {decision: deny}, condition: '"
		  . " || repeat('{operator: not, conditions: [', 50000)", '54000' ],
	'an alias bomb' => [
		"E'a0: &a0 [x, x, x, x, x, x, x, x, x]\\n' || (SELECT string_agg(format('a%s: &a%s [%s]', i, i, "
		  . "rtrim(repeat('*a' || i - 1 || ', ', 9), ', ')), E'\\n' ORDER BY i) FROM generate_series(1, 30) i)", '54000' ],
	'an alias of itself' => [ "'metadata: &m {name: x, self: *m}'", 'LP001' ],
	'100 000 anchors' => [ "(SELECT string_agg(format('- &a%s x', i), E'\\n') FROM generate_series(1, 100000) i)", '54000' ],
	'100 000 documents' => [ "repeat(E'---\\nx\\n', 100000)", '54000' ],
	'10 000 unknown keys' => [ "(SELECT string_agg(format('k%s: 1', i), E'\\n') FROM generate_series(1, 10000) i)", 'LP001' ],
	'the same key 10 000 times' => [ "repeat(E'metadata: {name: x}\\n', 10000)", 'LP001' ],
	'NUL in JSON' => [ q{'{"metadata": {"name": "a\u0000b"}, "rules": []}'}, 'LP001' ],
	'half of a surrogate pair' => [ q{'{"metadata": {"name": "a\ud83d"}, "rules": []}'}, 'LP001' ],
	'a number of 100 000 digits' => [ "'metadata: {name: x, priority: ' || repeat('9', 100000) || '}'", 'LP001' ],
	'an id of 1 MB' => [ "'metadata: {name: x, id: ' || repeat('x', 1 << 20) || '}' || E'\\nrules: []'", qr/^(LP001|54000)$/ ],
	'a path of 100 000 steps' => [
		"'metadata: {name: x}' || E'\\nrules: [{id: r, action: {decision: deny}, condition: {operator: exists, field: a'"
		  . " || repeat('.a', 100000) || '}}]'", 'LP001' ],
);

for my $name (sort keys %texts)
{
	my ($text, $expected) = @{ $texts{$name} };

	$node->safe_psql('postgres', 'INSERT INTO hostile VALUES (' . literal($name) . ", $text)");
	my ($state, $ms, $message) =
	  attempt("SELECT llm_policy_apply(content) FROM hostile WHERE name = " . literal($name));
	like($state, ref $expected ? $expected : qr/^$expected$/, "$name: SQLSTATE");
	cmp_ok($ms, '<', 100, "$name: milliseconds");
	note("$name: $ms ms: $message");

	($state, $ms) = attempt("SELECT llm_policy_validate(content) FROM hostile WHERE name = " . literal($name));
	is($state, '', "$name: validate reports it and raises nothing");
	cmp_ok($ms, '<', 100, "$name: milliseconds of validate");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM llm_policy.policy_revisions'), 0, 'none of them left anything');

# Regexes: linear time, or refused at once.
sub regex_policy
{
	my ($name, $pattern) = @_;

	return 'SELECT llm_policy_apply(' . literal(<<"YAML") . ", namespace => 'regex')";
metadata: {name: $name}
rules:
  - {id: r, condition: {operator: matches, field: text, value: '$pattern'}, action: {decision: deny}}
YAML
}

my %patterns = (
	'(a+)+$' => '', '(a|aa)+$' => '', '(.*)*x' => '', '^(([a-z])+.)+[A-Z]([a-z])+$' => '',
	'(x+x+)+y' => '', 'a{0,50}a{0,50}a{0,50}b' => '',
	'[^x]{1,200}y\pL{1,50}' => 'LP001', '(\pL{1,30}\s){20}' => 'LP001', '((a{1,100}){1,100}){1,100}' => 'LP001',
	'(((((.{999}){9}){9}){9}){9}' => 'LP001', '\pL{1000}\pL{1000}' => 'LP001');
for my $pattern (sort keys %patterns)
{
	my ($state, $ms) = attempt(regex_policy('Regex', $pattern));

	is($state, $patterns{$pattern}, "$pattern: " . ($patterns{$pattern} ? 'is refused' : 'is accepted'));
	cmp_ok($ms, '<', 100, "$pattern: milliseconds to store it");
	next if $state;
	for my $text ("repeat('a', 100000) || '!'", "repeat('x', 100000)", "repeat('aA', 50000)")
	{
		($state, $ms) =
		  attempt("SELECT llm_policy_simulate(jsonb_build_object('text', $text), namespace => 'regex')");
		is($state, '', "$pattern: $text");
		cmp_ok($ms, '<', 50, "$pattern: milliseconds for $text");
	}
}

# Requests.
$node->safe_psql('postgres', apply_models('deny'));
my %requests = (
	'6 000 lists in each other' => [ "(repeat('[', 6000) || repeat(']', 6000))", '22023' ],
	'6 000 objects in each other' => [ qq{(repeat('{"a":', 6000) || '1' || repeat('}', 6000))}, '' ],
	'a million keys' => [ q{(SELECT json_object_agg('k' || i, i) FROM generate_series(1, 100000) i)}, '' ],
	'20 MB of prompt' => [ q{jsonb_build_object('llm', jsonb_build_object('prompt', repeat('x', 20 << 20)))}, '54000' ],
);
for my $name (sort keys %requests)
{
	my ($request, $expected) = @{ $requests{$name} };

	$node->safe_psql('postgres', "DROP TABLE IF EXISTS request; CREATE TABLE request AS SELECT $request\::jsonb AS body");
	my ($state, $ms, $message) = attempt('SELECT llm_policy_evaluate(body) FROM request');
	is($state, $expected, "$name: SQLSTATE");
	cmp_ok($ms, '<', 500, "$name: milliseconds");
	note("$name: $ms ms: $message");
}
is($node->safe_psql('postgres', evaluate_opus()), 'deny', 'decisions go on');

# An evaluation that would take a quarter of a minute ends when it is told to: 3 200 regexes over 3.6 MB of text.
$node->safe_psql('postgres', <<'SQL');
	SELECT count(*) FROM (SELECT llm_policy_apply(format(
		E'metadata: {name: Slow %s, namespace: slow}\nrules: [%s]', p,
		(SELECT string_agg(format('{id: r%s, action: {decision: warn}, condition: '
			'{operator: matches, field: text, value: "[a-q][^u-z]{5}x%s"}}', i, i), ', ')
		 FROM generate_series(1, 400) i))) FROM generate_series(1, 8) p) applied;
	CREATE TABLE long AS SELECT jsonb_build_object('text', repeat('abcdefghijklmnopqr', 200000)) AS body;
SQL
my $slow = "SELECT llm_policy_simulate(body, namespace => 'slow') FROM long";
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');

	$session->query_safe("SET statement_timeout = '100ms'");
	my $started = time;
	$session->query($slow);
	like($session->{stderr}, qr/canceling statement due to statement timeout/, 'statement_timeout works inside an evaluation');
	cmp_ok(time - $started, '<', 5, 'and at once');
	$session->{stderr} = '';
	$session->query_safe('RESET statement_timeout');
	is($session->query_safe(evaluate_opus()), 'deny', 'the session lives on');

	$session->query_until(qr/started/, "\\echo started\n$slow;\n");
	$node->poll_query_until('postgres', <<"SQL");
		SELECT state = 'active' AND query LIKE '%slow%' FROM pg_stat_activity WHERE pid = $pid
SQL
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
	ok($node->poll_query_until('postgres', "SELECT state = 'idle' FROM pg_stat_activity WHERE pid = $pid"),
		'a cancel request works too');
	$session->query('SELECT 1');
	like($session->{stderr}, qr/canceling statement due to user request/, 'and is what ended it');
	$session->{stderr} = '';

	$session->query_until(qr/started/, "\\echo started\n$slow;\n");
	$node->poll_query_until('postgres', <<"SQL");
		SELECT state = 'active' AND query LIKE '%slow%' FROM pg_stat_activity WHERE pid = $pid
SQL
	$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
	ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid"),
		'a session can be ended in the middle of an evaluation');
	eval { $session->quit };
}
is($node->safe_psql('postgres', evaluate_opus()), 'deny', 'the server is well');

$node->stop;
done_testing();
