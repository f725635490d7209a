# A login with nothing but the right to evaluate in one namespace, and all that a client can set: connection options,
# settings, search paths, objects of its own that bear the names of ours.  Nothing of it changes a decision, hides one
# or shows what is not its own.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $caller = 'llm_policy_test_caller';

# What the caller gets for a statement: SQLSTATE and output.
sub as_caller
{
	my ($node, $sql, @options) = @_;

	local $ENV{PGOPTIONS} = join ' ', map { "-c $_" } @options;
	return sqlstate_and_output($node, $sql, params => [ '--username', $caller ]);
}

for my $variant (preload_variants())
{
	my ($label, $preload) = @$variant;
	my $node = start_server($label, $preload);
	my $evaluate = 'SELECT llm_policy_evaluate(' . opus() . ", namespace => 'acme') ->> 'decision'";

	my $refused = sub {
		my ($name, $sql, $expected) = @_;
		my ($sqlstate, $stdout) = as_caller($node, $sql);

		is($sqlstate, $expected // '42501', "$label: $name is refused");
		is($stdout =~ s/^\s+|\s+$//gr, '', "$label: $name shows nothing");
	};
	my $rows = sub { return $node->safe_psql('postgres', "SELECT count(*) FROM llm_policy.evaluations") };

	$node->safe_psql('postgres', join(
		';',
		apply_models('deny', 'acme'),
		apply_models('allow', 'beta'),
		"CREATE ROLE $caller LOGIN",
		"CREATE SCHEMA AUTHORIZATION $caller",
		"SELECT llm_policy_grant('$caller', 'evaluator', 'acme')",
		'SELECT llm_policy_evaluate(' . opus() . ", namespace => 'beta')"));
	my $foreign_set = $node->safe_psql('postgres', q{SELECT llm_policy_simulate('{}', 'beta') ->> 'policySet'});
	my $own_set = $node->safe_psql('postgres', q{SELECT llm_policy_simulate('{}', 'acme') ->> 'policySet'});

	is((as_caller($node, $evaluate))[1], 'deny', "$label: the caller may evaluate where it is granted");
	is((as_caller($node, $evaluate =~ s/'acme'\)/'acme.prod')/r))[1], 'deny', "$label: and below");

	# Rights.
	$refused->('another namespace', $evaluate =~ s/'acme'/'beta'/r);
	$refused->('the root', $evaluate =~ s/'acme'/'default'/r);
	$refused->('every namespace', $evaluate =~ s/'acme'/'*'/r);
	$refused->('a namespace that does not exist', $evaluate =~ s/'acme'/'nowhere'/r);
	$refused->('another namespace by the setting',
		"SET llm_policy.namespace = 'beta'; SELECT llm_policy_evaluate('{}')");
	$refused->('no namespace at all', "SELECT llm_policy_evaluate('{}')");
	$refused->('allowed elsewhere', "SELECT llm_policy_allowed('{}', 'beta')");
	$refused->('simulate elsewhere', "SELECT llm_policy_simulate('{}', 'beta')");
	$refused->('a recorded set of another namespace',
		"SELECT llm_policy_simulate('{}', 'acme', policy_set => '$foreign_set')");
	$refused->('narrowing', "SELECT llm_policy_evaluate('{}', 'acme', policies => ARRAY['models'])");
	$refused->('a trace', "SELECT llm_policy_evaluate('{}', 'acme', trace => true)");
	$refused->('a trace of simulate', "SELECT llm_policy_simulate('{}', 'acme', trace => true)");
	$refused->('a document that is not stored', "SELECT llm_policy_simulate_document('{}', '{}')");
	$refused->($_, "SELECT * FROM $_")
	  for 'llm_policy.policies', 'llm_policy.policy_revisions', 'llm_policy.rules', 'llm_policy.policy_sets',
	  'llm_policy.policy_documents', 'llm_policy.policy_heads', 'llm_policy.evaluations',
	  'llm_policy.evaluations_default', 'llm_policy.grants', 'llm_policy.role_grants';
	$refused->('storing a policy', apply_models('allow', 'acme'));
	$refused->('deleting one', "SELECT llm_policy_delete('models', 'acme')");
	$refused->('reading one', "SELECT llm_policy_get('models', 'acme')");
	$refused->('granting', "SELECT llm_policy_grant('$caller', 'admin')");
	$refused->('maintenance', 'SELECT llm_policy_maintain()');
	$refused->('writing audit rows', "DELETE FROM llm_policy.evaluations");
	$refused->('switching triggers off', "SET session_replication_role = 'replica'");
	$refused->('becoming the owner', 'SET ROLE postgres');

	# Settings that would widen access or hide decisions, by every way to set them.
	for my $setting ('llm_policy.audit=off', 'llm_policy.default_decision=allow', 'llm_policy.unaudited=log',
		'llm_policy.audit_content=omit', 'llm_policy.audit_plain_paths=none', 'llm_policy.max_request_size=1')
	{
		my ($name, $value) = split /=/, $setting;
		my $before = $rows->();

		my ($sqlstate, $stdout) = as_caller($node, "\\set ON_ERROR_STOP off\nSET $name = '$value';\n$evaluate;");
		is($stdout, 'deny', "$label: decision after SET $name");
		is($rows->(), $before + 1, "$label: recorded after SET $name");

		# As connection option; a preloaded library refuses the connection, another one drops the value.
		($sqlstate, $stdout) = as_caller($node, $evaluate, $setting);
		if ($sqlstate eq '42501' || $stdout eq '')
		{
			pass("$label: PGOPTIONS $setting is refused");
			is($rows->(), $before + 1, "$label: without a decision");
		}
		else
		{
			is($stdout, 'deny', "$label: decision with PGOPTIONS $setting");
			is($rows->(), $before + 2, "$label: recorded with PGOPTIONS $setting");
		}

		# As a default of the role's own.
		as_caller($node, "ALTER ROLE $caller SET $name = '$value'");
		$before = $rows->();
		is((as_caller($node, $evaluate))[1], 'deny', "$label: decision after ALTER ROLE … SET $name");
		is($rows->(), $before + 1, "$label: recorded after ALTER ROLE … SET $name");
		$node->safe_psql('postgres', "ALTER ROLE $caller RESET ALL");
		is((as_caller($node, "SELECT set_config('$name', '$value', false); SELECT llm_policy_allowed('{}', 'acme')"))[0],
			'42501', "$label: set_config of $name") if $preload;
	}

	# Objects of the caller's own with the names of ours and of the server's.
	my $shadows = <<"SQL";
		SET client_min_messages = 'warning';
		CREATE TEMP TABLE policy_heads (namespace text, level_hash text, scope_hash text);
		CREATE TEMP TABLE policy_documents (); CREATE TEMP TABLE evaluations (); CREATE TEMP TABLE role_grants ();
		CREATE OR REPLACE FUNCTION $caller.yes(text, text) RETURNS bool LANGUAGE plpgsql AS
			\$\$ BEGIN RAISE EXCEPTION 'hijacked by %', current_user; END \$\$;
		CREATE OR REPLACE FUNCTION $caller.namespace_path(text) RETURNS text[] LANGUAGE plpgsql AS
			\$\$ BEGIN RAISE EXCEPTION 'hijacked by %', current_user; END \$\$;
		CREATE OR REPLACE FUNCTION $caller.jsonb_typeof(jsonb) RETURNS text LANGUAGE plpgsql AS
			\$\$ BEGIN RAISE EXCEPTION 'hijacked by %', current_user; END \$\$;
		CREATE OR REPLACE FUNCTION $caller.now() RETURNS timestamptz LANGUAGE plpgsql AS
			\$\$ BEGIN RAISE EXCEPTION 'hijacked by %', current_user; END \$\$;
		DROP OPERATOR IF EXISTS $caller.= (text, text);
		CREATE OPERATOR $caller.= (LEFTARG = text, RIGHTARG = text, FUNCTION = $caller.yes);
		SET search_path = $caller, pg_temp, pg_catalog, public;
SQL
	my $before = $rows->();
	for my $sql ($evaluate, "SELECT llm_policy_simulate(" . opus() . ", 'acme') ->> 'decision'")
	{
		my ($sqlstate, $stdout, $stderr) = as_caller($node, "$shadows $sql");
		is($stdout, 'deny', "$label: shadows of our objects change no decision");
		is($stderr, '', "$label: and are never called");
	}
	is($rows->(), $before + 1, "$label: the row is where it belongs");
	{
		# The owner, too, may have a search path that somebody else has a hand in.
		my ($sqlstate, $stdout, $stderr) = sqlstate_and_output($node,
			"SET search_path = $caller, pg_catalog, public;"
			  . apply_models('warn', 'acme') . ';' . $evaluate . ';' . apply_models('deny', 'acme') . ';'
			  . "SELECT FROM llm_policy_maintain(); SELECT FROM llm_policy.policies; SELECT FROM llm_policy.policy_sets");
		is($stderr, '', "$label: the owner's functions and views do not call them either");
	}

	# Who called is recorded, whoever lends his rights.
	$node->safe_psql('postgres', <<"SQL");
		CREATE ROLE llm_policy_test_lender;
		SELECT llm_policy_grant('llm_policy_test_lender', 'evaluator', 'beta');
		CREATE FUNCTION lent(request jsonb) RETURNS text LANGUAGE sql SECURITY DEFINER AS
			\$\$ SELECT llm_policy_evaluate(request, 'beta') ->> 'decision' \$\$;
		ALTER FUNCTION lent(jsonb) OWNER TO llm_policy_test_lender;
SQL
	is((as_caller($node, 'SELECT lent(' . opus(requestId => 'lent') . ')'))[1], 'allow', "$label: through a definer's function");
	is( $node->safe_psql('postgres', q{SELECT caller_role, login_role FROM llm_policy.evaluations WHERE request_id = 'lent'}),
		"llm_policy_test_lender|$caller", "$label: the row names lender and login");
	is( (as_caller($node, "$evaluate; SELECT current_user"))[1], "deny\n$caller", "$label: the caller stays who it is");
	is( (as_caller($node, "DO \$\$ BEGIN PERFORM llm_policy_evaluate('[]', 'acme'); EXCEPTION WHEN OTHERS THEN NULL; END \$\$; SELECT current_user"))[1],
		$caller, "$label: also after an error that it caught");

	# Errors tell nothing about policies that the caller may not read.
	{
		my (undef, undef, $stderr) = as_caller($node, "SELECT llm_policy_evaluate('{\"data\": 1}', 'acme')");
		unlike($stderr, qr/models|policy_documents|the rule says/, "$label: errors name no policy");
	}
	is((as_caller($node, "SELECT llm_policy_simulate('{}', 'acme', policy_set => '$own_set') ->> 'decision'"))[0] || 'fine',
		'fine', "$label: a recorded set of its own namespace is its own to try");

	$node->safe_psql('postgres', "SELECT llm_policy_revoke('$caller', 'evaluator', 'acme')");
	is((as_caller($node, $evaluate))[0], '42501', "$label: nothing is left after revoke");
	$node->stop;
}

done_testing();
