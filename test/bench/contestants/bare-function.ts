/** A function that does nothing: what any start of this runtime takes, whatever is in the bundle. */
export function handler(): Promise<{ readonly statusCode: number }> {
  return Promise.resolve({ statusCode: 200 });
}
