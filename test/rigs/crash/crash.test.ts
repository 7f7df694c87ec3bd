import { matrixOf } from './matrix.ts';

matrixOf('reactive', [
  'first Triggered@-99 k7',
  'first Triggered@1 k1',
  'first Triggered@9 k2',
  'second Triggered@107 k1',
  'second Triggered@105 k3',
]);

matrixOf('proactive', [
  'first Triggered@-88 k7',
  'first Triggered@12 k1',
  'first Resolved@25 k1',
  'first Triggered@36 k2',
  'second Triggered@118 k1',
  'second Triggered@141 k4',
]);

matrixOf('patterns', [
  'first Triggered@-99 k7',
  'first Triggered@-91 k7',
  'first Resolved@-69 k7',
  'first Triggered@1 k1',
  'first Triggered@9 k1',
  'first Triggered@9 k2',
  'first Triggered@17 k2',
  'first Resolved@25 k1',
  'first Resolved@39 k2',
  'second Triggered@107 k1',
  'second Triggered@115 k1',
  'second Resolved@137 k1',
  'second Triggered@105 k3',
  'second Resolved@135 k3',
]);

matrixOf('composite', [
  'first Triggered@-97 k7',
  'first Triggered@3 k1',
  'first Triggered@5 k2',
  'first Triggered@27 k2',
  'second Triggered@109 k1',
  'second Triggered@132 k4',
]);
