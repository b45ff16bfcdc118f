/** The measured numbers as text, in whatever format the target's collector reads. */
export interface MetricsExposition {
  exposition(): Promise<string>;
}
export const MetricsExposition = Symbol('MetricsExposition');
