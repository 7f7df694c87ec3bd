import { matrixOf } from './matrix.ts';

matrixOf('reactive', [
  'first Triggered@-99 k7',
  'first Triggered@1 k1',
  'first Triggered@9 k2',
  'second Triggered@107 k1',
  'second Triggered@105 k3',
]);
