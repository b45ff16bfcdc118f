import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { FallbackRule } from './notification-type.js';
import { accepted, type Leg, type Notification, type NotificationId, statusChanges } from './notification.js';
import { type LegNews, move, type Moved, type Progress } from './progress.js';

const NOW = Date.UTC(2026, 0, 31, 13);
const IN_TIME: FallbackRule = { mode: 'fallback', timeoutMs: 30_000 };
const PATIENT: FallbackRule = { mode: 'fallback' };
const ALL: FallbackRule = { mode: 'all' };

const fresh = (change: { test?: boolean } = {}): Notification =>
  accepted({
    id: 'ntf_01arz3ndektsv4rrffq69g5fav' as NotificationId,
    workspaceId: 'wsp_1' as WorkspaceId,
    type: 'mfa_code',
    lane: 'critical',
    to: { userId: 'ada', addresses: {} },
    data: {},
    test: false,
    acceptedAt: NOW,
    ...change,
  });
const leg = (channel: string): Leg => ({
  channel,
  addresses: ['x'],
  templateId: 'tpl_1',
  templateVersion: 1,
  state: 'waiting',
});

/** A notification that is moved step by step, and what was to be done after each. */
class Story {
  now = NOW;
  notification: Notification;
  started: string[] = [];
  calledOff: string[] = [];
  readonly rule: FallbackRule;

  constructor(rule: FallbackRule, notification = fresh()) {
    this.rule = rule;
    this.notification = notification;
  }

  does(progress: Progress): this {
    const moved: Moved | undefined = move(this.notification, progress, this.now);
    if (!moved) return this;
    this.notification = moved.notification;
    this.started.push(...moved.start.map(({ channel }) => channel));
    this.calledOff.push(...moved.callOff.map(({ channel }) => channel));
    return this;
  }
  routed(...channels: string[]): this {
    return this.does({ what: 'routed', legs: channels.map(leg), reasons: [], rule: this.rule });
  }
  hears(channel: string, state: LegNews | 'read'): this {
    const { rule } = this;
    if (state !== 'read') return this.does({ what: 'leg', channel, state, rule });
    return this.does({ what: 'read', channel, rule });
  }
  waits(ms: number): this {
    this.now += ms;
    return this.does({ what: 'looked', rule: this.rule });
  }
  get states(): string[] {
    return this.notification.legs.map(({ channel, state }) => `${channel} ${state}`);
  }
}

