import { join } from 'node:path';
import type { Cloud } from '#test/support/cloud.js';
import { unrest } from './ledger-file.js';
import { writeLedgerFile } from './ledger-of-table.js';
import type { WireItem } from './wire-item.js';

/** The account that a server keeps, wherever it keeps it, for a checker's eye. */
export interface Books {
  /** A batch of an import is several transactions there. */
  readonly inSteps: boolean;
  /** What is still to be done, in words; undefined when everything has come to an end. */
  unrest(): Promise<string | undefined>;
  /** @returns where a checker finds all of it as it is now */
  file(): Promise<string>;
}

/** @param cloud undefined on the embedded target */
export function booksOf(folder: string, cloud?: Cloud): Books {
  const own = join(folder, 'data', 'posthorn.db');
  if (!cloud)
    return { inSteps: false, unrest: () => Promise.resolve(unrest(own)), file: () => Promise.resolve(own) };
  const file = async (): Promise<string> => {
    const copy = join(folder, 'table.checked');
    writeLedgerFile((await cloud.dynamo.scan('posthorn')) as readonly WireItem[], copy);
    return copy;
  };
  return { inSteps: true, unrest: async () => unrest(await file()), file };
}
