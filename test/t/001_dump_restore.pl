# A dump restored - by pg_restore in one transaction, in parallel, or as a script - decides as before, knows the whole
# history, holds every audit row in its partition, and goes on working.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');
my $dumps = PostgreSQL::Test::Utils::tempdir();

# The functions are found whichever of the two schemas they are in.
$node->append_conf('postgresql.conf', 'search_path = \'"$user", public, llm_policy\'');
$node->start;

# Everything that has to be the same afterwards.
my %contents = (
	'decisions' => <<'SQL',
		SELECT namespace, model, llm_policy_simulate(
			jsonb_build_object('llm', jsonb_build_object('model', model)), namespace => namespace, trace => true) - 'now'
		FROM unnest(ARRAY['default', 'acme', 'acme.prod', 'beta']) AS n(namespace),
			 unnest(ARRAY['opus', 'haiku', 'sonnet']) AS m(model)
		ORDER BY 1, 2
SQL
	'decisions by sets that are no longer in force' => <<'SQL',
		SELECT id, llm_policy_simulate('{"llm": {"model": "opus"}}', namespace => namespace,
									   policy_set => policy_set) - 'now'
		FROM llm_policy.evaluations ORDER BY id
SQL
	'what the sets stand for' =>
	  'SELECT DISTINCT hash, namespace, policy, revision FROM llm_policy.policy_sets ORDER BY 1, 2, 3, 4',
	'policies' => 'SELECT p::text FROM llm_policy.policies p ORDER BY namespace, id',
	'revisions' => 'SELECT r::text FROM llm_policy.policy_revisions r ORDER BY namespace, id, revision',
	'stored texts' => <<'SQL',
		SELECT namespace, id, revision, md5(llm_policy_get(id, namespace, revision))
		FROM llm_policy.policy_revisions ORDER BY 1, 2, 3
SQL
	'endings' => 'SELECT e::text FROM llm_policy.policy_endings e ORDER BY e::text',
	'heads' => 'SELECT h::text FROM llm_policy.policy_heads h WHERE level_hash IS NOT NULL ORDER BY namespace',
	'models of users' => "SELECT m::text FROM llm_policy.models m WHERE origin = 'user' ORDER BY model, provider, valid_from",
	'prices' => "SELECT llm_policy_cost('gpt-4o', 1000, 500), llm_policy_cost('ours', 1000, 500)",
	'request schemas' => 'SELECT s::text FROM llm_policy.request_schemas s ORDER BY namespace, shipped',
	'encodings of the site' => 'SELECT e::text FROM llm_policy.encodings e ORDER BY name',
	'tokens by them' => q{SELECT llm_policy_tokenize('Hi <|acme|>', 'acme', special_tokens => true)},
	'registrations' => 'SELECT r::text FROM llm_policy.registrations r ORDER BY r::text',
	'decisions by data' => q{SELECT llm_policy_simulate('{"team": "red"}', namespace => 'data.by') - 'now'},
	'grants' => 'SELECT g::text FROM llm_policy.grants g ORDER BY g::text',
	'audit rows' => 'SELECT tableoid::regclass, e::text FROM llm_policy.evaluations e ORDER BY id',
	'partitions of the audit table' => <<'SQL',
		SELECT c.oid::regclass, pg_get_expr(c.relpartbound, c.oid)
		FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'llm_policy.evaluations'::regclass ORDER BY 1
SQL
	'keys and indexes of the partitions' => <<'SQL',
		SELECT indexrelid::regclass, pg_get_indexdef(indexrelid), indisprimary, indisvalid
		FROM pg_index WHERE indrelid IN
			(SELECT inhrelid FROM pg_inherits WHERE inhparent = 'llm_policy.evaluations'::regclass)
		ORDER BY 2
SQL
);

sub contents
{
	my ($database) = @_;

	return { map { $_ => $node->safe_psql($database, $contents{$_}) } keys %contents };
}

