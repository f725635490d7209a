-- A new connection: the first `expression` over a request, name `name`.
SELECT bench.clock() AS before \gset
SELECT :expression FROM bench.requests LIMIT 1 \g /dev/null
SELECT :'name', (bench.clock() - :before) / 1e6;
