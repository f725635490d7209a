# What programs of policy sets live through: prepared transactions, parallel workers, errors that are caught, sessions that
# are reset, an extension that is dropped and created again, and a neighbouring database with the same policies.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# SQL for what is decided about a model: the decision and why.
sub verdict
{
	my ($model, $namespace) = @_;

	return "SELECT concat_ws(' ', r ->> 'decision', r ->> 'reason') FROM llm_policy_simulate("
	  . "jsonb_build_object('llm', jsonb_build_object('model', '$model')), namespace => '@{[ $namespace // 'acme' ]}') AS r";
}

sub fill { return "SELECT count(*) FROM llm_policy_apply(@{[ plain_policies($_[0], $_[1]) ]}, namespace => 'acme')"; }

for my $variant (preload_variants(), [ small => "shared_preload_libraries = 'llm_policy'\nllm_policy.cache_size = '64kB'" ])
{
	my ($label, $preload) = @$variant;
	my $node = start_server($label, $preload, 'max_prepared_transactions = 4', 'max_parallel_workers_per_gather = 2',
		'max_parallel_workers = 4');
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $say = sub { return $session->query_safe(shift); };
	my $pins = sub { return cache_entries($node, 'coalesce(sum(pins), 0)', "place = 'shared'"); };
	my $shared = $label eq 'preloaded';

	$node->safe_psql('postgres', fill(200, 'old'));

	# --- Prepared transactions ---
	is($say->('BEGIN; ' . verdict('m1')), 'deny old 1', "$label: a transaction decides");
	is($pins->(), $shared ? 1 : 0, "$label: and pins its program, if that is shared");
	$say->('SELECT count(*) FROM llm_policy_apply(\'{metadata: {id: p1, name: p}, rules: []}\', \'acme\')');
	is($say->(verdict('m1')), 'allow', "$label: its own change counts at once");
	$say->("SELECT llm_policy_evaluate('{}', namespace => 'acme'); PREPARE TRANSACTION 'p'");
	is($pins->(), 0, "$label: a prepared transaction pins nothing");
	is($say->(verdict('m1')), 'deny old 1', "$label: what it changed does not count yet");
	$say->("COMMIT PREPARED 'p'");
	is($say->(verdict('m1')), 'allow', "$label: until it is committed");

	# --- Caught errors ---
	$say->(<<'SQL');
		CREATE FUNCTION caught(sets int) RETURNS text LANGUAGE plpgsql AS $$
		DECLARE
			inside jsonb;
		BEGIN
			BEGIN
				PERFORM llm_policy_apply(format('{metadata: {id: p2, name: p}, rules: [{id: r, condition: {operator: eq, '
					'field: llm.model, value: m2}, action: {decision: warn, reason: undone %s}}]}', sets), 'acme');
				inside := llm_policy_simulate('{"llm": {"model": "m2"}}', namespace => 'acme');
				PERFORM 1 / (inside ->> 'reason' IS NULL)::int;
			EXCEPTION WHEN division_by_zero THEN
				NULL;
			END;
			RETURN concat_ws(', ', inside #>> '{warnings,0}',
				llm_policy_simulate('{"llm": {"model": "m2"}}', namespace => 'acme') ->> 'reason');
		END
		$$;
		CREATE FUNCTION fails(request jsonb) RETURNS text LANGUAGE plpgsql AS $$
		BEGIN
			RETURN llm_policy_simulate(request, namespace => 'acme') ->> 'reason';
		EXCEPTION WHEN program_limit_exceeded OR invalid_parameter_value THEN
			RETURN SQLSTATE;
		END
		$$
SQL
	$say->('BEGIN');
	is($say->("SELECT string_agg(caught(n), '; ' ORDER BY n) FROM generate_series(1, 30) AS n"),
		join('; ', map { "undone $_, old 2" } 1 .. 30), "$label: what a caught error undoes decided inside, and not outside");
	is($pins->() > 0 ? 1 : 0, $shared ? 1 : 0, "$label: the programs stay for the transaction");
	is($say->(q{SELECT string_agg(fails(CASE n % 2 WHEN 0 THEN '[]' ELSE '{"llm": {"model": "m7"}}' END::jsonb), ' ' ORDER BY n)
		FROM generate_series(1, 6) AS n}), 'old 7 22023 old 7 22023 old 7 22023', "$label: an evaluation that fails harms no other");
	$say->('COMMIT');
	is($pins->(), 0, "$label: and no longer");

	# --- Parallel workers ---
	$say->(<<'SQL');
		CREATE TABLE requests AS
			SELECT jsonb_build_object('llm', jsonb_build_object('model', 'm' || n % 400)) AS body FROM generate_series(1, 4000) AS n;
		ANALYZE requests;
		SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0
SQL
	my $histogram = "SELECT string_agg(decision || ' ' || count, ', ' ORDER BY 1) FROM (SELECT llm_policy_simulate(body, "
	  . "namespace => 'acme') ->> 'decision' AS decision, count(*) AS count FROM requests GROUP BY 1) AS h (decision, count)";
	like($say->("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $histogram"), qr/Workers Launched: 2/, "$label: parallel workers decide");
	is($say->($histogram), 'allow 2010, deny 1990', "$label: rightly");
	$say->('BEGIN; SELECT count(*) FROM llm_policy_apply(\'{metadata: {id: p3, name: p}, rules: []}\', \'acme\')');
	is($say->($histogram), 'allow 2020, deny 1980', "$label: by a program that one of them makes of an uncommitted change");
	$say->('ROLLBACK');
	is($say->($histogram), 'allow 2010, deny 1990', "$label: which was undone");
	is($pins->(), 0, "$label: workers pin nothing when they are done");

	# --- A session reset ---
	$say->('DISCARD ALL');
	is($say->(verdict('m4')), 'deny old 4', "$label: a session decides after DISCARD ALL");
	is($say->('BEGIN; DECLARE c CURSOR FOR ' . verdict('m5') . '; ' . 'FETCH 1 FROM c; CLOSE c; ROLLBACK; DISCARD ALL; ' . verdict('m6')),
		"deny old 5\ndeny old 6", "$label: and after a cursor");

	# --- Another database ---
	$node->safe_psql('postgres', 'CREATE DATABASE other');
	$node->safe_psql('other', 'CREATE EXTENSION llm_policy');
	$node->safe_psql('other', fill(200, 'old'));
	$node->safe_psql('other', 'CREATE ROLE llm_policy_test_monitor LOGIN IN ROLE pg_monitor; CREATE ROLE llm_policy_test_viewer LOGIN;
		GRANT USAGE ON SCHEMA llm_policy TO llm_policy_test_viewer;
		GRANT SELECT ON llm_policy.program_cache TO llm_policy_test_viewer;
		GRANT EXECUTE ON FUNCTION llm_policy.cache_entries() TO llm_policy_test_viewer');
	if ($shared)
	{
		my $seen = sub {
			my ($user) = @_;
			return $node->safe_psql('other',
				"SELECT string_agg(DISTINCT database, ' ' ORDER BY database) FROM llm_policy.program_cache",
				extra_params => [ '-U', $user ]);
		};
		my $before = cache_totals($node, 'builds');

		is($node->safe_psql('other', verdict('m1')), 'deny old 1', 'another database decides by its own policies');
		is(cache_totals($node, "builds - $before"), 1, 'and makes its own program');
		is($node->safe_psql('postgres', verdict('m1')), 'allow', 'this one by its own');
		is($seen->('llm_policy_test_viewer'), 'other', 'who may see the cache sees the database it is connected to');
		is($seen->('llm_policy_test_monitor'), 'other postgres', 'who may see all statistics sees the others too');
	}

	# --- The extension dropped and created again, in one session ---
	is($say->(verdict('m9')), 'deny old 9', "$label: before the extension is dropped");
	$say->('DROP EXTENSION llm_policy; DROP TABLE requests; DROP FUNCTION caught, fails; CREATE EXTENSION llm_policy');
	is($say->(verdict('m9', 'default')), 'allow', "$label: a new extension has no policies");
	$say->(fill(100, 'new'));
	is($say->(verdict('m9') . '; ' . verdict('m101')), "deny new 9\nallow", "$label: and decides by those that it is given");
	$say->('BEGIN; DROP EXTENSION llm_policy; CREATE EXTENSION llm_policy');
	is($say->(verdict('m9', 'default')), 'allow', "$label: likewise in a transaction");
	$say->('ROLLBACK');
	is($say->(verdict('m9')), 'deny new 9', "$label: that is undone");
	is($node->safe_psql('postgres', verdict('m9')), 'deny new 9', "$label: as every session sees");
	$session->quit;
	$node->stop;
}
done_testing();
