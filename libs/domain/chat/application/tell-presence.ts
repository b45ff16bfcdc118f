import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { isBot } from '#domain/chat/model/bot.js';
import type { DeviceState, Shown } from '#domain/chat/model/presence.js';
import type { Absences } from '#ports/chat/absences.js';
import type { Blocks } from '#ports/chat/blocks.js';
import type { Presence } from '#ports/chat/presence.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Follower } from './follower.js';
import type { LiveConversations } from './live-conversations.js';

export interface PresenceTools {
  readonly presence: Presence;
  readonly blocks: Blocks;
  readonly absences: Absences;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds for which a device counts without being heard of. */
export const LEASE_MS = 75_000;
/** Milliseconds in which all that are connected are renewed, some at a time: nobody is to wait for thousands. */
const RENEW_MS = 25_000;
const RENEWED_IN_PARTS = 50;
/** Changes within so many milliseconds are told of as one. */
const COLLECT_MS = 1_000;
/** Milliseconds after which others are told that somebody has gone: who reloads a page or loses a connection was never away. */
const GONE_AFTER_MS = 5_000;
/** In larger conversations nobody is told who else is there. */
const MOST_TOLD = 256;
/** As many as are asked for at once, and shown to somebody who comes. */
const AT_ONCE = 500;

interface Whom {
  readonly workspaceId: WorkspaceId;
  readonly userId: string;
}

interface Device {
  readonly workspaceId: WorkspaceId;
  readonly id: string;
  state: DeviceState;
}

/** Holds the leases of those who are connected here, and tells those who share a conversation with them. */
export class TellPresence {
  readonly #tools: PresenceTools;
  readonly #live: LiveConversations;
  readonly #devices = new Map<Follower, Device>();
  /** By user of a workspace: what was told of them last. Only of those who were not offline. */
  readonly #told = new Map<string, string>();
  readonly #changed = new Map<string, Whom>();
  /** Those of whom a device has gone, in the order in which they did, and from when on others may know. */
  readonly #gone = new Map<string, Whom & { readonly toldAt: Instant }>();
  /** What is left of a round of renewals. Whoever comes meanwhile holds a lease that outlasts this one and the next. */
  #round = { devices: this.#devices.keys(), left: 0, atOnce: 0 };
  #cancelTelling: (() => void) | undefined;
  #cancelRenewing = (): void => {};
  #underWay: Promise<void> = Promise.resolve();
  #running = false;

  constructor(tools: PresenceTools, live: LiveConversations) {
    this.#tools = tools;
    this.#live = live;
  }

  start(): void {
    this.#running = true;
    this.#renewLater();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelRenewing();
    this.#cancelTelling?.();
    await this.#underWay;
  }

  /** A bot is a program that runs or does not: nobody is told that it is there. */
  come(workspaceId: WorkspaceId, follower: Follower, deviceId: string): void {
    if (isBot(follower.userId)) return;
    this.#devices.set(follower, { workspaceId, id: deviceId, state: 'online' });
    this.#hold(follower);
    void this.#endAbsence(workspaceId, follower.userId);
  }

  set(follower: Follower, state: DeviceState): void {
    const device = this.#devices.get(follower);
    if (!device || device.state === state) return;
    device.state = state;
    this.#hold(follower);
  }

  go(follower: Follower): void {
    const device = this.#devices.get(follower);
    if (!device) return;
    this.#devices.delete(follower);
    const { workspaceId, id } = device;
    const { userId } = follower;
    this.#do(() => this.#tools.presence.drop(workspaceId, userId, id));
    const key = keyOf(workspaceId, userId);
    this.#gone.delete(key);
    this.#gone.set(key, { workspaceId, userId, toldAt: this.#tools.clock.now() + GONE_AFTER_MS });
    this.#tellLater();
  }

  /** Those of the others in the follower's conversations who are there. */
  async seenBy(workspaceId: WorkspaceId, follower: Follower): Promise<readonly Shown[]> {
    const small = this.#live.followedBy(follower).filter(({ members }) => members.size <= MOST_TOLD);
    const others = new Set(small.flatMap(({ members }) => [...members]));
    others.delete(follower.userId);
    const shown = await this.#shown(workspaceId, [...others].slice(0, AT_ONCE));
    const there = shown.filter(({ state }) => state !== 'offline');
    const ids = there.map(({ userId }) => userId);
    const hidden = await this.#tools.blocks.among(workspaceId, follower.userId, ids);
    return there.filter(({ userId }) => !hidden.has(userId));
  }

