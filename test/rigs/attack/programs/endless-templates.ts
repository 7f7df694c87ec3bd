import { parseTemplate, renderTemplate } from '../../../../src/template/template.ts';
import { type Attack, mustHold } from '../attack.ts';

const TEMPLATES = [
  '{% for a in (1..100000000) %}x{% endfor %}',
  '{% for a in (1..9999) %}{% for b in (1..9999) %}{% for c in (1..9999) %}{% endfor %}{% endfor %}{% endfor %}',
  '{% assign a = "0123456789" %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{ a }}',
  '{% for a in (1..99999) %}{{ event.payload.text }}{% endfor %}',
  '{{ event.payload.text | split: "" | join: event.payload.text }}',
  '{{ now | date: "%999999999d" }}',
  '{% assign l = list %}{% for i in (1..30) %}{% assign l = l | push: l %}{% endfor %}{{ l | join: "" | size }}',
  '{% assign l = list %}{% for i in (1..30) %}{% assign l = l | push: l %}{% endfor %}{% if l == l %}x{% endif %}',
  '{% assign a = "x" %}{% for i in (1..28) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}{% if a contains "y" %}{% endif %}',
  `{{ list | where_exp: "i", "${'i and '.repeat(4_000)}i" | size }}`,
  '{% include "/etc/passwd" %}',
  '{{ event.constructor.constructor }}',
  '{{ event.payload.text | strip_html }}',
];

/** Time of the processor: templates may take a second, and are looked at now and then. */
const LIMIT_MS = 5_000;

export const attack: Attack = {
  by: 'writer of automations',
  what: 'writes templates that never end, fill the memory, read files or reach into the program',
  run: async () => {
    const list = Array.from({ length: 10_000 }, (_, i) => i);
    const scope = { now: '2026-03-02T09:00:00.000Z', list, event: { payload: { text: '<script'.repeat(100_000) } } };
    for (const text of TEMPLATES) {
      const started = process.threadCpuUsage();
      let problem = '';
      try {
        renderTemplate(parseTemplate(text), scope, performance.now() + 1_000);
      } catch (error) {
        problem = (error as Error).name;
      }
      mustHold(`${text} is refused`, problem === 'InvalidTemplate');
      const { user, system } = process.threadCpuUsage(started);
      mustHold(`${text} takes no longer than it may`, (user + system) / 1_000 < LIMIT_MS);
    }
    return await Promise.resolve(`${TEMPLATES.length} templates were refused in time`);
  },
};
