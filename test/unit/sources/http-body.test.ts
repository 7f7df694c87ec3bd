import { describe, expect, test } from 'vitest';
import { bodyForm, readBody, recordedIn } from '../../../src/sources/http-body.ts';

function read(type: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const all = { 'content-type': type, ...headers };
  const form = bodyForm(all);
  if (form === null) throw new Error(`no form for ${type}`);
  return readBody(form, all, Buffer.from(body as string));
}

test.each([
  ['application/json', 'json'],
  ['Application/JSON; charset=utf-8', 'json'],
  ['application/cloudevents+json', 'json'],
  ['application/cloudevents-batch+json', 'json'],
  ['application/vnd.github.v3+json', 'json'],
  ['application/x-ndjson', 'lines'],
  ['application/jsonl', 'lines'],
  ['application/x-www-form-urlencoded', 'form'],
  ['text/plain', null],
  ['multipart/form-data; boundary=x', null],
  ['application/jsonx', null],
  ['', null],
])('a body of type %j is read as %j', (type, form) => {
  expect(bodyForm({ 'content-type': type })).toBe(form);
});

test('one event, a list and lines are entries with their places', () => {
  expect(read('application/json', '{"a":1}')).toEqual([{ entry: { a: 1 }, at: '' }]);
  expect(read('application/json', '[{"a":1},2]')).toEqual([
    { entry: { a: 1 }, at: '[0]' },
    { entry: 2, at: '[1]' },
  ]);
  expect(read('application/x-ndjson', '{"a":1}\r\n\n{"a":2}')).toEqual([
    { entry: { a: 1 }, at: 'line 1' },
    { entry: { a: 2 }, at: 'line 3' },
  ]);
});

test('a form is its fields, and the JSON of its payload where it has one', () => {
  const form = 'application/x-www-form-urlencoded';
  expect(read(form, 'command=%2Fdeploy&text=a+b')).toEqual([{ entry: { command: '/deploy', text: 'a b' }, at: '' }]);
  expect(read(form, `payload=${encodeURIComponent('{"type":"x"}')}`)).toEqual([{ entry: { type: 'x' }, at: '' }]);
});

describe('a CloudEvent in binary mode', () => {
  const headers = { 'ce-specversion': '1.0', 'ce-id': 'a%20b', 'ce-source': '/s', 'ce-type': 't', 'ce-tenant': '7' };
  const event = { specversion: '1.0', id: 'a b', source: '/s', type: 't', tenant: '7' };

  test.each([
    ['application/json', '{"n":1}', { data: { n: 1 } }],
    ['text/plain; charset=utf-8', 'hello', { data: 'hello' }],
    ['application/octet-stream', '\u0001', { data_base64: 'AQ==' }],
  ])('with data of type %s is as it would be in structured mode', (type, body, data) => {
    const datacontenttype = type.split(';')[0];
    expect(read(type, body, headers)).toEqual([{ entry: { ...event, datacontenttype, ...data }, at: '' }]);
  });

  test('may come without data', () => {
    expect(read('', '', headers)[0]?.entry).toEqual(event);
  });
});

test.each([
  ['application/json', '{"a":', /^body: is not JSON/],
  ['application/json', Buffer.from([0x22, 0xff, 0x22]), /^body: must be valid UTF-8/],
  ['application/json', '['.repeat(5_000_000), /^body: must not be nested deeper/],
  ['application/json', `{"a":${'{"a":'.repeat(1_000)}1${'}'.repeat(1_001)}`, /^body: must not be nested deeper/],
  ['application/x-ndjson', '{}\n{"a"\n', /^line 2: is not JSON/],
  ['application/json', `[${'1,'.repeat(10_000)}1]`, /^body: must have at most 10000 events/],
  ['application/x-ndjson', '1\n'.repeat(10_001), /^body: must have at most 10000 events/],
])('what is wrong with a body of %s is said with its place', (type, body, problem) => {
  expect(() => read(type, body)).toThrow(problem);
});

test('brackets within texts do not count as depth, and names of prototypes are names like others', () => {
  expect(read('application/json', `{"a":"${'['.repeat(2_000)}\\"["}`)).toHaveLength(1);
  const [first] = read('application/json', '{"__proto__":{"polluted":1},"constructor":2}');
  expect(Object.keys(first?.entry as object)).toEqual(['__proto__', 'constructor']);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('a line of a file may be a delivery with its headers', () => {
  const line = { headers: { 'X-GitHub-Event': 'push', n: 1 }, body: { ref: 'x' } };
  expect(recordedIn(line)).toEqual({ entry: { ref: 'x' }, headers: { 'x-github-event': 'push' } });
  for (const other of [{ headers: {}, body: 1, more: 1 }, { body: 1 }, 'text', null])
    expect(recordedIn(other)).toEqual({ entry: other, headers: {} });
});
