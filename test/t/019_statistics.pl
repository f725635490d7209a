# Counters of the server: nothing is lost or counted twice while backends come and go, work in parallel, are
# terminated or killed; and without preload those of the session.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run qw(start);
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('counting', "shared_preload_libraries = 'llm_policy'", 'restart_after_crash = on',
	'max_connections = 20', 'max_parallel_workers_per_gather = 2', 'parallel_setup_cost = 0',
	'parallel_tuple_cost = 0', 'min_parallel_table_scan_size = 0');
my $allowed = 'SELECT llm_policy_allowed(' . opus() . ')';
my $simulations = q{SELECT sum(value) FROM llm_policy.statistics WHERE name = 'llm_policy_simulations_total'};
my $evaluations = q{SELECT sum(value) FROM llm_policy.statistics WHERE name = 'llm_policy_evaluations_total'};

$node->safe_psql('postgres', apply_models('deny'));
$node->safe_psql('postgres', <<'SQL');
	CREATE TABLE requests AS
		SELECT jsonb_build_object('llm', jsonb_build_object('model', CASE WHEN n % 3 = 0 THEN 'opus' ELSE 'haiku' END)) AS body
		FROM generate_series(1, 6000) AS n;
	ANALYZE requests;
SQL

sub sql { return $node->safe_psql('postgres', shift); }
sub session { return $node->background_psql('postgres', on_error_stop => 0); }

sub wait_for_end_of
{
	my ($pid) = @_;

	$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)")
	  or die "backend $pid does not end";
	return;
}

# Eight clients, a new backend for each of their transactions of three simulations and an evaluation.
my $script = "$PostgreSQL::Test::Utils::tmp_check/statistics.sql";
append_to_file($script, "BEGIN;\n" . "$allowed;\n" x 3 . 'SELECT llm_policy_evaluate(' . opus() . ");\nROLLBACK;\n");

# Runs SQL while they come and go.
sub meanwhile
{
	my ($sql) = @_;
	my $output = '';
	my $clients = start(
		[ 'pgbench', '--no-vacuum', '--connect', '--client=8', '--transactions=50', "--file=$script",
			$node->connstr('postgres') ], '>&', \$output);
	my $answer = sql($sql);

	ok($clients->finish, 'every client came to its end') or diag($output);
	return $answer;
}

# --- Backends that come and go ------------------------------------------------------------------------------

sql('SELECT llm_policy_statistics_reset()');
meanwhile(<<"SQL");
	DO \$\$
	DECLARE
		seen numeric := 0;
		was numeric;
	BEGIN
		WHILE seen < 1200 LOOP
			was := seen;
			seen := ($simulations);
			ASSERT seen >= was, format('%s after %s', seen, was);
		END LOOP;
	END \$\$
SQL
is(sql($simulations), 1200, 'the sum never falls, and is exact at the end');
is(sql($evaluations), 400, 'evaluations too, although all were rolled back');
is(sql('SELECT max(cumulative) FROM llm_policy.statistics_latency'), 400, 'and their times');
is(sql("SELECT value FROM llm_policy.statistics WHERE labels = '{\"outcome\": \"table\"}'"), 400, 'and their records');
is(sql("SELECT sum(value) FROM llm_policy.statistics WHERE name LIKE 'llm_policy_programs%'"),
	400, 'each of the backends looked for its program once');

meanwhile(<<"SQL");
	DO \$\$
	DECLARE
		seen numeric;
	BEGIN
		FOR i IN 1 .. 1000 LOOP
			seen := ($simulations);
			ASSERT seen BETWEEN 0 AND 1200, seen;
			PERFORM llm_policy_statistics_reset();
		END LOOP;
	END \$\$
SQL
cmp_ok(sql($simulations), '<=', 1200, 'a reset in the midst of it never leaves more than there was, nor less than nothing');

# --- Parallel workers ---------------------------------------------------------------------------------------

{
	my $session = session();
	my $query = 'SELECT count(*) FROM requests WHERE llm_policy_allowed(body)';
	my $before = sql($simulations);

	like($session->query_safe("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $query"), qr/Workers Launched: 2/, 'in parallel');
	is(sql($simulations) - $before, 6000, 'each row is counted once, whoever decided about it');
	$session->quit;
}

# --- Ends that nobody planned -------------------------------------------------------------------------------

{
	my ($session, $reader) = (session(), session());
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	my $before = $reader->query_safe($simulations);

	$session->query_safe("BEGIN; $allowed");
	is($reader->query_safe($simulations) - $before, 1, 'seen while the transaction is open');
	sql("SELECT pg_terminate_backend($pid)");
	wait_for_end_of($pid);
	is($reader->query_safe($simulations) - $before, 1, 'and after its backend was terminated');
	eval { $session->quit };
	$reader->quit;
}

{
	$node->safe_psql('postgres', 'CREATE DATABASE other');
	$node->safe_psql('other', "CREATE EXTENSION llm_policy; $allowed");
	is($node->safe_psql('other', $simulations), sql($simulations), 'databases count together');
}

{
	my $killed = session();
	my $pid = $killed->query_safe('SELECT pg_backend_pid()');
	my $since = sql('SELECT DISTINCT since FROM llm_policy.statistics');

	$killed->query_safe($allowed);
	kill 'KILL', $pid;
	$node->poll_query_until('postgres', "SELECT bool_and(since > '$since') FROM llm_policy.statistics")
	  or die 'the server does not start over';
	is(sql($simulations), 0, 'a crash takes the counters to zero, and they say since when');
	is(sql("$allowed; $simulations"), "f\n1", 'and they count again');
	eval { $killed->quit };
}

# --- Without shared programs, and without preload -----------------------------------------------------------

$node->append_conf('postgresql.conf', 'llm_policy.cache_size = 0');
$node->restart;
sql($allowed) for 1 .. 3;
is(sql("SELECT DISTINCT scope FROM llm_policy.statistics; $simulations"), "server\n3", 'cache_size = 0: still the server\'s');

$node->adjust_conf('postgresql.conf', $_, undef) for 'llm_policy.cache_size', 'shared_preload_libraries';
$node->restart;
{
	my ($one, $two) = (session(), session());

	$one->query_safe($allowed) for 1 .. 3;
	$two->query_safe($allowed);
	is($one->query_safe($simulations), 3, 'without preload a session sees its own');
	is($two->query_safe($simulations), 1, 'another one its own');
	is($one->query_safe('SELECT DISTINCT scope FROM llm_policy.statistics'), 'session', 'and is told so');
	$one->query_safe('SELECT llm_policy_statistics_reset()');
	is($one->query_safe($simulations), 0, 'a reset is one of the session');
	is($two->query_safe($simulations), 1, 'and of no other');
	$one->query_safe('SET parallel_leader_participation = off; SELECT count(*) FROM requests WHERE llm_policy_allowed(body)');
	is($one->query_safe($simulations), 0, 'what its parallel workers do is not its own');
	$_->quit for $one, $two;
}

$node->stop;
done_testing();
