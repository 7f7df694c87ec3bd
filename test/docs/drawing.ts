import { parseAllDocuments } from 'yaml';
import { iso } from '../support/world.ts';

/** Seconds of the units that an axis may be in. */
const UNITS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };

type Step = { at: string; event?: object; tick?: true; put?: object; delete?: string };
export type DrawnScenario = { name: string; start: string; automations: object[]; timeline: Step[] };

/** A window as it is drawn. Times in seconds; `start` null: it began before the drawing. */
export type Bar = Readonly<{
  words: readonly string[];
  start: number | null;
  end: number;
  /** `exact`: it ends there by itself; `closed`: it is gone from there on; `later`: it would have ended there or later. */
  ends: 'exact' | 'closed' | 'later';
  /** The last column before its end: the time at which it must be open. */
  seen: number;
}>;

export type Drawing = Readonly<{
  name: string;
  scenario: DrawnScenario;
  bars: readonly Bar[];
  /** When something fires or resolves, in seconds, each time once. */
  marks: Readonly<{ triggered: readonly number[]; resolved: readonly number[] }>;
  /** The stated firings, each as one line with single spaces. */
  firings: readonly string[];
  /** Seconds of the unit that the stated firings are written in. */
  unit: number;
}>;

type Document = { id: string; name: string; enabled?: boolean };
type Lane = { label: string; content: string };
/** `first` and `zero`: columns, of the first label in the line and of time 0 after it; `width`: seconds of a column. */
type Axis = { first: number; last: number; width: number; zero: number; unit: number };

/** Lanes that show what comes out, or is kept. */
const OUTCOME = /^(?:window\b|fires$|resolves$)/;

/** How a drawing says that there is no firing. */
const NOTHING = '→ nothing fires';

