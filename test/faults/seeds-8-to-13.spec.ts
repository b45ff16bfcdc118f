import { describeSeeds } from './describe-seeds.js';

describeSeeds(8, 13);
