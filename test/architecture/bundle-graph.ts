/** What a bundler wrote down of each file that it made. */
interface Chunk {
  readonly isEntry: boolean;
  readonly modules: readonly string[];
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
}
export type Chunks = Readonly<Record<string, Chunk>>;

/** What is in memory once these are loaded: what is imported by name only comes when it is asked for. */
export function loadedWith(chunks: Chunks, files: readonly string[]): string[] {
  const seen = new Set(files);
  for (const file of seen) for (const next of chunks[file]?.imports ?? []) seen.add(next);
  return [...seen];
}

export const modulesOf = (chunks: Chunks, files: readonly string[]): string[] =>
  files.flatMap((file) => chunks[file]?.modules ?? []);

export const importsOf = (chunks: Chunks): string[] =>
  Object.values(chunks).flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);

export const holding = (chunks: Chunks, module: string): string[] =>
  Object.keys(chunks).filter((file) => chunks[file]?.modules.includes(module));
