import { describeSeeds } from './describe-seeds.js';

describeSeeds(14, 25);
