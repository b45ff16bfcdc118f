import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Absence } from '#domain/chat/model/absence.js';
import { acme, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import type { Absences } from './absences.js';

export interface AbsencesUnderTest {
  readonly absences: Absences;
  close(): Promise<void>;
}

let last = 0;

function anAbsence(userId: string, change: Partial<Absence> = {}): Absence {
  last += 1;
  return {
    workspaceId: acme,
    userId,
    id: `ntf_${String(last).padStart(26, '0')}`,
    beganAt: START + last,
    state: 'telling',
    told: {},
    ...change,
  };
}

export function describeAbsencesContract(name: string, open: () => Promise<AbsencesUnderTest>): void {
  describe(`Absences: ${name}`, () => {
    let its: AbsencesUnderTest;
    let absences: Absences;
    beforeEach(async () => {
      its = await open();
      absences = its.absences;
    });
    afterEach(() => its.close());

    const ofAnna = async () => (await absences.of(acme, ['anna']))[0];

    it('keeps one as it was begun', async () => {
      const begun = anAbsence('anna', { told: { cnv_1: 7 } });
      expect(await absences.begin(begun)).toEqual(begun);
      expect(await ofAnna()).toEqual(begun);
    });

    it('keeps the first of many that begin at once', async () => {
      const all = Array.from({ length: 10 }, () => anAbsence('anna'));
      const kept = await Promise.all(all.map((one) => absences.begin(one)));
      expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
      expect(await ofAnna()).toEqual(kept[0]);
    });

    it('says of what they were told, and keeps that when they are back', async () => {
      const begun = await absences.begin(anAbsence('anna'));
      await absences.tell(begun, { cnv_1: 3, cnv_2: 9 });
      await absences.tell(begun, { cnv_1: 3, cnv_2: 9 });
      const told = { ...begun, state: 'told', told: { cnv_1: 3, cnv_2: 9 } };
      expect(await ofAnna()).toEqual(told);
      await absences.end(begun);
      await absences.end(begun);
      expect(await ofAnna()).toEqual({ ...told, state: 'over' });
    });

    it('begins another when one is over', async () => {
      const first = await absences.begin(anAbsence('anna'));
      await absences.end(first);
      const second = anAbsence('anna', { told: { cnv_1: 3 } });
      expect(await absences.begin(second)).toEqual(second);
      expect(await ofAnna()).toEqual(second);
    });

    it('takes nothing for another absence than it was said of', async () => {
      const first = await absences.begin(anAbsence('anna'));
      await absences.end(first);
      const second = await absences.begin(anAbsence('anna'));
      await absences.tell(first, { cnv_1: 1 });
      await absences.end(first);
      expect(await ofAnna()).toEqual(second);
    });

    it('leaves one that is over as it is: they came back while they were told', async () => {
      const begun = await absences.begin(anAbsence('anna'));
      await absences.end(begun);
      await absences.tell(begun, { cnv_1: 1 });
      expect(await ofAnna()).toMatchObject({ id: begun.id, state: 'over' });
    });

    it('answers those who are asked for, of one workspace', async () => {
      const [anna, ben] = [anAbsence('anna'), anAbsence('ben')];
      const theirs = anAbsence('anna', { workspaceId: rival });
      for (const one of [anna, ben, theirs]) await absences.begin(one);
      const found = await absences.of(acme, ['ben', 'cleo', 'anna']);
      expect([...found].sort((a, b) => (a.userId < b.userId ? -1 : 1))).toEqual([anna, ben]);
      expect(await absences.of(rival, ['anna', 'ben'])).toEqual([theirs]);
      expect(await absences.of(acme, [])).toEqual([]);
    });
  });
}
