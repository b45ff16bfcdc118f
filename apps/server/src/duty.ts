/** Something that runs beside the serving of requests, as long as the process does. */
export interface Duty {
  readonly name: string;
  start(): void | Promise<void>;
  /** Finishes what is under way and starts nothing more. */
  stop(): Promise<void>;
}
