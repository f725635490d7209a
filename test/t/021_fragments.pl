# Compiled policies stored beside their documents: used where they are sound and of the document in force, made again by
# maintenance where they are missing, and never a truth of their own.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('main');

sub sql { return $node->safe_psql('postgres', shift, @_); }

# A policy whose text does not fit into its row, so that the server counts when it is read.
sub large_policy
{
	my ($id, $reason) = @_;

	return "'{metadata: {id: $id, name: p, description: \"' || (SELECT string_agg(encode(sha512(i::text::bytea), 'base64'), '') "
	  . "FROM generate_series(1, 60) AS i) || '\"}, rules: [{id: r, condition: {operator: eq, field: llm.model, value: $id}, "
	  . "action: {decision: deny, reason: $reason}}]}'";
}

sub apply { return "SELECT action FROM llm_policy_apply(@{[ large_policy(@_) ]}, 'acme')"; }

# What a new connection decides about models, and how often it read texts of documents for it.
sub decides
{
	my ($database, @models) = @_;

	return $node->safe_psql($database, 'BEGIN;' . join(';', map {
		"SELECT concat_ws(' ', r ->> 'decision', r ->> 'reason') FROM "
		  . "llm_policy_simulate('{\"llm\": {\"model\": \"$_\"}}', namespace => 'acme') AS r" } @models)
		  . q{; SELECT pg_stat_get_xact_numscans(i.indexrelid) FROM pg_class c JOIN pg_index i ON i.indrelid = c.reltoastrelid
			WHERE c.oid = 'llm_policy.policy_documents'::regclass});
}

