import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Fate, type JitterPlan, LEFT_ALONE, type LinePlan, type Mishap } from './jitter-plan.js';

interface Control {
  target: number;
  plan: JitterPlan;
  opened: number;
}

/** A bad network between clients and a server of this machine: passes bytes on as a plan says, for as long as it says. */
export class JitterProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #lines: Set<Line>;
  readonly #met: Record<Mishap, number>;
  readonly #control: Control;

  private constructor(server: Server, lines: Set<Line>, met: Record<Mishap, number>, control: Control) {
    this.#server = server;
    this.#lines = lines;
    this.#met = met;
    this.#control = control;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(target: number, plan: JitterPlan = () => LEFT_ALONE): Promise<JitterProxy> {
    const lines = new Set<Line>();
    const met: Record<Mishap, number> = { reset: 0, end: 0, cut: 0, stall: 0, deaf: 0, ghost: 0 };
    const control: Control = { target, plan, opened: 0 };
    // A half-closed connection stays: which end is told of what is ours to say.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const line = new Line(client, control.target, control.plan(control.opened++), {
        met: (mishap) => (met[mishap] += 1),
        over: () => lines.delete(line),
      });
      lines.add(line);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, resolve);
    });
    return new JitterProxy(server, lines, met, control);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How many connections met with what. */
  get met(): Readonly<Record<Mishap, number>> {
    return { ...this.#met };
  }

  get mishaps(): number {
    return Object.values(this.#met).reduce((sum, count) => sum + count, 0);
  }

  get open(): number {
    return this.#lines.size;
  }

  get opened(): number {
    return this.#control.opened;
  }

  /** Happens now to all that are open. */
  strike(mishap: Mishap, heldMs = 60_000): void {
    for (const line of [...this.#lines]) line.meet({ mishap, heldMs });
  }

  /** Connections that come from now on go to another server. */
  aim(target: number): void {
    this.#control.target = target;
  }

  /** Of the connections that come from now on. */
  follow(plan: JitterPlan): void {
    this.#control.plan = plan;
  }

  /** Nothing happens any more. What is held is let go, by a reset. */
  calm(): void {
    this.follow(() => LEFT_ALONE);
    for (const line of [...this.#lines]) line.calm();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const line of [...this.#lines]) line.reset();
    await closed;
  }
}

interface Told {
  met(mishap: Mishap): void;
  over(): void;
}

/** One connection: two sockets, and what is to happen to them. */
class Line {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #told: Told;
  #delayMs: () => number;
  #fate: Fate | undefined;
  #passed = 0;
  /** Nothing is passed on any more. */
  #isDead = false;
  /** Nothing comes back to the client any more. */
  #isDeaf = false;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(client: Socket, target: number, { fate, delayMs }: LinePlan, told: Told) {
    this.#client = client;
    this.#server = connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true });
    this.#told = told;
    this.#fate = fate;
    this.#delayMs = delayMs;
    this.#join(client, this.#server);
    this.#join(this.#server, client);
    if (fate?.afterMs !== undefined) this.#after(fate.afterMs, () => this.#fate && this.meet(this.#fate));
  }

  meet(fate: Fate, chunk?: Buffer, to?: Socket): void {
    if (this.#isDead) return;
    this.#fate = undefined;
    this.#isDead = fate.mishap !== 'deaf';
    this.#told.met(fate.mishap);
    switch (fate.mishap) {
      case 'reset':
        return this.reset();
      case 'end':
        return this.#hangUp();
      case 'cut':
        if (chunk && to && chunk.length > 1) to.write(chunk.subarray(0, chunk.length >> 1));
        return this.#hangUp();
      case 'ghost':
        this.#client.resetAndDestroy();
        return this.#hold(fate);
      case 'stall':
        this.#client.pause();
        return this.#hold(fate);
      case 'deaf':
        this.#isDeaf = true;
        if (chunk && to === this.#server) this.#pass(chunk, this.#client, to);
        return this.#hold(fate);
    }
  }

  calm(): void {
    this.#fate = undefined;
    this.#delayMs = () => 0;
    if (this.#isDead || this.#isDeaf) this.reset();
  }

  reset(): void {
    this.#isDead = true;
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  /** What was written before still leaves. */
  #hangUp(): void {
    for (const socket of [this.#client, this.#server]) {
      socket.removeAllListeners('data').resume();
      socket.end(() => socket.destroy());
    }
  }

  #hold({ heldMs }: Fate): void {
    this.#server.pause();
    this.#after(heldMs, () => this.reset());
  }

  #join(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      // One chunk at a time each way: order is kept, and who does not read is not read for.
      from.pause();
      const delayMs = this.#delayMs();
      if (delayMs > 0) this.#after(delayMs, () => this.#pass(chunk, from, to));
      else this.#pass(chunk, from, to);
    });
    from.on('end', () => !this.#isDead && to.end());
    from.on('error', () => {});
    from.on('close', () => this.#closed(to));
  }

  #pass(chunk: Buffer, from: Socket, to: Socket): void {
    if (this.#isDead || (this.#isDeaf && from === this.#server)) return;
    this.#passed += chunk.length;
    const { afterBytes = Infinity } = this.#fate ?? {};
    if (this.#fate && this.#passed >= afterBytes) return this.meet(this.#fate, chunk, to);
    const goOn = (): void => void (this.#isDead || from.resume());
    if (to.write(chunk)) goOn();
    else to.once('drain', goOn);
  }

  #closed(other: Socket): void {
    // The other end of a ghost stays until it has been held; of all others nothing is left to be passed on.
    if (!this.#isDead) {
      this.#isDead = true;
      if (!other.destroyed) other.destroy();
    }
    if (!this.#client.destroyed || !this.#server.destroyed) return;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#told.over();
  }

  #after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}
