#!/usr/bin/env node
// `npx posthorn …` in a working copy: the bootstrap builds what is missing and picks the right Node; where only the
// built files were installed there is nothing to prepare.
import { existsSync } from 'node:fs';

const bootstrap = new URL('../../../scripts/bootstrap.mjs', import.meta.url);

if (existsSync(bootstrap)) {
  process.argv.splice(2, 0, 'posthorn');
  await import(bootstrap.href);
} else {
  await import(new URL('../../../dist/apps/cli/src/main.js', import.meta.url).href);
}
