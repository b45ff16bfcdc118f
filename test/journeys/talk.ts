import type { Watched } from '#test/chat/watched-client.js';
import type { Installation } from './installation.js';

type Seats = Readonly<Partial<Record<'realtime-1' | 'realtime-2', readonly string[]>>>;

/** A group whose members are connected to processes of their own, and all that was said in it. */
export class Talk {
  readonly #id: string;
  readonly #members: readonly Watched[];
  readonly #said: string[] = [];

  private constructor(id: string, members: readonly Watched[]) {
    this.#id = id;
    this.#members = members;
  }

  static async open(installation: Installation, seats: Seats): Promise<Talk> {
    const [owner = '', ...members] = Object.values(seats).flat();
    const group = { kind: 'group', title: 'Talk', members };
    const { id } = await installation.api.post(`/v1/conversations?as=${owner}`, group);
    const clients: Watched[] = [];
    for (const node of ['realtime-1', 'realtime-2'] as const)
      for (const user of seats[node] ?? []) clients.push(await installation.client(user, node));
    await Promise.all(clients.map((one) => one.following(String(id))));
    return new Talk(String(id), clients);
  }

  /** Without waiting for anything. */
  everybodySays(what: string): void {
    for (const { client, userId } of this.#members) this.#say(client, `${userId}: ${what}`);
  }

  /** What everybody says, and all that was said before. */
  async everybodyHears(what: string): Promise<void> {
    this.everybodySays(what);
    for (const one of this.#members) for (const text of this.#said) await one.hears(this.#id, text);
  }

  /** In what anybody was told, what is not what was said: once, in one order for all, and that of each who spoke. */
  complaints(): readonly string[] {
    const [first] = this.#members;
    const order = JSON.stringify(first?.textsOf(this.#id));
    return this.#members.flatMap((one) => {
      const [heard, texts] = [one.of(this.#id), one.textsOf(this.#id)];
      const ofSpeaker = (all: readonly string[], who: string): string =>
        all.filter((text) => text.startsWith(`${who}: `)).join();
      return [
        ...(heard.every(({ seq }, i) => seq === i + 1) ? [] : [`${one.userId} missed something`]),
        ...(texts.length === this.#said.length
          ? []
          : [`${one.userId} heard ${texts.length} of ${this.#said.length}`]),
        ...(JSON.stringify(texts) === order ? [] : [`${one.userId} heard it in another order`]),
        ...this.#members
          .filter(({ userId }) => ofSpeaker(texts, userId) !== ofSpeaker(this.#said, userId))
          .map(({ userId }) => `${one.userId} heard ${userId} say things as they were not said`),
        ...(one.refused.length === 0 ? [] : [`${one.userId} was refused`]),
      ];
    });
  }

  /** Why a member's connections were lost. */
  codesOf(userId: string): readonly string[] {
    const links = this.#members.find((one) => one.userId === userId)?.links ?? [];
    return links.flatMap((link) => (link.status === 'waiting' ? [link.code] : []));
  }

  close(): void {
    for (const { client } of this.#members) client.stop();
  }

  #say(client: Watched['client'], text: string): void {
    this.#said.push(text);
    client.send(this.#id, text);
  }
}
