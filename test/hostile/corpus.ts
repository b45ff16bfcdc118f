import { addressingRows } from './corpus/addressing.js';
import { bodyRows } from './corpus/bodies.js';
import { requestRows } from './corpus/requests.js';
import { templateRows } from './corpus/templates.js';
import { theirRows } from './corpus/theirs.js';
import type { HostileRow } from './rows.js';

/**
 * Hostile and broken requests and the one answer to each, by the number of the list they are on. Every address in here
 * ends in canary.example, and no line of the server's log may hold one.
 */
export const corpus: readonly HostileRow[] = [
  ...addressingRows,
  ...templateRows,
  ...bodyRows,
  ...theirRows,
  ...requestRows,
];
