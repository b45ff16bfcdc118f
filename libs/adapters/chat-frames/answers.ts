import { Refusal } from '#domain/kernel/refusal.js';
import type { Log } from '#ports/system/log.js';
import type { Answer } from './wire.js';

/** What came of a frame, as its sender is told. */
export async function answerOf(run: () => Promise<object>, log: Log): Promise<Answer> {
  try {
    return { ok: true, data: await run() };
  } catch (error) {
    if (error instanceof Refusal) return answerTo(error);
    log.error('chat.frame_failed', { error });
    return refused('internal_error', 'The error has been logged.');
  }
}

export function refused(code: string, detail: string): Answer {
  return { ok: false, error: { code, detail } };
}

function answerTo({ code, message: detail, faults, retryAfterMs }: Refusal): Answer {
  const errors = faults.length > 0 ? { errors: faults } : {};
  return {
    ok: false,
    error: { code, detail, ...errors, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  };
}
