/** Lets others have the machine for a while: benches look at what they measure from time to time, not all the time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