# History with every kind of change, decisions by sets of then and of now, rows in the default partition (of long
# ago), in partitions made at run time and of a tenant that is gone.
sub fill
{
	my ($database) = @_;

	$node->safe_psql($database, join(
		";\n",
		apply_models('allow'),
		evaluate_opus(),
		apply_models('deny', 'acme'),
		evaluate_opus(requestId => 'r-1'),
		"SELECT llm_policy_evaluate(" . opus() . ", namespace => 'acme')",
		apply_models('warn', 'acme.prod'),
		"SELECT llm_policy_evaluate(" . opus() . ", namespace => 'acme.prod')",
		"SELECT llm_policy_set_status('models', 'shadow', 'acme', note => 'too strict', changed_by => 'ann')",
		"SELECT llm_policy_evaluate(" . opus() . ", namespace => 'acme')",
		"SELECT llm_policy_rollback('models', 1, 'acme')",
		apply_models('deny', 'beta'),
		"SELECT llm_policy_evaluate(" . opus() . ", namespace => 'beta')",
		"SELECT llm_policy_delete('models', 'beta')",
		apply_models('warn', 'beta'),
		'CREATE TABLE budgets (team text, spent int)',
		q{INSERT INTO budgets VALUES ('red', 5)},
		q{CREATE FUNCTION limit_of(team text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT length(team)'},
		q{SELECT llm_policy_register_data('budget', 'SELECT spent FROM public.budgets WHERE team = $1')},
		q{SELECT llm_policy_register_function('limit_of', 'limit_of(text)')},
		q{SELECT llm_policy_apply('{metadata: {name: Data, namespace: data.by}, data: {b: {source: budget, args: [team]}}, rules: [{id: r, when: "data.b.spent > custom.limit_of(team)", action: {decision: deny}}]}')},
		"SELECT llm_policy_grant('llm_policy_test_reader', 'auditor', 'acme')",
		"INSERT INTO llm_policy.models (model, provider, input_price, output_price, valid_from, valid_until) VALUES
			('gpt-4o', 'openai', 1, 2, '-infinity', 'infinity'), ('ours', 'us', 3, 4, '-infinity', '2026-01-01'),
			('ours', 'us', 5, 6, '2026-01-01', 'infinity')",
		"SELECT llm_policy_set_request_schema('acme', '{\"type\": \"object\"}')",
		"SELECT llm_policy_set_request_schema('default', '{}')",
		"SELECT llm_policy_maintain()",
		q{INSERT INTO llm_policy.encodings VALUES ('acme', 'cl100k_base.tokens', 'cl100k', '{"<|acme|>": 200001}', '{acme*}')},
		evaluate_opus(requestId => 'r-2')));
	$node->safe_psql($database, <<'SQL');
		CREATE TEMP TABLE old AS SELECT * FROM llm_policy.evaluations LIMIT 1;
		UPDATE old SET evaluated_at = '2001-01-01', id = gen_random_uuid();
		INSERT INTO llm_policy.evaluations SELECT * FROM old;
SQL
}

sub like_before
{
	my ($name, $database, $before) = @_;
	my $after = contents($database);

	is($after->{$_}, $before->{$_}, "$name: $_") for sort keys %contents;
}

# The shipped rows of the catalogue come with the extension and not with the dump, so that those of the version that
# it is restored into are there; here one of them is missing.
sub drop_shipped_model
{
	my ($database) = @_;

	$node->safe_psql($database, <<'SQL');
		ALTER TABLE llm_policy.models DISABLE TRIGGER keep_shipped_delete;
		DELETE FROM llm_policy.models WHERE model = 'gpt-4' AND origin = 'shipped';
		ALTER TABLE llm_policy.models ENABLE TRIGGER keep_shipped_delete;
SQL
}

# The restored database is one that can be used.
sub goes_on
{
	my ($name, $database) = @_;
	my $rows = $node->safe_psql($database, 'SELECT count(*) FROM llm_policy.evaluations');

	is($node->safe_psql($database, 'SELECT * FROM llm_policy_check()'), '', "$name: what is registered works");
	is($node->safe_psql($database, apply_models('deny')), 'updated', "$name: the next revision can be stored");
	is($node->safe_psql($database, evaluate_opus()), 'deny', "$name: and is in force");
	is( $node->safe_psql($database, 'SELECT count(*) FROM llm_policy.evaluations'),
		$rows + 1,
		"$name: decisions are recorded");
	$node->safe_psql($database, 'SELECT llm_policy_maintain()');
	is( $node->safe_psql($database, 'SELECT count(*) FROM llm_policy.evaluations'),
		$rows + 1,
		"$name: maintenance finds its partitions");
}

sub restores
{
	my ($name, $before, $restore) = @_;
	my $database = $name =~ s/\W+/_/gr;

	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	$node->command_ok([ $restore->($database) ], "$name: restore");
	like_before($name, $database, $before);
	is( $node->safe_psql($database, "SELECT provider, origin FROM llm_policy.models WHERE model = 'gpt-4' ORDER BY 1"),
		"azure|shipped\nopenai|shipped",
		"$name: the shipped models are the extension's, not the dump's");
	my ($sqlstate) = sqlstate_and_output($node,
		"INSERT INTO llm_policy.models (model, provider, valid_from) VALUES ('ours', 'us', '2026-01-02')",
		database => $database);
	is($sqlstate, '23P01', "$name: no model gets a second price for one time");
	goes_on($name, $database);
}

$node->safe_psql('postgres', 'CREATE ROLE llm_policy_test_reader');

for my $schema ('public', 'llm_policy')
{
	my $database = "in_$schema";
	my $dump = "$dumps/$schema";

	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	$node->safe_psql($database, 'CREATE SCHEMA llm_policy') if $schema eq 'llm_policy';
	$node->safe_psql($database, "CREATE EXTENSION llm_policy SCHEMA $schema");
	fill($database);
	drop_shipped_model($database);

	my $before = contents($database);

	isnt($before->{$_}, '', "$schema: there is something to compare: $_") for sort keys %contents;
	cmp_ok($before->{'audit rows'} =~ tr/\n//, '>=', 6, "$schema: there are audit rows");
	cmp_ok($before->{'partitions of the audit table'} =~ tr/\n//, '>=', 13, "$schema: there are partitions");

	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dump.custom", $database ], "$schema: dump");
	$node->command_ok([ 'pg_dump', '-Fd', '-j2', '-f', "$dump.directory", $database ], "$schema: dump by two jobs");
	$node->command_ok([ 'pg_dump', '-f', "$dump.sql", $database ], "$schema: dump as script");

	restores("$schema restored at once", $before,
		sub { ('pg_restore', '-1', '-e', '-d', $_[0], "$dump.custom") });
	restores("$schema restored in parallel", $before,
		sub { ('pg_restore', '-j2', '-e', '-d', $_[0], "$dump.directory") });
	restores("$schema restored by script", $before,
		sub { ('psql', '-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-f', "$dump.sql", $_[0]) });
}

$node->stop;
done_testing();
