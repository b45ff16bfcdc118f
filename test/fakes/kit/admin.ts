import type { HttpCall, Answer } from './http-call.js';
import { jsonAnswer } from './http-call.js';
import { parseFaultRules } from './fault-rules.js';
import type { Mail } from './mails.js';
import type { FakeState } from './state.js';

export const ADMIN_PREFIX = '/__fake/';
export const ADMIN_BODY_LIMIT = 4 * 1024 * 1024;

/** The fake's own endpoints, beside the vendor's: `PUT /__fake/faults`, `GET /__fake/stats` and so on. */
export function administer(state: FakeState, call: HttpCall): Answer {
  const [resource, id, part] = call.path.slice(ADMIN_PREFIX.length).split('/');
  switch (`${call.method} ${resource}`) {
    case 'GET faults':
      return jsonAnswer(200, state.plan.rules);
    case 'PUT faults':
      return putFaults(state, call);
    case 'DELETE faults':
      state.setFaults([]);
      return { status: 204 };
    case 'GET journal':
      return jsonAnswer(200, state.journalSince(Number(new URLSearchParams(call.query).get('since') ?? 0)));
    case 'GET arrivals':
      return jsonAnswer(200, state.arrivals?.all ?? []);
    case 'GET stats':
      return jsonAnswer(200, state.stats());
    case 'DELETE stats':
      state.resetStats();
      return { status: 204 };
    case 'GET mails':
      return id === undefined ? listMails(state, call) : oneMail(state.mails.get(Number(id)), part);
    case 'DELETE mails':
      state.mails.clear();
      return { status: 204 };
    case 'POST release':
      return jsonAnswer(200, { released: state.release() });
    default:
      return jsonAnswer(404, { message: `the fake has no ${call.method} ${call.path}` });
  }
}

function putFaults(state: FakeState, call: HttpCall): Answer {
  try {
    state.setFaults(parseFaultRules(call.json()));
    return jsonAnswer(200, state.plan.rules);
  } catch (error) {
    return jsonAnswer(400, { message: error instanceof Error ? error.message : String(error) });
  }
}

/** All mails kept, without their bodies; `?to=` for one recipient's. */
function listMails(state: FakeState, call: HttpCall): Answer {
  const to = new URLSearchParams(call.query).get('to')?.toLowerCase();
  const wanted = state.mails.all().filter((mail) => !to || mail.to.some((one) => one.toLowerCase() === to));
  return jsonAnswer(
    200,
    wanted.map(({ n, at, from, to, subject, deliveryId, messageId }) => ({
      n,
      at,
      from,
      to,
      subject,
      deliveryId,
      messageId,
    })),
  );
}

function oneMail(mail: Mail | undefined, part: string | undefined): Answer {
  if (!mail) return jsonAnswer(404, { message: 'no such mail is kept' });
  if (part !== 'raw') return jsonAnswer(200, { ...mail, raw: mail.raw?.toString('utf8') });
  if (!mail.raw) return jsonAnswer(404, { message: 'this mail did not come as MIME' });
  return { status: 200, headers: { 'content-type': 'message/rfc822' }, body: mail.raw.toString('utf8') };
}
