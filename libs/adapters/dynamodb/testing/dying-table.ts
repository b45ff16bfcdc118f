import type { DynamoTable } from '../engine/dynamo-table.js';

const WRITES = new Set<PropertyKey>(['put', 'update', 'delete', 'transact', 'writeAll']);

/** The table of a process that is killed after so many calls that write. */
export function dyingAfter(table: DynamoTable, writes: number): DynamoTable {
  let left = writes;
  return new Proxy(table, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (WRITES.has(name) && left === 0) return Promise.reject(new Error('killed'));
        if (WRITES.has(name)) left -= 1;
        return Reflect.apply(value, target, args);
      };
    },
  });
}