/** Reads every `timeline` block of a Markdown text, each with the last `yaml` block above it: the automations it is about. */
export function drawingsIn(markdown: string): Drawing[] {
  let automations: Document[] = [];
  return [...markdown.matchAll(/^```(yaml|timeline) ?(.*)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, kind, name = '', text = '']) => {
      if (kind === 'timeline') return [drawingOf(name, text, automations)];
      automations = automationsIn(text);
      return [];
    },
  );
}

/** Automations are drawn without ids: their names stand for them. Several of one name are its versions. */
function automationsIn(text: string): Document[] {
  return parseAllDocuments(text).map((document) => {
    const read = document.toJS() as { name: string };
    return { id: read.name, ...read };
  });
}

function drawingOf(name: string, text: string, automations: readonly Document[]): Drawing {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const axis = axisOf(lines[0] ?? '', name);
  const lanes = lines
    .slice(1)
    .filter((line) => !line.startsWith('→'))
    .map((line): Lane => ({ label: line.slice(0, axis.first).trim(), content: line.slice(axis.first).trimEnd() }));
  const events = lanes.filter(({ label }) => !OUTCOME.test(label));
  const last = Math.max(axis.last, ...lanes.map(({ content }) => content.length - 1));
  const firsts = new Map([...automations].reverse().map((one) => [one.id, one]));
  return {
    name,
    unit: axis.unit,
    scenario: {
      name,
      start: iso(0),
      automations: [...firsts.values()].reverse(),
      timeline: stepsOf(events, axis, last, automations),
    },
    bars: lanes.filter(({ label }) => label.startsWith('window')).flatMap((lane) => barsOf(lane, axis)),
    marks: { triggered: marksOf(lanes, 'fires', axis), resolved: marksOf(lanes, 'resolves', axis) },
    firings: lines
      .filter((line) => line.startsWith('→') && line !== NOTHING)
      .map((line) => line.replace(/\s+/g, ' ').trim()),
  };
}

/** When a lane of outcomes has its marks, in seconds. */
function marksOf(lanes: readonly Lane[], label: string, axis: Axis): number[] {
  const content = lanes.find((lane) => lane.label === label)?.content ?? '';
  return [...content.matchAll(/\S/g)].map(({ index }) => timeOf(axis, index));
}

/** The axis: a unit, and numbers each of which begins at the column of its time. The scale is the same all along. */
function axisOf(line: string, name: string): Axis {
  const unit = UNITS[/^\w+/.exec(line)?.[0] ?? ''];
  const marks = [...line.matchAll(/-?\d+/g)].map((mark) => ({ column: mark.index, time: Number(mark[0]) }));
  const [a, b] = marks;
  if (!(unit && a && b)) throw new Error(`${name}: no axis`);
  const width = ((b.time - a.time) * unit) / (b.column - a.column);
  const zero = a.column - (a.time * unit) / width;
  for (const { column, time } of marks) {
    if (column !== zero + (time * unit) / width) throw new Error(`${name}: ${time} stands in the wrong column`);
  }
  const last = Math.max(...marks.map(({ column }) => column)) - a.column;
  return { first: a.column, last, width, zero: zero - a.column, unit };
}

const timeOf = (axis: Axis, column: number): number => (column - axis.zero) * axis.width;

function stepsOf(lanes: readonly Lane[], axis: Axis, last: number, automations: readonly Document[]): Step[] {
  const scheduler = lanes.find(({ label }) => label === 'scheduler');
  const acts = lanes.filter((lane) => lane !== scheduler).map((lane) => actsOf(lane, axis, automations));
  const steps: Step[] = [];
  for (let column = 0; column <= last; column += 1) {
    const at = timeOf(axis, column);
    const here = acts.flatMap((lane) => lane.get(column) ?? []);
    if (at < 0 && here.length > 0) throw new Error('nothing can arrive before the start');
    steps.push(...here.map((act) => ({ at: iso(at), ...act })));
    const runs = scheduler === undefined || scheduler.content[column] === 'x';
    if (at >= 0 && runs) steps.push({ at: iso(at), tick: true });
  }
  return steps;
}

type Act = Omit<Step, 'at'>;

/** What happens in a lane, by column. `x`: then, and at once; `o..x`: happened at o, arrived at x; `x..o`: dated ahead. */
function actsOf({ label, content }: Lane, axis: Axis, automations: readonly Document[]): Map<number, Act[]> {
  if (!/^(?:o\.*x|x\.+o|x| )*$/.test(content)) throw new Error(`${label}: unreadable lane ${content}`);
  const acts = new Map<number, Act[]>();
  let edits = 0;
  for (const mark of content.matchAll(/o\.*x|x\.+o|x/g)) {
    const text = mark[0];
    const arrived = mark.index + text.indexOf('x');
    const happened = mark.index + Math.max(0, text.indexOf('o'));
    edits += label.startsWith('edit') ? 1 : 0;
    acts.set(arrived, [changeOf(label, edits, automations) ?? { event: eventOf(label, timeOf(axis, happened), axis) }]);
  }
  return acts;
}

/** What a lane does that is no event. */
function changeOf(label: string, edits: number, automations: readonly Document[]): Act | null {
  const [first] = automations;
  if (first === undefined) throw new Error(`${label}: no automation`);
  if (label === 'disable') return { put: { ...first, enabled: false } };
  if (label === 'enable') return { put: { ...first, enabled: true } };
  if (label === 'delete') return { delete: first.id };
  if (label !== 'edit') return null;
  const next = automations.filter(({ id }) => id === first.id)[edits];
  if (next === undefined) throw new Error('edit: no further version');
  return { put: next };
}

/** A lane's label: the event's name, perhaps the id of its resource, then `id=` and `follows=`. Ids are `name/resource@time`. */
function eventOf(label: string, happened: number, axis: Axis): object {
  const words = label.split(/\s+/);
  const given = (key: string): string | undefined =>
    words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
  const [event = '', resource] = words.filter((word) => !word.includes('='));
  const source = resource === undefined ? event : `${event}/${resource}`;
  return {
    id: given('id') ?? `${source}@${happened / axis.unit}`,
    event,
    resource: { id: resource ?? 'r' },
    occurred: iso(happened),
    ...(given('follows') === undefined ? {} : { follows: given('follows') }),
  };
}

/** `[==)` ran to its end, `[==|` was closed, `[==[` was replaced, `[==>` goes on, `<==` began before the drawing. */
function barsOf({ label, content }: Lane, axis: Axis): Bar[] {
  if (!/^(?:[[<]=*(?:[)|>]|(?=\[))|[ ~])*$/.test(content)) throw new Error(`${label}: unreadable bars ${content}`);
  return [...content.matchAll(/([[<])=*([)|>]|(?=\[))/g)].map((mark): Bar => {
    const [whole, begin, close] = mark;
    const until = mark.index + whole.length - (close === '' ? 0 : 1);
    return {
      words: label.split(/\s+/).slice(1),
      start: begin === '<' ? null : timeOf(axis, mark.index),
      end: timeOf(axis, until),
      ends: close === ')' ? 'exact' : close === '>' ? 'later' : 'closed',
      seen: timeOf(axis, until - 1),
    };
  });
}
