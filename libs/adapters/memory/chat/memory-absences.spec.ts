import { describeAbsencesContract } from '#ports/chat/absences.contract.js';
import { MemoryAbsences } from './memory-absences.js';

describeAbsencesContract('MemoryAbsences', () =>
  Promise.resolve({ absences: new MemoryAbsences(), close: () => Promise.resolve() }),
);
