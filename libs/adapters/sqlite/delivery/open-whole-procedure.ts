import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { Db } from '../engine/store.js';
import { accept, type AcceptPage } from './accept-procedure.js';
import { completeIfDone } from './ledger-rows.js';

export interface OpenWhole {
  readonly dispatch: Dispatch;
  readonly page: AcceptPage;
}

/** Part of the ledger store: see its port for what it promises. */
export function openWhole(db: Db, { dispatch, page }: OpenWhole): { added: number } {
  const { id, workspaceId: workspace, lane, purpose, expiresAt = null, giveUpAt } = dispatch;
  const spec = JSON.stringify(dispatch);
  const { no } =
    db.get<{ no: number }>('openSealed', { id, workspace, lane, purpose, expiresAt, giveUpAt, spec }) ??
    db.get<{ no: number }>('sealById', { id }) ??
    notThere(id);
  const answer = accept(db, page);
  if (answer === 'no_such_dispatch') return notThere(id);
  if (answer.added === 0) completeIfDone(db, no, page.now);
  return answer;
}

function notThere(id: string): never {
  throw new Error(`Dispatch ${id} is neither there nor can it be opened`);
}
