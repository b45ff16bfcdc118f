import { readText } from './what-is-said.js';

/** Who is asked before a message of a workspace is taken, and what holds where there is no answer. */
export interface ModerationRule {
  readonly url: string;
  /** `whsec_…`: each question is signed with each of these, the newest first. */
  readonly keys: readonly string[];
  /** From asking to the end of the answer. */
  readonly timeoutMs: number;
  /** No answer, or none that can be understood. */
  readonly onFailure: 'allow' | 'refuse';
  /** Whether bots are asked about as well. One that answers what it reads would otherwise be asked about itself. */
  readonly bots: boolean;
}

export type Verdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'refuse'; readonly reason?: string }
  | { readonly kind: 'replace'; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: string };

const LONGEST_REASON = 500;

/** What the body of an answer says. With nothing in it it allows. */
export function readVerdict(body: string, attachments: number): Verdict {
  if (body.trim() === '') return { kind: 'allow' };
  const said = objectIn(body);
  switch (said?.['verdict']) {
    case 'allow':
      return { kind: 'allow' };
    case 'refuse':
      return { kind: 'refuse', ...reasonIn(said['reason']) };
    case 'replace':
      return replaced(said['text'], attachments);
    default:
      return { kind: 'failed', reason: 'not a verdict' };
  }
}

function objectIn(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const said: unknown = JSON.parse(body);
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** It is shown to people, as one line. */
function reasonIn(said: unknown): { readonly reason?: string } {
  if (typeof said !== 'string') return {};
  const reason = said
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, LONGEST_REASON)
    .toWellFormed();
  return reason === '' ? {} : { reason };
}

/** A text that nobody could have sent cannot be put into anybody's mouth either. */
function replaced(text: unknown, attachments: number): Verdict {
  try {
    if (typeof text === 'string') return { kind: 'replace', text: readText(text, attachments) };
  } catch {
    // Too long, or nothing.
  }
  return { kind: 'failed', reason: 'not a text' };
}
