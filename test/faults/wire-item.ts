/** A value as DynamoDB has it on the wire. */
interface Value {
  readonly S?: string;
  readonly N?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly L?: readonly Value[];
  readonly M?: Readonly<Record<string, Value>>;
}
export type WireItem = Readonly<Record<string, Value>>;

export function text(value: Value | undefined): string {
  return value?.S ?? '';
}

export function number(value: Value | undefined): number {
  return Number(value?.N ?? 0);
}

export function plain(value: Value | undefined): unknown {
  if (value === undefined || value.NULL) return null;
  if (value.L) return value.L.map(plain);
  if (value.M) return Object.fromEntries(Object.entries(value.M).map(([name, one]) => [name, plain(one)]));
  return value.S ?? (value.N === undefined ? value.BOOL : Number(value.N));
}

/** Those of one kind, by the beginning of the key of their partition. */
export function ofKind(items: readonly WireItem[], kind: string, sk?: string): readonly WireItem[] {
  return items.filter(
    (item) => text(item['pk']).startsWith(`${kind}#`) && (sk === undefined || text(item['sk']) === sk),
  );
}
