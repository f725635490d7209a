# A standby decides by what it has replayed, writes to its log what it cannot write to the table, and records again
# once it is promoted.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = start_server('primary');

$primary->safe_psql('postgres', apply_models('allow'));
$primary->backup('base');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

my $session = $standby->background_psql('postgres', on_error_stop => 0);
is($session->query_safe(simulate_opus()), 'allow', 'simulate decides on a standby');
is($session->query_safe('SELECT llm_policy_allowed(' . opus() . ')'), 't', 'allowed too');

# Data and functions of the database as well.
$primary->safe_psql('postgres', <<'SQL');
	CREATE TABLE budgets (team text, spent int);
	INSERT INTO budgets VALUES ('red', 5);
	SELECT llm_policy_register_data('budget', 'SELECT spent FROM public.budgets WHERE team = $1');
	SELECT llm_policy_register_function('doubled', 'pg_catalog.int8mul(int8, int8)');
	SELECT llm_policy_apply('{metadata: {name: Data, namespace: teams}, data: {b: {source: budget, args: [team]}},
		rules: [{id: r, when: "custom.doubled(data.b.spent, 2) == 10", action: {decision: deny}}]}');
SQL
$primary->wait_for_catchup($standby);
my $by_data = q{SELECT llm_policy_simulate('{"team": "red"}', namespace => 'teams') ->> 'decision'};
is($session->query_safe($by_data), 'deny', 'a standby reads data');
$primary->safe_psql('postgres', 'UPDATE budgets SET spent = 6');
$primary->wait_for_catchup($standby);
is($session->query_safe($by_data), 'allow', 'as it has replayed them');

my $offset = -s $standby->logfile;
my $decision = decision($standby, 'SELECT llm_policy_evaluate(' . opus(requestId => 'on-standby') . ')');
is($decision->{decision}, 'allow', 'evaluate decides on a standby');
is($decision->{audited}, 'log', 'the decision says that its record is in the log');
my ($entry) = grep { $_->{id} eq $decision->{decisionId} } log_entries($standby, $offset);
is($entry->{request_id}, 'on-standby', 'the record is in the log');
is($entry->{decision}, 'allow', 'with the decision');

# A transaction with a snapshot of before keeps its policies; the others follow what is replayed.
my $snapshot = $standby->background_psql('postgres', on_error_stop => 0);
$snapshot->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
is($snapshot->query_safe(simulate_opus()), 'allow', 'decision in REPEATABLE READ');
$session->query_safe('BEGIN');
is($session->query_safe(evaluate_opus()), 'allow', 'decision in an open transaction');

$primary->safe_psql('postgres', apply_models('deny'));
$primary->wait_for_catchup($standby);
is($session->query_safe(simulate_opus()), 'deny', 'the open transaction sees the change once it is replayed');
is($standby->safe_psql('postgres', evaluate_opus()), 'deny', 'a new session too');
is($snapshot->query_safe(simulate_opus()), 'allow', 'REPEATABLE READ decides by its snapshot');
$_->query_safe('COMMIT') for $session, $snapshot;
is($snapshot->query_safe(simulate_opus()), 'deny', 'until it ends');

# What is never committed on the primary is never seen, replayed or not.
my $author = $primary->background_psql('postgres', on_error_stop => 0);
$author->query_safe('BEGIN;' . apply_models('warn'));
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
is($session->query_safe(simulate_opus()), 'deny', 'a change that is not committed does not count');
$author->query_safe('ROLLBACK');
$author->quit;
$primary->wait_for_catchup($standby);
is($session->query_safe(simulate_opus()), 'deny', 'nor one that is rolled back');

# Where every decision has to be recorded, there is none that cannot be.
my ($sqlstate, undef, $stderr) =
  sqlstate_and_output($standby, "SET llm_policy.unaudited = deny; " . evaluate_opus());
is($sqlstate, 'LP004', 'unaudited = deny refuses to decide without a record');
like($stderr, qr/HINT:/, 'and says what to do about it');
is($standby->safe_psql('postgres', "SET llm_policy.unaudited = deny; " . simulate_opus()),
	'deny', 'simulate records nothing and is not concerned');
is((sqlstate_and_output($standby, apply_models('warn')))[0], '25006', 'policies cannot be changed on a standby');
is((sqlstate_and_output($standby, 'SELECT llm_policy_maintain()'))[0], '25006', 'nor partitions be made');

$snapshot->quit;
$standby->promote;
$decision = decision($standby, 'SELECT llm_policy_evaluate(' . opus() . ')');
is($decision->{audited}, 1, 'once promoted it records in the table');
is($standby->safe_psql('postgres', "SELECT decision FROM llm_policy.evaluations WHERE id = '$decision->{decisionId}'"),
	'deny', 'the row is there');
is($session->query_safe(apply_models('warn') . ';' . evaluate_opus()),
	"updated\nwarn", 'a session from before goes on with the new rights');
$session->quit;

$_->stop for $standby, $primary;
done_testing();
