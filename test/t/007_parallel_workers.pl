# Parallel workers decide as their leader does: by its snapshot, its own changes included.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('main', 'max_parallel_workers_per_gather = 2', 'max_parallel_workers = 4');

$node->safe_psql('postgres', apply_models('deny'));
$node->safe_psql('postgres', <<'SQL');
	CREATE TABLE requests AS
		SELECT n, jsonb_build_object('requestId', n::text, 'llm',
			jsonb_build_object('model', CASE WHEN n % 3 = 0 THEN 'opus' ELSE 'haiku' END)) AS body
		FROM generate_series(1, 6000) AS n;
	ANALYZE requests;
	ALTER DATABASE postgres SET parallel_setup_cost = 0;
	ALTER DATABASE postgres SET parallel_tuple_cost = 0;
	ALTER DATABASE postgres SET min_parallel_table_scan_size = 0;
SQL

my $histogram = <<'SQL';
	SELECT llm_policy_simulate(body) ->> 'decision' AS decision, count(*) FROM requests GROUP BY 1 ORDER BY 1
SQL
my $session = $node->background_psql('postgres', on_error_stop => 0);

sub workers
{
	my ($query) = @_;
	my $plan = $session->query_safe("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $query");

	return $plan =~ /Workers Launched: (\d+)/ ? $1 : "none:\n$plan";
}

sub serially
{
	my ($query) = @_;

	return $node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; $query");
}

is(workers($histogram), 2, 'simulate runs in parallel workers');
is(workers('SELECT count(*) FROM requests WHERE llm_policy_allowed(body)'), 2, 'allowed too');
is($session->query_safe($histogram), "allow|4000\ndeny|2000", 'decisions of parallel workers');
is(serially($histogram), "allow|4000\ndeny|2000", 'they are those of a serial plan');
is($session->query_safe('SELECT count(*) FROM requests WHERE llm_policy_allowed(body)'), 4000, 'likewise allowed');

my $sets = q{SELECT count(DISTINCT llm_policy_simulate(body) ->> 'policySet') FROM requests};
is($session->query_safe($sets), 1, 'one statement decides by one set');

# The worker sees what the leader has changed and not committed, and what the leader has undone.
$session->query_safe('BEGIN; SAVEPOINT a;' . apply_models('warn'));
is($session->query_safe($histogram), "allow|4000\nwarn|2000", "the leader's own change");
$session->query_safe('SAVEPOINT b; SELECT llm_policy_delete(\'models\')');
is($session->query_safe($histogram), 'allow|6000', 'another one in a subtransaction');
$session->query_safe('ROLLBACK TO b');
is($session->query_safe($histogram), "allow|4000\nwarn|2000", 'undone');
$node->safe_psql('postgres', 'CREATE TABLE unrelated ()');
$session->query_safe('ROLLBACK TO a');
is($session->query_safe($histogram), "allow|4000\ndeny|2000", 'all undone');
$session->query_safe('COMMIT');

# The workers' caller, settings and rights are the leader's.
$session->query_safe(<<"SQL");
	CREATE ROLE llm_policy_test_caller;
	GRANT SELECT ON requests TO llm_policy_test_caller;
	${\apply_models('warn', 'acme')};
	SELECT llm_policy_grant('llm_policy_test_caller', 'evaluator', 'acme');
	SET ROLE llm_policy_test_caller;
	SET llm_policy.namespace = 'acme';
SQL
is($session->query_safe($histogram), "allow|4000\ndeny|2000", 'the namespace of the setting');
is(workers($histogram), 2, 'in workers');
$session->query_safe("RESET ROLE; SELECT llm_policy_delete('models')");
is($session->query_safe('SET ROLE llm_policy_test_caller;' . $histogram), "allow|4000\nwarn|2000", 'the set of its scope');
$session->query_safe("SET llm_policy.namespace = 'default'");
my (undef, $failed) = $session->query($histogram);
ok($failed, 'no right, no decision');
like($session->{stderr}, qr/llm_policy_test_caller.*default|default.*llm_policy_test_caller/s, 'the worker says whose and where');
$session->{stderr} = '';
$session->query_safe('RESET ROLE; RESET llm_policy.namespace');

# evaluate writes, so a plan with it stays serial, and every row gets its record.
my $evaluate = q{SELECT count(*) FROM requests WHERE llm_policy_evaluate(body) ->> 'decision' = 'allow'};
unlike($session->query_safe("EXPLAIN $evaluate"), qr/Gather/, 'evaluate makes a plan serial');
is($session->query_safe("$evaluate AND n <= 500"), 500, 'it decides row by row');
is($session->query_safe('SELECT count(*) FROM llm_policy.evaluations'), 500, 'and records each');

# Somebody claims that a function which evaluates is parallel safe: the record goes to the log.
my $offset = -s $node->logfile;
$session->query_safe(<<'SQL');
	CREATE FUNCTION claims_to_be_safe(request jsonb) RETURNS text STABLE PARALLEL SAFE LANGUAGE plpgsql AS
		$$ BEGIN RETURN llm_policy_evaluate(request) ->> 'audited'; END $$;
	SET parallel_leader_participation = off;
SQL
is($session->query_safe('SELECT DISTINCT claims_to_be_safe(body) FROM requests WHERE n <= 20'),
	'log', 'evaluate in a worker says that its record is in the log');
is(scalar(log_entries($node, $offset)), 20, 'where it is');

# Data and functions of the database are theirs too, as the leader sees them.
$node->safe_psql('postgres', <<'SQL');
	CREATE TABLE tiers (model text PRIMARY KEY, tier int);
	INSERT INTO tiers VALUES ('opus', 3), ('haiku', 1);
	CREATE FUNCTION doubled(n int8) RETURNS int8 LANGUAGE plpgsql STABLE PARALLEL SAFE AS 'BEGIN RETURN n * 2; END';
	SELECT llm_policy_register_data('tier', 'SELECT tier FROM public.tiers WHERE model = $1');
	SELECT llm_policy_register_function('doubled', 'doubled(int8)');
	SELECT llm_policy_apply($$
metadata: {name: Tiers}
data: {tier: {source: tier, args: [llm.model]}}
rules: [{id: high, when: custom.doubled(data.tier.tier) > 4, action: {decision: deny}}]
$$);
SQL
is(workers($histogram), 2, 'policies with data run in parallel workers');
is($session->query_safe($histogram), "allow|4000\ndeny|2000", 'as they do');
is(serially($histogram), "allow|4000\ndeny|2000", 'in a leader');
$session->query_safe("BEGIN; UPDATE tiers SET tier = 5 WHERE model = 'haiku'");
is($session->query_safe($histogram), 'deny|6000', "by the leader's own change");
$session->query_safe('ROLLBACK');
is($session->query_safe($histogram), "allow|4000\ndeny|2000", 'until it is undone');

$session->quit;
$node->stop;
done_testing();
