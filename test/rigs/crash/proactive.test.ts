import { matrixOf } from './matrix.ts';

matrixOf('proactive', [
  'first Triggered@-88 k7',
  'first Triggered@12 k1',
  'first Resolved@25 k1',
  'first Triggered@36 k2',
  'second Triggered@118 k1',
  'second Triggered@141 k4',
]);
