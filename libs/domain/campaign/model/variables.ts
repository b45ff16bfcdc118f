import type { FieldFault } from '#domain/kernel/refusal.js';

/** What stands beside a campaign's own data in each of its mails: the person's, see `mergeData`, and the platform's. */
export const OF_EACH_MAIL = new Set([
  'email',
  'name',
  'locale',
  'timezone',
  'attributes',
  'unsubscribeUrl',
  'preferencesUrl',
  'assetsUrl',
]);

interface Variable {
  /** A dot reaches into an object. */
  readonly name: string;
  readonly required: boolean;
}

/**
 * The variables that a template requires and no mail of the campaign would have: each of them would fail. Whether a
 * person has what is asked of people (`attributes.city`) shows person by person.
 */
export function faultsOfVariables(
  variables: readonly Variable[],
  data: Readonly<Record<string, unknown>>,
): FieldFault[] {
  return variables
    .filter(
      ({ name, required }) => required && !OF_EACH_MAIL.has(name.split('.')[0] ?? '') && !has(data, name),
    )
    .map(({ name }) => ({
      pointer: `/data/${name.replaceAll('.', '/')}`,
      code: 'missing_variable',
      detail: `The template requires ${name}.`,
    }));
}

function has(data: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = name.split('.').reduce<unknown>((of, part) => {
    const within = typeof of === 'object' && of !== null && Object.hasOwn(of, part);
    return within ? (of as Record<string, unknown>)[part] : undefined;
  }, data);
  return value !== undefined && value !== null;
}