describe('a notification with a fallback', () => {
  it('starts with its first channel only, and is sent, delivered and read by it', () => {
    const story = new Story(PATIENT).routed('sms', 'email');
    expect(story.started).toEqual(['sms']);
    expect(story.notification.status).toBe('sending');
    for (const state of ['sent', 'delivered', 'read'] as const) {
      expect(story.hears('sms', state).notification.status).toBe(state);
    }
    expect(story.started).toEqual(['sms']);
  });

  it.each(['failed', 'bounced'] as const)('goes to the next channel when one has %s', (state) => {
    const story = new Story(PATIENT).routed('sms', 'email').hears('sms', 'sent').hears('sms', state);
    expect(story.started).toEqual(['sms', 'email']);
    expect(story.notification.status).toBe('sending');
    expect(story.hears('email', 'delivered').notification.status).toBe('delivered');
  });

  it('ends as its last channel did when none is left', () => {
    expect(new Story(PATIENT).routed('sms').hears('sms', 'failed').notification.status).toBe('failed');
    const bounced = new Story(PATIENT)
      .routed('sms', 'email')
      .hears('sms', 'failed')
      .hears('email', 'bounced');
    expect(bounced.notification).toMatchObject({ status: 'bounced', dueAt: undefined });
  });

  it('goes to the next channel when the first is not confirmed in time, and takes back what was not sent', () => {
    const story = new Story(IN_TIME).routed('sms', 'email').waits(29_999);
    expect(story.started).toEqual(['sms']);
    story.waits(1);
    expect([story.started, story.calledOff]).toEqual([['sms', 'email'], ['sms']]);
    expect(story.states).toEqual(['sms abandoned', 'email sending']);
  });

  it('leaves alone what was sent and not confirmed in time: it may yet arrive', () => {
    const story = new Story(IN_TIME).routed('sms', 'email').hears('sms', 'sent').waits(30_000);
    expect([story.started, story.calledOff]).toEqual([['sms', 'email'], []]);
    expect(story.hears('sms', 'delivered').notification.status).toBe('delivered');
  });

  it('waits for no confirmation that came', () => {
    const story = new Story(IN_TIME).routed('sms', 'email').hears('sms', 'delivered').waits(60_000);
    expect(story.started).toEqual(['sms']);
    expect(story.notification.dueAt).toBeUndefined();
  });

  it('waits for none after the last channel', () => {
    const story = new Story(IN_TIME).routed('sms').hears('sms', 'sent');
    expect(story.notification.dueAt).toBeUndefined();
  });

  it('is looked at again while a channel is under way, less and less often', () => {
    const story = new Story(PATIENT).routed('sms');
    const waits: number[] = [];
    for (let looks = 0; looks < 4; looks++) {
      waits.push((story.notification.dueAt ?? 0) - story.now);
      story.waits(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([2_000, 2_000, 4_000, 8_000]);
  });
});

describe('a notification by all channels', () => {
  it('starts them all, and is as good as the best of them', () => {
    const story = new Story(ALL).routed('sms', 'email', 'push');
    expect(story.started).toEqual(['sms', 'email', 'push']);
    expect(story.hears('sms', 'failed').notification.status).toBe('sending');
    expect(story.hears('email', 'delivered').notification.status).toBe('delivered');
    expect(story.hears('push', 'bounced').notification.status).toBe('delivered');
  });
});

describe('a notification', () => {
  it('that has no channel fails', () => {
    expect(new Story(PATIENT).routed().notification).toMatchObject({ status: 'failed', dueAt: undefined });
  });

  it('that is a test is routed, and nothing of it is sent', () => {
    const story = new Story(PATIENT, fresh({ test: true })).routed('sms');
    expect(story.notification.status).toBe('tested');
    expect(story.started).toEqual([]);
  });

  it('can be put off and expires only before it is routed', () => {
    const story = new Story(PATIENT).does({ what: 'deferred', until: NOW + 5, words: 'Quiet.' });
    expect(story.notification).toMatchObject({ status: 'accepted', dueAt: NOW + 5 });
    expect(story.does({ what: 'expired' }).notification.status).toBe('expired');
    const routed = new Story(PATIENT).routed('sms').does({ what: 'expired' });
    expect(routed.notification.status).toBe('sending');
  });

  it('can be cancelled until a provider has it', () => {
    expect(new Story(PATIENT).does({ what: 'cancelled' }).notification.status).toBe('cancelled');
    const sending = new Story(PATIENT).routed('sms', 'email').does({ what: 'cancelled' });
    expect([sending.notification.status, sending.calledOff]).toEqual(['cancelled', ['sms']]);
    // What was in flight then is told, and changes nothing else.
    expect(sending.hears('sms', 'sent').notification.status).toBe('cancelled');
    expect(sending.hears('sms', 'failed').started).toEqual(['sms']);
    const sent = new Story(PATIENT).routed('sms').hears('sms', 'sent');
    expect(() => sent.does({ what: 'cancelled' })).toThrow(Refusal);
  });

  it('cancelled twice is cancelled', () => {
    const story = new Story(PATIENT).does({ what: 'cancelled' });
    const { revision } = story.notification;
    expect(story.does({ what: 'cancelled' }).notification.revision).toBe(revision);
  });

  it('stands where its delivery does, also when that has come back after it was delivered', () => {
    const story = new Story(PATIENT).routed('sms').hears('sms', 'sent').hears('sms', 'delivered');
    expect(story.hears('sms', 'bounced').notification.status).toBe('bounced');
    expect(story.hears('sms', 'delivered').notification.status).toBe('delivered');
  });

  it('goes on to the next channel when it has bounced there after all', () => {
    const story = new Story(PATIENT).routed('sms', 'email').hears('sms', 'delivered').hears('sms', 'bounced');
    expect(story.started).toEqual(['sms', 'email']);
    expect(story.notification.status).toBe('sending');
  });

  it('is read as long as it is delivered, whenever the reading was told', () => {
    const early = new Story(PATIENT).routed('sms').hears('sms', 'read');
    expect(early.notification.status).toBe('sending');
    expect(early.hears('sms', 'sent').hears('sms', 'delivered').notification.status).toBe('read');
    expect(early.hears('sms', 'bounced').notification.status).toBe('bounced');
    expect(early.hears('sms', 'delivered').notification.status).toBe('read');
    const { revision } = early.notification;
    expect(early.hears('sms', 'read').notification.revision).toBe(revision);
  });

  it('says of a leg only why it is as it is now', () => {
    const story = new Story(IN_TIME).routed('sms', 'email').hears('sms', 'sent').waits(30_000);
    expect(story.notification.legs[0]).toMatchObject({ state: 'sent', reason: 'not confirmed in time' });
    story.hears('sms', 'delivered');
    expect(story.notification.legs[0]).not.toHaveProperty('reason');
    expect(story.notification.trace.at(-1)?.words).toBe('It was delivered by sms.');
  });

  it('that was on its way before its statuses were kept has its first and its last', () => {
    const story = new Story(PATIENT).routed('sms');
    story.now += 5_000;
    const { notification } = story.hears('sms', 'sent');
    const before = { ...notification, trace: notification.trace.map(({ status: _, ...entry }) => entry) };
    expect(statusChanges(before)).toEqual([
      { at: NOW, status: 'accepted' },
      { at: NOW + 5_000, status: 'sent' },
    ]);
  });

  it('starts each channel once at most, and never two of a fallback without cause', () => {
    const step = fc.oneof(
      fc.record({
        channel: fc.constantFrom('sms', 'email', 'push'),
        state: fc.constantFrom<LegNews | 'read'>('sent', 'delivered', 'bounced', 'failed', 'read'),
      }),
      fc.record({ wait: fc.constantFrom(1, 2_000, 30_000) }),
      fc.constant('cancel' as const),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.constantFrom(IN_TIME, PATIENT, ALL),
        (steps, rule) => {
          const story = new Story(rule).routed('sms', 'email', 'push');
          const statuses = ['accepted', 'sending'];
          for (const one of steps) {
            const before = story.notification;
            if (one === 'cancel') {
              try {
                story.does({ what: 'cancelled' });
              } catch (error) {
                expect(error).toBeInstanceOf(Refusal);
              }
            } else if ('wait' in one) story.waits(one.wait);
            else story.hears(one.channel, one.state);
            if (story.notification !== before) expect(story.notification.revision).toBe(before.revision + 1);
            if (story.notification.status !== statuses.at(-1)) statuses.push(story.notification.status);
            // Whatever is under way is looked at again; whatever is over is not.
            const underWay = story.notification.legs.some(({ state }) => state === 'sending');
            if (underWay && story.notification.status !== 'cancelled')
              expect(story.notification.dueAt).toBeDefined();
          }
          expect(new Set(story.started).size).toBe(story.started.length);
          expect(statusChanges(story.notification).map(({ status }) => status)).toEqual(statuses);
        },
      ),
    );
  });
});
