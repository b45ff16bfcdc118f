import fc from 'fast-check';

/**
 * The suite plays the same cases on every run. `POSTHORN_SEED=random npm test -- <spec>` looks for new ones, and
 * `POSTHORN_SEED=<number>` plays those of one seed; whatever fails prints its seed.
 */
const asked = process.env['POSTHORN_SEED'];
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked ?? 1) });

export { fc };
