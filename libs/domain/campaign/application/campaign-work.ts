/**
 * The long-running work of this context, as the use cases nudge it: a nudge only saves waiting for the next look. A
 * process without the worker role has none to nudge.
 */
export class CampaignWork {
  #expansion: { look(): void } | undefined;
  #imports: { look(): void } | undefined;

  connect(expansion: { look(): void }, imports: { look(): void }): void {
    this.#expansion = expansion;
    this.#imports = imports;
  }

  expansionMayGoOn(): void {
    this.#expansion?.look();
  }

  importsMayGoOn(): void {
    this.#imports?.look();
  }
}
