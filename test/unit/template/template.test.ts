import { describe, expect, test } from 'vitest';
import { InvalidTemplate, isTemplate, namesIn, parseTemplate, renderTemplate } from '../../../src/template/template.ts';

const scope = {
  event: { payload: { total: 12, items: ['a', 'b'], nothing: null, text: 'x{{ y }}' }, resource: { id: 'customer.7' } },
  labels: { id: 'customer.7', constructor: 'own' },
  absent: null,
  now: '2026-03-02T23:30:00.000Z',
};

const render = (text: string): unknown => renderTemplate(parseTemplate(text), scope, performance.now() + 60_000);

describe('a template', () => {
  test.each([
    ['{{ event.payload.total }}', 12],
    ['{{event.payload.items}}', ['a', 'b']],
    ['{{ event.payload.nothing }}', null],
    ['{{ event.payload.total | times: 2 }}', 24],
    [' {{ event.payload.total }}', ' 12'],
    ['{{ event.payload.items }}!', '["a","b"]!'],
    ['{{ labels["id"] }} {{ labels.constructor }}', 'customer.7 own'],
    ['{% for one in event.payload.items %}{{ forloop.index }}{{ one }}{% endfor %}', '1a2b'],
    ['{% if event.payload.missing %}yes{% else %}no{% endif %}', 'no'],
    ['{{ event.payload.missing | default: "none" }}', 'none'],
    ['to {{ absent.resource.id | default: "nobody" }}', 'to nobody'],
    ['{{ now | date: "%H:%M" }}', '23:30'],
    ['{{ event.payload.text }}.', 'x{{ y }}.'],
    ['{% raw %}{{ as it is }}{% endraw %}', '{{ as it is }}'],
  ])('%s gives %j', (text, value) => {
    expect(render(text)).toEqual(value);
  });

  test.each([
    ['a\n {{ event.payload.missing }}', 'event.payload.missing has no value, and no "default" (line 2, column 5)'],
    ['{{ absent.resource.id }}', 'absent.resource has no value, and no "default" (line 1, column 4)'],
    ['total {{ event.payload.nothing }}', 'has no value, and no "default" (line 1, column 7)'],
    ['{{ labels.toString }}', 'labels.toString has no value, and no "default" (line 1, column 4)'],
    ['{{ labels.__proto__ }}', 'labels.__proto__ has no value, and no "default" (line 1, column 4)'],
    ['{{ event.payload.items | where: "x", 1 | first }}', 'x has no value, and no "default" (line 1, column 1)'],
    ['{{ "" | split: "," | first }}', 'has no value (line 1, column 1)'],
  ])('%j cannot be filled in', (text, message) => {
    expect(() => render(text)).toThrow(expect.objectContaining({ name: 'InvalidTemplate', message }));
  });

  test.each([
    ['{{ a.b', 'output "{{ a.b" not closed (line 1, column 1)'],
    ['x\n{{ a | shout }}', 'undefined filter: shout (line 2, column 1)'],
    ['{{ a | strip_html }}', 'undefined filter: strip_html (line 1, column 1)'],
    ['{% include "/etc/passwd" %}', 'tag "include" not found (line 1, column 1)'],
    ['{% render "/etc/passwd" %}', 'tag "render" not found (line 1, column 1)'],
    ['{% layout "/etc/passwd" %}', 'tag "layout" not found (line 1, column 1)'],
    ['{{ "x" }}'.repeat(8_000), 'parse length limit exceeded (line 1, column 1)'],
  ])('%.40j is none', (text, message) => {
    expect(() => parseTemplate(text)).toThrow(expect.objectContaining({ name: 'InvalidTemplate', message }));
  });

  test.each([
    ['time', '{% for a in (1..9999) %}{% for b in (1..9999) %}{% endfor %}{% endfor %}'],
    ['memory', '{% for a in (1..100000000) %}{% endfor %}'],
    ['memory', '{% assign a = "" | split: "" %}{% for i in (1..40) %}{% assign a = a | push: a %}{% endfor %}'],
    ['memory', '{% assign a = "x" %}{% for i in (1..28) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}'],
    ['memory', '{% assign a = "0123456789" %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}'],
    [
      'output',
      '{% for a in (1..9999) %}{{ event.payload.items | join: "----------------------------------------------------------------------------------------------------" }}{% endfor %}',
    ],
  ])('that takes too much %s ends with an error', (_, text) => {
    const started = performance.now();
    expect(() => renderTemplate(parseTemplate(text), scope, started + 200)).toThrow(InvalidTemplate);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('tells the names that it does not make itself, and where they stand', () => {
    const text =
      '{% assign a = event.id %}\n{{ a }}{% for e in events %}{{ e.id }}{{ labels[e.id]["x y"] }}{% endfor %}';
    const names = namesIn(parseTemplate(text)).map(({ parts, line, column }) => [parts, line, column]);
    expect(names).toEqual([
      [['event', 'id'], 1, 15],
      [['events'], 2, 20],
      [['labels', null, 'x y'], 2, 42],
    ]);
  });
});

test.each([
  ['{{ x }}', true],
  ['a {% if x %}', true],
  ['{ x } $' + '{x}', false],
])('%s: a template %s', (text, is) => {
  expect(isTemplate(text)).toBe(is);
});
