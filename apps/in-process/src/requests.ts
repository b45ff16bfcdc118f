import { parseJson } from '#adapters/rest/kit/json-text.js';
import { Validation } from '#adapters/rest/kit/validation.js';
import { NotificationBody } from '#adapters/rest/notifications/notification.body.js';
import { requestOf } from '#adapters/rest/notifications/notifications.controller.js';
import { SaveUserBody } from '#adapters/rest/users/user.body.js';
import type { NotificationRequest } from '#domain/communication/application/accept-notifications.js';
import { Refusal } from '#domain/kernel/refusal.js';

const validation = new Validation();

/** A request as it would have come over HTTP: plain JSON, so that nobody changes it while it is on its way. */
export interface Asked<T> {
  readonly request: T;
  /** The same for the same request, whatever the order of its fields. */
  readonly text: string;
}

/**
 * Reads what an application asks for, by the rules of the REST door: types are no protection from a value out of a
 * database or from an application in JavaScript.
 * @throws Refusal `validation_failed`, `invalid_encoding` or `invalid_json`, pointing into the body of `POST /v1/notifications`
 */
export function readNotification(
  type: string,
  to: object,
  data: object,
  options: object,
): Asked<NotificationRequest> {
  const said = Object.entries(options).map(([name, value]: [string, unknown]) => [name, readable(value)]);
  const text = textOf({ ...Object.fromEntries(said), type, to, data });
  return { request: requestOf(bodyOf(NotificationBody, text)), text };
}

/** @throws Refusal like {@link readNotification}, pointing into the body of `PUT /v1/users/{userId}` */
export function readUser(user: object): SaveUserBody {
  return bodyOf(SaveUserBody, textOf(user));
}

/** JSON writes an invalid date as null, which says nothing: a code to be sent at no time would go out at once. */
function readable(value: unknown): unknown {
  return value instanceof Date && Number.isNaN(value.getTime()) ? String(value) : value;
}

function bodyOf<T extends object>(body: new () => T, text: string): T {
  const plain = parseJson(Buffer.from(text));
  return validation.transform(plain, { type: 'body', metatype: body }) as T;
}

function textOf(value: object): string {
  try {
    return JSON.stringify(sorted(JSON.parse(JSON.stringify(value))));
  } catch {
    // A circle, a big integer, or deeper than the stack.
    const detail = 'What is sent must be plain data that JSON can write.';
    throw new Refusal('validation_failed', detail, {
      faults: [{ pointer: '', code: 'wrong_type', detail }],
    });
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)]));
}
