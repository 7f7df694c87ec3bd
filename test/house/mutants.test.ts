import { expect, test } from 'vitest';
import { ADDITIONS } from '../rigs/chaos/next-version.ts';
import { textOf } from '../rigs/mutate/copy.ts';
import { faultOfPlace } from '../rigs/mutate/fitness.ts';
import { mutationsIn } from '../rigs/mutate/mutation.ts';
import { root } from './tree.ts';

const mutations = await mutationsIn(root);

test('what the mutation run breaks stands in the source once, and beside its list is the test that must notice', () => {
  expect(mutations.length).toBeGreaterThan(200);
  const unfit = mutations.map((one) => ({ ...one, fault: faultOfPlace(one) })).filter(({ fault }) => fault !== null);
  expect(unfit.map(({ rule, file, fault }) => `${rule} | ${file}: ${fault}`)).toEqual([]);
});

test('no two mutations of a file have one name', () => {
  const names = mutations.map(({ rule, file }) => `${rule} | ${file}`);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test('what the next version of a chaos run adds has its place in the source', () => {
  const places = ADDITIONS.map(([file, find]) => `${file}: ${textOf(file).split(find).length - 1}`);
  expect(places).toEqual(ADDITIONS.map(([file]) => `${file}: 1`));
});
