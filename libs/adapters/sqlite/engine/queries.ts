import { readFileSync } from 'node:fs';

/**
 * Reads a .sql file of statements, each under a line `-- name: <query>`. Comments between the name and the
 * statement belong to the statement.
 */
export function readQueries(file: URL): Map<string, string> {
  const queries = new Map<string, string>();
  const parts = readFileSync(file, 'utf8').split(/^-- name: *(\w+) *$/m);
  for (let i = 1; i + 1 < parts.length; i += 2) {
    const name = parts[i] ?? '';
    if (queries.has(name)) throw new Error(`Query ${name} stands twice in ${file.pathname}`);
    queries.set(name, (parts[i + 1] ?? '').trim());
  }
  return queries;
}
