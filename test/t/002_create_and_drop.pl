# CREATE EXTENSION works in any schema and says what is wrong when it cannot; DROP EXTENSION leaves nothing.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');
$node->start;

# What a database holds beyond what initdb put there.
my $own_objects = <<'SQL';
	SELECT 'relation ' || oid::regclass FROM pg_class WHERE oid >= 16384 AND relkind <> 't' AND relkind <> 'i'
	UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc WHERE oid >= 16384
	UNION ALL SELECT 'type ' || oid::regtype FROM pg_type WHERE oid >= 16384
	UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE oid >= 16384
	UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE oid >= 16384
	UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE oid >= 16384
	UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
	UNION ALL SELECT 'policy ' || polname FROM pg_policy
	ORDER BY 1
SQL

for my $schema ('public', 'llm_policy', 'Guard rails')
{
	my $quoted = $schema =~ /\W/ ? qq{"$schema"} : $schema;
	my $database = lc "in $schema" =~ s/\W+/_/gr;

	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	$node->safe_psql($database, "CREATE SCHEMA $quoted") unless $schema eq 'public';
	my $empty = $node->safe_psql($database, $own_objects);

	$node->safe_psql($database, "CREATE EXTENSION llm_policy SCHEMA $quoted");
	is( $node->safe_psql($database, <<'SQL'),
		SELECT DISTINCT pronamespace::regnamespace FROM pg_proc WHERE proname LIKE 'llm\_policy\_%'
SQL
		$quoted,
		"$schema: the functions are there");
	is( $node->safe_psql($database, "SET search_path = $quoted;" . apply_models('deny') . ';' . evaluate_opus()),
		"created\ndeny", "$schema: they work with only that schema in the search path");
	is( $node->safe_psql($database, 'SET search_path = pg_catalog;'
			  . evaluate_opus() =~ s/llm_policy_evaluate/$quoted.llm_policy_evaluate/r),
		'deny', "$schema: and with none of it there");
	is($node->safe_psql($database, 'SELECT count(*) FROM llm_policy.evaluations'), 2, "$schema: rows are in llm_policy");

	$node->safe_psql($database, "SELECT $quoted.llm_policy_maintain()");
	my ($sqlstate) = sqlstate_and_output($node, 'DROP EXTENSION llm_policy', database => $database);
	$node->safe_psql($database, 'DROP EXTENSION llm_policy CASCADE') if $sqlstate ne '';
	is($node->safe_psql($database, $own_objects), $empty, "$schema: DROP EXTENSION leaves nothing");

	$node->safe_psql($database, "CREATE EXTENSION llm_policy SCHEMA $quoted");
	is( $node->safe_psql($database, 'SELECT count(*) FROM llm_policy.evaluations'),
		0, "$schema: it can be created again");
}

# A schema that somebody else prepared is no place for it.
{
	$node->safe_psql('postgres', 'CREATE DATABASE prepared TEMPLATE template0; CREATE ROLE mallory');
	my $refused = sub {
		my ($sqlstate, undef, $stderr) =
		  sqlstate_and_output($node, 'CREATE EXTENSION llm_policy SCHEMA llm_policy', database => 'prepared');
		return "$sqlstate $stderr";
	};

	$node->safe_psql('prepared', 'CREATE SCHEMA llm_policy AUTHORIZATION mallory');
	like($refused->(), qr/^55000 .*belongs to a role/s, 'schema of somebody else: refused');
	$node->safe_psql('prepared', 'ALTER SCHEMA llm_policy OWNER TO CURRENT_USER; '
		  . 'CREATE FUNCTION llm_policy.scope_hash(VARIADIC text[]) RETURNS text LANGUAGE sql AS $$ SELECT 1 $$');
	like($refused->(), qr/^55000 .*is not empty/s, 'schema with a function in it: refused');
	$node->safe_psql('prepared', 'DROP SCHEMA llm_policy CASCADE; CREATE TABLE t (); CREATE SCHEMA llm_policy');
	$node->safe_psql('prepared', 'CREATE EXTENSION llm_policy SCHEMA llm_policy');
	pass('schema of its own: accepted');
}

# A session outlives the extension: what it remembered of the old one is no answer for the new one.
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);

	$session->query_safe('CREATE EXTENSION llm_policy');
	$session->query_safe(apply_models('deny'));
	is($session->query_safe(evaluate_opus()), 'deny', 'decision before the extension is dropped');
	$node->safe_psql('postgres', 'SELECT llm_policy_maintain(); DROP EXTENSION llm_policy CASCADE');
	my (undef, $failed) = $session->query(evaluate_opus());
	ok($failed, 'no decision without the extension');
	$node->safe_psql('postgres', 'CREATE EXTENSION llm_policy;' . apply_models('warn'));
	$session->{stderr} = '';
	is($session->query_safe(evaluate_opus()), 'warn', 'decision of the same session after it was created again');
	is($session->query_safe('SELECT count(*) FROM llm_policy.evaluations'), 1, 'and its row');
	$session->query_safe('DROP EXTENSION llm_policy CASCADE; CREATE EXTENSION llm_policy');
	is($session->query_safe(evaluate_opus()), 'allow', 'the session itself may create it anew');
	$session->quit;
}

# Strings of the engine are UTF-8: no other encoding of a database will do.
for my $encoding ('SQL_ASCII', 'LATIN1')
{
	my $database = lc $encoding;

	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	my ($sqlstate, undef, $stderr) =
	  sqlstate_and_output($node, 'CREATE EXTENSION llm_policy', database => $database);
	is($sqlstate, '0A000', "$encoding: refused");
	like($stderr, qr/needs a database with encoding UTF8/, "$encoding: the message says what is needed");
	like($stderr, qr/DETAIL:  .*\b$encoding\b/, "$encoding: the detail says what there is");
	like($stderr, qr/HINT:  .*CREATE DATABASE/, "$encoding: the hint says what to do");
	is($node->safe_psql($database, $own_objects), '', "$encoding: nothing is left behind");
}

# The client's encoding is another matter: it is converted on the way.
is( $node->safe_psql('postgres', <<"SQL"), 'deny', 'a client with another encoding');
	SET client_encoding = 'LATIN1';
	SELECT 1 FROM llm_policy_apply('{metadata: {name: Umlaut}, rules: [{id: r, action: {decision: deny},
		condition: {operator: eq, field: llm.model, value: "\xe4"}}]}') \\g /dev/null
	SELECT llm_policy_evaluate('{"llm": {"model": "\\u00e4"}}') ->> 'decision';
SQL

$node->stop;
done_testing();
