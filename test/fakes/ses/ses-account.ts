import type { FakeClock } from '../kit/clock.js';
import { jsonAnswer, type Answer } from '../kit/http-call.js';
import { domainOf, parseMailbox } from '../kit/addresses.js';
import { SendRate } from '../kit/rates.js';
import { SesRefusal } from './ses-errors.js';

export interface SesAccountOptions {
  /** Recipients per second, with a second's burst. Left out: as fast as one likes. */
  maxSendRate?: number;
  /** Recipients per 24 hours; the fake does not forget any of them. Left out: no limit. */
  max24HourSend?: number;
  /** Domains and addresses one may send from. Left out: all. */
  verifiedIdentities?: string[];
  sendingEnabled?: boolean;
}

const UNLIMITED_RATE = 1_000_000;

/** The account behind the API: what it may send, how fast, and from whom. */
export class SesAccount {
  readonly #options: SesAccountOptions;
  readonly #rate: SendRate | undefined;
  #sent = 0;
  #messages = 0;
  readonly #run: string;

  constructor(options: SesAccountOptions, clock: FakeClock) {
    this.#options = options;
    this.#rate = options.maxSendRate === undefined ? undefined : new SendRate(options.maxSendRate, clock);
    this.#run = `0100${Date.now().toString(16)}${process.pid.toString(16).padStart(6, '0')}`;
  }

  /** Admits one mail with this many recipients, or names the limit that stands against it. */
  admit(recipients: number): 'yes' | 'rate' | 'quota' {
    if (this.#sent + recipients > (this.#options.max24HourSend ?? Infinity)) return 'quota';
    // SES lets a mail to several through while there is anything left, and makes the next ones wait for it.
    if (this.#rate && this.#rate.take(recipients) === 0) return 'rate';
    this.#sent += recipients;
    return 'yes';
  }

  nextMessageId(): string {
    this.#messages += 1;
    return `${this.#run}-${this.#messages.toString(16).padStart(12, '0')}-000000`;
  }

  checkSender(from: string | undefined): void {
    if (this.#options.sendingEnabled === false) {
      throw new SesRefusal(400, 'SendingPausedException', 'Email sending is disabled for the account.');
    }
    const email = parseMailbox(from)?.email;
    if (from !== undefined && email === undefined)
      throw new SesRefusal(400, 'BadRequestException', 'Illegal sender address.');
    if (email !== undefined && !this.#verified(email)) {
      const words =
        'Email address is not verified. The following identities failed the check in region US-EAST-1: ';
      throw new SesRefusal(400, 'MessageRejected', words + email);
    }
  }

  /** GetAccount. -1 is how SES says that there is no quota. */
  describe(): Answer {
    return jsonAnswer(200, {
      DedicatedIpAutoWarmupEnabled: false,
      EnforcementStatus: 'HEALTHY',
      ProductionAccessEnabled: true,
      SendingEnabled: this.#options.sendingEnabled ?? true,
      SendQuota: {
        Max24HourSend: this.#options.max24HourSend ?? -1,
        MaxSendRate: this.#options.maxSendRate ?? UNLIMITED_RATE,
        SentLast24Hours: this.#sent,
      },
    });
  }

  /** GetEmailIdentity. */
  identity(name: string): Answer {
    const verified = this.#verified(name);
    if (!verified) throw new SesRefusal(404, 'NotFoundException', `Email identity ${name} does not exist.`);
    return jsonAnswer(200, {
      IdentityType: name.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
      FeedbackForwardingStatus: true,
      VerifiedForSendingStatus: true,
      VerificationStatus: 'SUCCESS',
      DkimAttributes: { SigningEnabled: true, Status: 'SUCCESS', SigningAttributesOrigin: 'AWS_SES' },
      MailFromAttributes: { BehaviorOnMxFailure: 'USE_DEFAULT_VALUE' },
    });
  }

  #verified(identity: string): boolean {
    const { verifiedIdentities } = this.#options;
    const name = identity.toLowerCase();
    return !verifiedIdentities || verifiedIdentities.some((one) => one === name || one === domainOf(name));
  }
}