  /** Nobody, while nobody can say: whoever comes back gets what they missed whether or not it is known who is there. */
  async #shown(workspaceId: WorkspaceId, userIds: readonly string[]): Promise<readonly Shown[]> {
    try {
      return await this.#tools.presence.of(workspaceId, userIds);
    } catch (error) {
      this.#tools.log.error('chat.presence_unavailable', { error });
      return [];
    }
  }

  #hold(follower: Follower): void {
    const device = this.#devices.get(follower);
    if (!device) return;
    const { workspaceId, id, state } = device;
    this.#do(() => this.#tools.presence.hold(workspaceId, follower.userId, { id, state }, LEASE_MS));
    this.#change(workspaceId, follower.userId);
  }

  #change(workspaceId: WorkspaceId, userId: string): void {
    this.#changed.set(keyOf(workspaceId, userId), { workspaceId, userId });
    this.#tellLater();
  }

  #tellLater(): void {
    if (!this.#running) return;
    this.#cancelTelling ??= this.#tools.clock.after(COLLECT_MS, () => {
      this.#cancelTelling = undefined;
      this.#takeGone();
      if (this.#changed.size > 0) this.#do(() => this.#tellChanges());
    });
  }

  #takeGone(): void {
    const now = this.#tools.clock.now();
    for (const [key, { workspaceId, userId, toldAt }] of this.#gone) {
      if (toldAt > now) return this.#tellLater();
      this.#gone.delete(key);
      this.#changed.set(key, { workspaceId, userId });
    }
  }

  async #tellChanges(): Promise<void> {
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    for (const workspaceId of new Set(changed.map((one) => one.workspaceId))) {
      const users = changed.filter((one) => one.workspaceId === workspaceId).map(({ userId }) => userId);
      for (let at = 0; at < users.length; at += AT_ONCE)
        for (const shown of await this.#tools.presence.of(workspaceId, users.slice(at, at + AT_ONCE)))
          await this.#tell(workspaceId, shown);
    }
  }

  async #tell(workspaceId: WorkspaceId, shown: Shown): Promise<void> {
    const key = keyOf(workspaceId, shown.userId);
    if ((this.#told.get(key) ?? 'offline') === shown.state) return;
    // They may come back yet.
    if (shown.state === 'offline' && this.#gone.has(key)) return;
    if (shown.state === 'offline') this.#told.delete(key);
    else this.#told.set(key, shown.state);
    const whom = new Set<Follower>();
    for (const { members, followers } of this.#live.of(workspaceId, shown.userId))
      if (members.size <= MOST_TOLD) for (const one of followers) if (members.has(one.userId)) whom.add(one);
    const ids = new Set([...whom].map(({ userId }) => userId));
    const hidden = await this.#tools.blocks.among(workspaceId, shown.userId, [...ids]);
    for (const one of whom)
      if (one.userId !== shown.userId && !hidden.has(one.userId))
        one.pass({ kind: 'presence', presence: shown });
  }

  /** Kept where it outlasts us: who comes and goes before we stop has been here, though nobody remembers their lease. */
  async #endAbsence(workspaceId: WorkspaceId, userId: string): Promise<void> {
    const { absences, log } = this.#tools;
    try {
      const [latest] = await absences.of(workspaceId, [userId]);
      if (latest && latest.state !== 'over') await absences.end(latest);
    } catch (error) {
      log.error('chat.absence_not_ended', { error });
    }
  }

  #renewLater(): void {
    this.#cancelRenewing = this.#tools.clock.after(RENEW_MS / RENEWED_IN_PARTS, () => {
      this.#renewSome();
      if (this.#running) this.#renewLater();
    });
  }

  #renewSome(): void {
    if (this.#round.left <= 0) {
      const { size } = this.#devices;
      this.#round = { devices: this.#devices.keys(), left: size, atOnce: Math.ceil(size / RENEWED_IN_PARTS) };
    }
    for (let i = 0; i < this.#round.atOnce && this.#round.left > 0; i++) {
      const { value, done } = this.#round.devices.next();
      this.#round.left = done ? 0 : this.#round.left - 1;
      if (value) this.#hold(value);
    }
  }

  /** In their order: who drops what they have just taken must not hold it in the end. */
  #do(step: () => Promise<void>): void {
    this.#underWay = this.#underWay
      .then(step)
      .catch((error: unknown) => this.#tools.log.error('chat.presence_unavailable', { error }));
  }
}

function keyOf(workspaceId: WorkspaceId, userId: string): string {
  return JSON.stringify([workspaceId, userId]);
}
