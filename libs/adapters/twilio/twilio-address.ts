/** A number as Twilio writes it: the channel before it, where it is not SMS. */
export interface TwilioAddress {
  readonly channel: 'sms' | 'whatsapp';
  /** E.164. */
  readonly number: string;
}

const ADDRESS = /^(whatsapp:)?(\+[1-9]\d{6,14})$/i;

/** Undefined for what nobody can be written to at: a short code, a sender's name, another channel's address. */
export function readTwilioAddress(text: string | undefined): TwilioAddress | undefined {
  const [, prefix, number] = ADDRESS.exec(text ?? '') ?? [];
  return number === undefined ? undefined : { channel: prefix === undefined ? 'sms' : 'whatsapp', number };
}
