import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import { parseUserId } from '#domain/kernel/user-id.js';
import { type Change, LONGEST_EMOJI, LONGEST_TEXT, MOST_ATTACHMENTS, MOST_MENTIONS } from './message.js';

const LONGEST_TITLE = 200;
const LONGEST_CLIENT_MESSAGE_ID = 128;
/** UTF-8 bytes of an event's JSON. */
const LARGEST_BROADCAST = 16_384;

/** Line breaks and tabs are text, the rest of these are for machines. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/;
const CLIENT_MESSAGE_ID = new RegExp(`^[\\x21-\\x7e]{1,${LONGEST_CLIENT_MESSAGE_ID}}$`);
const EVENT = /^[A-Za-z0-9._:-]{1,64}$/;

function invalid(pointer: string, code: string, detail: string): Refusal {
  return new Refusal('validation_failed', detail, { faults: [{ pointer, code, detail }] });
}

/** What a message says. @throws Refusal `message_too_large` | `validation_failed` */
export function readText(text: string, attachments: number): string {
  if (text.length > LONGEST_TEXT)
    throw new Refusal('message_too_large', `A message has at most ${LONGEST_TEXT} characters.`);
  // Half of a pair of surrogates has no form in UTF-8, and NUL ends a text for some: they would be others once stored.
  if (!text.isWellFormed() || text.includes('\u0000'))
    throw invalid('/text', 'wrong_format', 'The text is not valid Unicode.');
  if (text.trim() === '' && attachments === 0)
    throw invalid('/text', 'required', 'A message says something or carries something.');
  return text;
}

/** @throws Refusal `validation_failed` */
export function readClientMessageId(id: string): string {
  if (CLIENT_MESSAGE_ID.test(id)) return id;
  const detail = `A clientMessageId is 1 to ${LONGEST_CLIENT_MESSAGE_ID} visible ASCII characters.`;
  throw invalid('/clientMessageId', 'wrong_format', detail);
}

/** @throws Refusal `validation_failed` */
export function readClientChangeId(id: string): string {
  if (CLIENT_MESSAGE_ID.test(id)) return id;
  const detail = `A clientChangeId is 1 to ${LONGEST_CLIENT_MESSAGE_ID} visible ASCII characters.`;
  throw invalid('/clientChangeId', 'wrong_format', detail);
}

/** Each once. Whether they are members is for the application to see. @throws Refusal `validation_failed` */
export function readMentions(mentions: readonly string[]): readonly string[] {
  const once = [...new Set(mentions)];
  if (once.length > MOST_MENTIONS)
    throw invalid('/mentions', 'too_long', `A message mentions at most ${MOST_MENTIONS} people.`);
  return once;
}

/** @throws Refusal `validation_failed` */
export function readAttachments(attachments: readonly string[]): readonly string[] {
  if (attachments.length > MOST_ATTACHMENTS)
    throw invalid('/attachments', 'too_long', `A message carries at most ${MOST_ATTACHMENTS} files.`);
  return attachments;
}

/** @throws Refusal `validation_failed` */
export function readTitle(title: string): string {
  const trimmed = title.trim();
  const isGood = trimmed !== '' && trimmed.length <= LONGEST_TITLE && !CONTROLS.test(trimmed);
  if (isGood && trimmed.isWellFormed()) return trimmed;
  throw invalid('/title', 'wrong_format', `A title is one line of 1 to ${LONGEST_TITLE} characters.`);
}

/** @throws Refusal `validation_failed` */
export function readUser(userId: string, pointer: string): string {
  if (parseUserId(userId) !== undefined) return userId;
  throw new Refusal('validation_failed', 'This cannot be the id of a user.', {
    faults: [faultOfUser(pointer)],
  });
}

/** Each once, naming all that cannot be one. @throws Refusal `validation_failed` */
export function readUsers(userIds: readonly string[], pointer: string): readonly string[] {
  const faults = userIds.flatMap((userId, i) =>
    parseUserId(userId) === undefined ? [faultOfUser(`${pointer}/${i}`)] : [],
  );
  if (faults.length > 0)
    throw new Refusal('validation_failed', 'Some of these cannot be the ids of users.', {
      faults: faults.slice(0, 50),
    });
  return [...new Set(userIds)];
}

function faultOfUser(pointer: string): FieldFault {
  const detail = 'A user id has 1 to 128 characters of A-Z, a-z, 0-9, . _ : @ and -.';
  return { pointer, code: 'wrong_format', detail };
}

/** A change with what it says read; who may make it is for the message to say. @throws Refusal */
export function readChange(change: Change): Change {
  if (change.kind === 'edit')
    // Whether it may be empty depends on what the message carries.
    return { ...change, text: readText(change.text, 1), mentions: readMentions(change.mentions) };
  if (change.kind === 'react') readEmoji(change.emoji);
  return change;
}

function readEmoji(emoji: string): void {
  const isGood = emoji.trim() !== '' && emoji.length <= LONGEST_EMOJI && !CONTROLS.test(emoji);
  // As a property's name it would be the prototype, and be lost.
  if (isGood && emoji.isWellFormed() && emoji !== '__proto__') return;
  throw invalid('/emoji', 'wrong_format', `A reaction is 1 to ${LONGEST_EMOJI} characters.`);
}

/** What is passed on without being kept. @throws Refusal `message_too_large` | `validation_failed` */
export function readBroadcast(event: string, data: unknown): void {
  if (!EVENT.test(event))
    throw invalid('/event', 'wrong_format', 'An event is named by 1 to 64 of A-Z a-z 0-9 . _ : -');
  const bytes = Buffer.byteLength(JSON.stringify(data ?? null));
  if (bytes > LARGEST_BROADCAST)
    throw new Refusal('message_too_large', `An event carries at most ${LARGEST_BROADCAST} bytes.`);
}
