import { DatabaseSync } from 'node:sqlite';
import { migrate, readMigrations } from '../migrate.js';

// Migrates a file, saying so before the second migration begins; the test kills it in there.
const [, , file = '', folder = ''] = process.argv;
const db = new DatabaseSync(file);
const migrations = readMigrations(new URL(folder));
migrate(db, migrations.slice(0, 1));
process.send?.('migrating', () => migrate(db, migrations));
