import { describe, expect, test } from 'vitest';
import { World } from '../support/world.ts';

/** A compound that asks for the value itself: its children have no key. */
const groupedBy = (name: string) => ({
  id: 'c',
  name: 'C',
  trigger: {
    type: 'compound',
    require: 'all',
    for_each: [name],
    triggers: ['a', 'b'].map((event) => ({ posture: 'Reactive', expect: [event], within: 0 })),
  },
});

/** The key of the group in which two events of that payload meet. payload: JSON as a producer wrote it. */
async function groupOf(name: string, payload: string, resource = '{"id":"r"}'): Promise<string | undefined> {
  const world = new World();
  await world.put(groupedBy(name));
  for (const event of ['a', 'b']) {
    await world.append([
      'data',
      `{"id":"${event}","event":"${event}","resource":${resource},"related":[{"id":"o","role":"],\\"occurred\\":"}],"payload":${payload}}`,
    ]);
  }
  expect(await world.drain()).toEqual(['applied fired', 'applied fired']);
  return (await world.firings())[0]?.labels[name];
}

/** Rules 17, "Payload as a key": name behind `payload.`, payload, value; '' is an absent one. */
type Row = [promise: string, path: string, payload: string, value: string];

const ROWS: Row[] = [
  ['a text as it is', 'v', '{"v":"eu west"}', 'eu west'],
  ['a text with an escape', 'v', '{"v":"a\\"b\\\\c\\nd"}', 'a"b\\c\nd'],
  ['a text with characters by number', 'v', '{"v":"\\u00e9\\ud83d\\ude00"}', 'é😀'],
  ['a text with a backslash at its end', 'v', '{"w":"x\\\\","v":"y\\\\"}', 'y\\'],
  ['a text with a quote at its end', 'v', '{"w":"x\\"","v":"y\\""}', 'y"'],
  ['an empty text', 'v', '{"v":""}', ''],
  ['a number', 'v', '{"v":1.50}', '1.5'],
  ['a number as JavaScript writes it', 'v', '{"v":1E3}', '1000'],
  ['a large number', 'v', '{"v":1e21}', '1e+21'],
  ['a small number', 'v', '{"v":0.0000001}', '1e-7'],
  ['a negative number', 'v', '{"v":-2}', '-2'],
  ['a number that a double would change', 'v', '{"v":12345678901234567890}', '12345678901234567890'],
  ['true', 'v', '{"v":true}', 'true'],
  ['false', 'v', '{"v":false}', 'false'],
  ['null is absent', 'v', '{"v":null}', ''],
  ['an object is absent', 'v', '{"v":{"v":1}}', ''],
  ['a list is absent', 'v', '{"v":["x"]}', ''],
  ['what is not there is absent', 'v', '{"w":1}', ''],
  ['nothing is in an empty payload', 'v', '{}', ''],
  ['a nested value', 'a.b.c', '{"a":{"b":{"c":"x"}}}', 'x'],
  ['a nested one of that name alone', 'a.b', '{"b":"no","a":{"c":{"b":"no"},"b":"x"}}', 'x'],
  ['a value behind others of its name', 'b', '{"a":{"b":"no"},"c":[{"b":"no"}],"b":"x"}', 'x'],
  ['nothing is inside of a text', 'a.length', '{"a":"text"}', ''],
  ['nothing is inside of a number', 'a.b', '{"a":12345678901234567890}', ''],
  ['nothing is inside of null', 'a.b', '{"a":null,"b":"no"}', ''],
  ['a dot in a name is none of a path', 'a.b', '{"a.b":"no"}', ''],
  ['a name from an object behind what is asked', 'a', '{"b":{"a":"no"}}', ''],
  ['an element', 'a.1', '{"a":["no","x"]}', 'x'],
  ['the first element', 'a.0', '{"a":["x"]}', 'x'],
  ['the tenth element', 'a.10', '{"a":[0,1,2,3,4,5,6,7,8,9,"x"]}', 'x'],
  ['an element behind lists and objects', 'a.2', '{"a":[[1,2],{"b":[3]},"x"]}', 'x'],
  ['an element behind texts with commas and brackets', 'a.2', '{"a":["x,]",",[\\",","y"]}', 'y'],
  ['an element of an element', 'a.1.0.b', '{"a":[0,[{"b":"x"}]]}', 'x'],
  ['no element behind the last', 'a.1', '{"a":["x"]}', ''],
  ['no element of an empty list', 'a.0', '{"a":[]}', ''],
  ['an index has no leading zeros', 'a.01', '{"a":["no","no"]}', ''],
  ['an index is not negative', 'a.-1', '{"a":["no"]}', ''],
  ['an index is not empty', 'a.', '{"a":["no"]}', ''],
  ['a list has no other names', 'a.length', '{"a":["no"]}', ''],
  ['a number names a member of an object', 'a.01', '{"a":{"01":"x"}}', 'x'],
  ['of a name that comes twice the last counts', 'v', '{"v":"no","w":1,"v":"x"}', 'x'],
  ['what an object inherits is not its own', 'toString', '{}', ''],
  ['a name that objects have of their own accord', '__proto__', '{"__proto__":"x"}', 'x'],
  ['a name with an escape', 'a"b', '{"a\\"b":"x"}', 'x'],
  ['a name that is written with numbers', 'vé', '{"\\u0076\\u00e9":"x"}', 'x'],
  ['an empty name', 'a..b', '{"a":{"":{"b":"x"}}}', 'x'],
  ['a name that is the beginning of another', 'v', '{"vv":"no","v":"x"}', 'x'],
  ['a value behind a text with braces', 'v', '{"w":"{[}]","v":"x"}', 'x'],
  ['a value behind a text with quotes', 'v', '{"w":"\\",\\"v\\":\\"no","v":"x"}', 'x'],
  ['a value behind a text that looks like the end', 'v', '{"w":"}],\\"occurred\\":,\\"payload\\":{","v":"x"}', 'x'],
  ['a value behind empty ones', 'v', '{"a":{},"b":[],"c":"","v":"x"}', 'x'],
  ['a value behind nested empty ones', 'v', '{"a":{"b":{}},"c":[[],[{}]],"v":"x"}', 'x'],
  ['a value behind an object whose text has braces', 'v', '{"a":{"b":"}{["},"v":"x"}', 'x'],
  ['no element of what comes behind the list', 'a.2', '{"a":["x"],"v":"no"}', ''],
  ['the last value of all', 'a.b', '{"a":{"b":7}}', '7'],
  ['blanks are nothing', 'a.1', '{ "a" : [ 1 , "x" ] }', 'x'],
];

