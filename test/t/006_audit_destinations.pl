# Where a decision is recorded: table, log, both, or neither; and what is left when the transaction is rolled back
# or cannot write.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('main');
my $offset;

sub evaluate
{
	my ($settings, %request) = @_;

	$offset = -s $node->logfile;
	return decision($node, $settings . 'SELECT llm_policy_evaluate(' . opus(%request) . ')');
}

sub rows_of
{
	my ($decision) = @_;

	return $node->safe_psql('postgres',
		"SELECT decision FROM llm_policy.evaluations WHERE id = '$decision->{decisionId}'");
}

sub logged
{
	my ($decision) = @_;

	return grep { $_->{id} eq $decision->{decisionId} } log_entries($node, $offset);
}

$node->safe_psql('postgres', apply_models('deny'));

# audit = both, rolled back: the row is gone, the denial stays provable.
{
	my $decision = evaluate("SET llm_policy.audit = 'both'; BEGIN; ", requestId => 'rolled-back');
	my ($entry, @more) = logged($decision);

	is($decision->{decision}, 'deny', 'a denial in a transaction that is rolled back');
	is($decision->{audited}, 1, 'it says that it is recorded');
	is(rows_of($decision), '', 'its row is gone');
	ok($entry, 'it is in the log, found by the id that the caller was given');
	is(scalar(@more), 0, 'once');
	is($entry->{decision}, 'deny', 'the log says what was decided');
	is($entry->{policy_set}, $decision->{policySet}, 'by which policies');
	is($entry->{request_id}, 'rolled-back', 'and about which request');
}
{
	my $decision = evaluate("SET llm_policy.audit = 'both'; ");

	is(rows_of($decision), 'deny', 'both: a denial that is committed is in the table');
	is(scalar(logged($decision)), 1, 'both: and in the log');
}

# The other destinations.
for my $case (
	# audit, verdict, audited, rows, lines of the log
	[ 'table', 'deny', 1, 'deny', 0 ], [ 'table', 'allow', 1, 'allow', 0 ],
	[ 'log', 'deny', 'log', '', 1 ], [ 'log', 'allow', 'log', '', 1 ],
	[ 'both', 'allow', 1, 'allow', 0 ], [ 'both', 'warn', 1, 'warn', 1 ],
	[ 'off', 'deny', 0, '', 0 ], [ 'off', 'allow', 0, '', 0 ])
{
	my ($audit, $verdict, $audited, $row, $lines) = @$case;

	$node->safe_psql('postgres', apply_models($verdict));
	my $decision = evaluate("SET llm_policy.audit = '$audit'; ");
	is($decision->{decision}, $verdict, "audit = $audit: $verdict");
	is($decision->{audited}, $audited, "audit = $audit: $verdict says whether it is audited");
	is(rows_of($decision), $row, "audit = $audit: $verdict in the table");
	is(scalar(logged($decision)), $lines, "audit = $audit: $verdict in the log");
}

# What the request contains does not break a line of the log, nor add one.
{
	$node->safe_psql('postgres', apply_models('deny'));
	my $forged = "x\nLOG:  llm_policy {\"id\": \"forged\"}\r\t\x{7f}\"\\";
	my $decision = evaluate("SET llm_policy.audit = 'both'; ", requestId => $forged);
	my ($entry) = logged($decision);

	is($entry->{request_id}, $forged, 'signs of all kinds survive the log');
	is(scalar(grep { $_->{id} eq 'forged' } log_entries($node, $offset)), 0, 'and forge nothing');
}

# Where no row can be written.
{
	my $decision = evaluate('BEGIN READ ONLY; ');
	is($decision->{decision}, 'deny', 'a read-only transaction gets a decision');
	is($decision->{audited}, 'log', 'which says that it is in the log');
	is(scalar(logged($decision)), 1, 'where it is');

	$decision = evaluate('SET default_transaction_read_only = on; ');
	is($decision->{audited}, 'log', 'likewise by default_transaction_read_only');

	my ($sqlstate, undef, $stderr) = sqlstate_and_output($node,
		"SET llm_policy.unaudited = 'deny'; BEGIN READ ONLY; " . evaluate_opus());
	is($sqlstate, 'LP004', 'unaudited = deny: no decision without a row');
	is($node->safe_psql('postgres', "SET llm_policy.unaudited = 'deny'; " . evaluate_opus()),
		'deny', 'unaudited = deny: a row that can be written is enough');
	is((sqlstate_and_output($node, 'BEGIN READ ONLY; ' . apply_models('warn')))[0],
		'25006', 'policies cannot be changed in a read-only transaction');
	is($node->safe_psql('postgres', 'BEGIN READ ONLY; ' . simulate_opus()), 'deny', 'simulate needs no row');
}

# The log is the administrator's: no setting of the caller's decides whether the record gets there.
{
	$node->safe_psql('postgres', <<'SQL');
		CREATE ROLE llm_policy_test_caller LOGIN;
		SELECT llm_policy_grant('llm_policy_test_caller', 'evaluator');
SQL
	my @as_caller = (params => [ '--username', 'llm_policy_test_caller' ]);
	$node->append_conf('postgresql.conf', "llm_policy.audit = 'both'");
	$node->reload;
	$node->poll_query_until('postgres', "SELECT current_setting('llm_policy.audit', true) = 'both'");
	$offset = -s $node->logfile;
	my ($sqlstate, $stdout) = sqlstate_and_output($node, <<"SQL", @as_caller);
		SET client_min_messages = 'error';
		SELECT llm_policy_evaluate(${\opus()}) ->> 'decisionId';
SQL
	is($sqlstate, '', 'an evaluator evaluates');
	is(scalar(grep { $_->{id} eq $stdout } log_entries($node, $offset)), 1, 'client_min_messages hides nothing');
}

$node->stop;
done_testing();
