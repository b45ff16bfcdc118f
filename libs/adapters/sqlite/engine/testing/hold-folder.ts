import { SqliteEngine } from '../sqlite-engine.js';

// Opens the data folder named on the command line, says so, and holds it until it is killed.
await SqliteEngine.open(process.argv[2] ?? '');
process.send?.('held');
setInterval(() => {}, 60_000);
