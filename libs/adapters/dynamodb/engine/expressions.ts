/** A part of a DynamoDB request with the names and values that stand in it for `#name` and `:value`. */
export interface Expression {
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * A condition, filter or key condition: `` when`#revision = ${3} AND attribute_exists(pk)` ``. Attributes are written as
 * `#name`, so that none of them can be a reserved word; an expression may stand inside another.
 */
export function when(parts: TemplateStringsArray, ...given: readonly unknown[]): Expression {
  return expression('c', parts, given);
}

/** A change: `` to`SET #name = ${'x'} REMOVE #was ADD #count ${1}` ``. */
export function to(parts: TemplateStringsArray, ...given: readonly unknown[]): Expression {
  return expression('u', parts, given);
}

/** `SET` of every field of a record, and `REMOVE` of those that are undefined. */
export function fields(changed: Readonly<Record<string, unknown>>): Expression {
  const entries = Object.entries(changed);
  const set = entries.filter(([, value]) => value !== undefined);
  const gone = entries.filter(([, value]) => value === undefined).map(([name]) => `#${name}`);
  const values = Object.fromEntries(set.map(([name, value]) => [`:f_${name}`, value]));
  const text = [
    set.length > 0 ? `SET ${set.map(([name]) => `#${name} = :f_${name}`).join(', ')}` : '',
    gone.length > 0 ? `REMOVE ${gone.join(', ')}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
  return { text, names: namesIn(text), values };
}

/** What a request takes of several expressions that stand in different places of it. */
export function combined(...all: readonly (Expression | undefined)[]): {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
} {
  const names = Object.assign({}, ...all.map((one) => one?.names)) as Record<string, string>;
  const values = Object.assign({}, ...all.map((one) => one?.values)) as Record<string, unknown>;
  return {
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

let made = 0;

function expression(kind: 'c' | 'u', parts: readonly string[], given: readonly unknown[]): Expression {
  // Two expressions of one request must not share a placeholder: numbers are not used again for a long while.
  const values: Record<string, unknown> = {};
  const nested: Expression[] = [];
  const texts = given.map((value) => {
    if (isExpression(value)) {
      nested.push(value);
      return value.text;
    }
    const name = `:${kind}${(made = (made + 1) % 1_000_000)}`;
    values[name] = value;
    return name;
  });
  const text = parts.map((part, at) => part + (texts[at] ?? '')).join('');
  for (const one of nested) Object.assign(values, one.values);
  return { text, names: namesIn(text), values };
}

function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'text' in value && 'names' in value;
}

function namesIn(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/#(\w+)/g)].map(([name, attribute = '']) => [name, attribute]));
}