test.each(ROWS)('%s', async (_, path, payload, value) => {
  expect(await groupOf(`payload.${path}`, payload)).toBe(value);
});

describe('a label', () => {
  test('of that name comes first', async () => {
    expect(await groupOf('payload.v', '{"v":"no"}', '{"id":"r","payload.v":"x"}')).toBe('x');
  });

  test('of another name is none', async () => {
    expect(await groupOf('PAYLOAD.v', '{"v":"no"}')).toBe('');
  });

  test('with the name of the payload is none', async () => {
    expect(await groupOf('payload.v', '{"v":"x"}', '{"id":"r","payload":"no"}')).toBe('x');
  });

  test('that looks like a payload is none', async () => {
    expect(
      await groupOf('payload.v', '{"v":"x"}', '{"id":"r","l":"},\\"related\\":[],\\"payload\\":{\\"v\\":1}"}'),
    ).toBe('x');
  });
});

test('events of other values meet in no group', async () => {
  const world = new World();
  await world.put(groupedBy('payload.v'));
  await world.meet('a', { payload: { v: 1 } });
  await world.meet('b', { payload: { v: 2 } });
  expect(await world.told()).toEqual([]);
  await world.meet('b', { id: 'last', payload: { v: '1' } });
  expect(await world.told()).toEqual(['c triggered@0 1 last (0 1)']);
});
