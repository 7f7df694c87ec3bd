import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextNode, type PrefixNode, PrefixTree } from '../../../src/match/prefix-tree.ts';

function prefixesOf(tree: PrefixTree<string>, text: string): string[] {
  const found: string[] = [];
  let node: PrefixNode<string> | undefined = tree.root;
  for (; node !== undefined; node = nextNode(node, text)) if (node.value !== undefined) found.push(node.value);
  return found;
}

function countNodes(node: PrefixNode<string>): number {
  return [...(node.children?.values() ?? [])].reduce((sum, child) => sum + countNodes(child), 1);
}

test('a walk meets every stored prefix of a text, shortest first', () => {
  const tree = new PrefixTree<string>();
  for (const prefix of ['order.', 'order.failed', '', 'or', 'orders', 'o', 'x']) tree.set(prefix, prefix);
  expect(prefixesOf(tree, 'order.failed.twice')).toEqual(['', 'o', 'or', 'order.', 'order.failed']);
  expect(prefixesOf(tree, 'order')).toEqual(['', 'o', 'or']);
  expect(prefixesOf(tree, 'y')).toEqual(['']);
  expect(prefixesOf(tree, '')).toEqual(['']);
});

test('a tree stays right and as small as it can be, whatever is added and removed', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\u{1F600}', '\u{1F601}'), maxLength: 6 });
  const change = fc.record({ put: fc.boolean(), prefix: text });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), fc.array(text, { maxLength: 10 }), (changes, texts) => {
      const tree = new PrefixTree<string>();
      const stored = new Set<string>();
      for (const { put, prefix } of changes) {
        if (put) tree.set(prefix, prefix);
        else tree.delete(prefix);
        if (put) stored.add(prefix);
        else stored.delete(prefix);
      }
      for (const one of [...texts, ...stored]) {
        const expected = [...stored].filter((prefix) => one.startsWith(prefix)).sort((a, b) => a.length - b.length);
        expect(prefixesOf(tree, one)).toEqual(expected);
        expect(tree.get(one)).toBe(stored.has(one) ? one : undefined);
      }
      // Besides the root and one node for each prefix there are only forks, of which a tree has fewer than leaves.
      expect(countNodes(tree.root)).toBeLessThanOrEqual(1 + 2 * stored.size);
      for (const prefix of stored) tree.delete(prefix);
      expect(countNodes(tree.root)).toBe(1);
    }),
    { numRuns: 500 },
  );
});