sub maintain
{
	my ($database, $before) = @_;

	return $node->safe_psql($database // 'postgres',
		($before // '') . q{SELECT row_count FROM llm_policy_maintain() WHERE partition_name = 'policy_fragments'});
}

# --- Used, and missing after a restore ----------------------------------------------------------------------

sql(apply('a', 'one'));
sql(apply('b', 'two'));
is(decides('postgres', 'a', 'b', 'c'), "deny one\ndeny two\nallow\n0", 'fragments are used: no document is read');
is(maintain(), '', 'none is missing');

my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
$node->command_ok([ 'pg_dump', '--format=custom', "--file=$dump", $node->connstr('postgres') ], 'dumped');
sql('CREATE DATABASE restored TEMPLATE template0');
$node->command_ok([ 'pg_restore', '--exit-on-error', '--dbname', $node->connstr('restored'), $dump ], 'restored');
is($node->safe_psql('restored', 'SELECT count(*) FROM llm_policy.policy_fragments'), 0, 'a restore leaves no fragments');
is(decides('restored', 'a', 'b', 'c'), "deny one\ndeny two\nallow\n2", 'decisions are right: the documents are read');
is(maintain('restored'), '2', 'maintenance compiles them');
is(decides('restored', 'a', 'b', 'c'), "deny one\ndeny two\nallow\n0", 'now their fragments are used');
is($node->safe_psql('restored', 'SELECT namespace, id, revision, md5(fragment) FROM llm_policy.policy_fragments ORDER BY 1, 2'),
	sql('SELECT namespace, id, revision, md5(fragment) FROM llm_policy.policy_fragments ORDER BY 1, 2'),
	'which are those that authors left');

# --- Unsound ------------------------------------------------------------------------------------------------

my $whose = "WHERE namespace = 'acme' AND id = 'a'";
my %damages = (
	'a byte of the header is flipped' => 'set_byte(fragment, 60, get_byte(fragment, 60) # 1)',
	'the last byte is flipped' => 'set_byte(fragment, length(fragment) - 1, get_byte(fragment, length(fragment) - 1) # 255)',
	'it was cut' => 'substr(fragment, 1, length(fragment) - 8)',
	'it was cut within its header' => 'substr(fragment, 1, 20)',
	'it is empty' => q{''},
	'something is behind it' => q{fragment || '\x00'},
	'it is something else' => q{repeat('something else ', 100)::bytea},
	'it is of another version' => 'set_byte(fragment, 4, get_byte(fragment, 4) + 1)',
	'it is of another policy' => q{(SELECT fragment FROM llm_policy.policy_fragments WHERE namespace = 'acme' AND id = 'b')},
);

for my $damage (sort keys %damages)
{
	sql("CREATE TABLE kept AS SELECT * FROM llm_policy.policy_fragments; UPDATE llm_policy.policy_fragments SET fragment = $damages{$damage} $whose");
	is(decides('postgres', 'a', 'b', 'c'), "deny one\ndeny two\nallow\n1", "$damage: ignored, the document is read");
	sql("UPDATE llm_policy.policy_fragments f SET fragment = k.fragment FROM kept k WHERE f.namespace = k.namespace AND f.id = k.id; DROP TABLE kept");
}
is(decides('postgres', 'a', 'b', 'c'), "deny one\ndeny two\nallow\n0", 'sound again, used again');

sql("UPDATE llm_policy.policy_fragments SET fragment = set_byte(fragment, 4, get_byte(fragment, 4) + 1) $whose");
is(maintain(), '1', 'maintenance compiles what another version made');
is(decides('postgres', 'a', 'b', 'c'), "deny one\ndeny two\nallow\n0", 'once');

# --- Of another revision or another text ----------------------------------------------------------------------

sql("CREATE TABLE kept AS SELECT * FROM llm_policy.policy_fragments $whose");
sql(apply('a', 'three'));
is(sql("SELECT revision FROM llm_policy.policy_fragments $whose"), 2, 'a fragment follows its policy');
sql("UPDATE llm_policy.policy_fragments f SET revision = k.revision, fragment = k.fragment FROM kept k WHERE f.id = k.id");
is(decides('postgres', 'a', 'b'), "deny three\ndeny two\n1", 'one of an older revision is ignored');
sql("UPDATE llm_policy.policy_fragments SET revision = 2 $whose");
is(decides('postgres', 'a', 'b'), "deny three\ndeny two\n1", 'also one that pretends to be of this one');
is(maintain(), '1', 'maintenance compiles what is of another text');
is(decides('postgres', 'a', 'b'), "deny three\ndeny two\n0", 'and it is used');

sql("UPDATE llm_policy.policy_documents SET document = replace(document, 'reason: two', 'reason: four') WHERE id = 'b'");
is(decides('postgres', 'a', 'b'), "deny three\ndeny four\n1", 'a text changed by plain SQL counts, not its fragment');
is(maintain(), '1', 'which maintenance compiles');
is(decides('postgres', 'a', 'b'), "deny three\ndeny four\n0", 'and then it is used');

# A text of today's engine's refusal: the fragment is of another text, so it does not count.
sql("CREATE TABLE texts AS SELECT namespace, id, revision, document FROM llm_policy.policy_documents WHERE id = 'a' AND revision = 2");
sql("UPDATE llm_policy.policy_documents SET document = 'rules: {' WHERE id = 'a' AND revision = 2");
my ($state, undef, $message) = sqlstate_and_output($node, "SELECT llm_policy_simulate('{}', namespace => 'acme')");
is($state, 'LP001', 'a document that can no longer be read is an error');
like($message, qr{policy "acme/a" revision 2}, 'which names the policy');
is(sql("SELECT llm_policy_simulate('{}') ->> 'decision'"), 'allow', 'and concerns its own scope only');
sql(apply('c', 'five'));
sql("DELETE FROM llm_policy.policy_fragments WHERE id IN ('b', 'c')");
is(maintain(), '2', 'maintenance compiles the others, and does the rest of its work');
like(slurp_file($node->logfile), qr{WARNING: .*policy "acme/a" revision 2 can no longer be read}, 'it warns of that one');
sql('UPDATE llm_policy.policy_documents d SET document = t.document FROM texts t WHERE d.id = t.id AND d.revision = t.revision');
is(decides('postgres', 'a', 'b', 'c'), "deny three\ndeny four\ndeny five\n0", 'the text it was made of is back, and the fragment counts');

# More of them than are compiled in one go, in front of one that can be read.
sql("SELECT count(*) FROM llm_policy_apply(@{[ plain_policies(600, 'no') ]}, 'broken'); "
	  . "UPDATE llm_policy.policy_documents SET document = 'rules: {' WHERE namespace = 'broken' AND id <> 'p99'; "
	  . 'TRUNCATE llm_policy.policy_fragments');
is(maintain(), '4', 'many documents that cannot be read do not keep maintenance from the others');
sql("DELETE FROM llm_policy.policy_current WHERE namespace = 'broken'");

# --- Beside authors -------------------------------------------------------------------------------------------

{
	my $author = $node->background_psql('postgres');

	sql('SELECT count(*) FROM llm_policy_maintain(); TRUNCATE llm_policy.policy_fragments');
	sql("SELECT action FROM llm_policy_apply('{metadata: {id: x, name: p}, rules: []}', 'beta'); TRUNCATE llm_policy.policy_fragments");
	$author->query_safe('BEGIN; ' . apply('b', 'six'));
	is(maintain(undef, "SET lock_timeout = '1s'; "), '1', 'maintenance does not wait for an author, and leaves that namespace alone');
	$author->query_safe('COMMIT');
	is(maintain(), '2', 'until the next time');
	is(decides('postgres', 'a', 'b', 'c'), "deny three\ndeny six\ndeny five\n0", 'decisions are right');
	$author->quit;
}

# --- Rights ---------------------------------------------------------------------------------------------------

sql('CREATE ROLE llm_policy_test_nobody LOGIN; CREATE ROLE llm_policy_test_everything LOGIN; '
	  . join('; ', map { "SELECT llm_policy_grant('llm_policy_test_everything', '$_')" } qw(evaluator author auditor admin)));
for my $role ('llm_policy_test_nobody', 'llm_policy_test_everything')
{
	for my $statement (
		'SELECT fragment FROM llm_policy.policy_fragments',
		"INSERT INTO llm_policy.policy_fragments VALUES ('acme', 'z', 1, '')",
		"UPDATE llm_policy.policy_fragments SET fragment = ''",
		'DELETE FROM llm_policy.policy_fragments',
		'TRUNCATE llm_policy.policy_fragments')
	{
		($state) = sqlstate_and_output($node, $statement, params => [ '-U', $role ]);
		is($state, '42501', "$role: " . ($statement =~ /^(\w+)/)[0] . ' of fragments is refused');
	}
}

$node->stop;
done_testing();
