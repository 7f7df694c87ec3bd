import { Untranslatable } from './untranslatable.ts';

/** A part of a path that may stand behind a dot in CEL; the words of the language may not. */
const NAME =
  /^(?!(?:in|true|false|null|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$)[A-Za-z_]\w*$/;

/** The field of a Sigma rule in the payload, as CEL: dots lead inwards, as they do in keys. */
export function fieldIn(field: string): string {
  return field
    .split('.')
    .reduce((path, key) => (NAME.test(key) ? `${path}.${key}` : `${path}[${quoted(key)}]`), 'payload');
}

/** Whether the field is there, as CEL: each map on the way to it is asked. */
export function presenceOf(field: string): string {
  let path = 'payload';
  const steps = field.split('.').map((key) => {
    const asked = NAME.test(key) ? `has(${path}.${key})` : `${quoted(key)} in ${path}`;
    path = NAME.test(key) ? `${path}.${key}` : `${path}[${quoted(key)}]`;
    return asked;
  });
  return steps.join(' && ');
}

/** A text as CEL writes it. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, (found) => {
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Where the value of a text stands in its field. */
export type Position = 'whole' | 'contains' | 'startswith' | 'endswith';

/** A text of Sigma, in which `*` and `?` stand for others and `\` takes that away, as an expression of RE2. Case does not count there. */
export function expressionOf(text: string, position: Position): string {
  const body = text.replace(
    /\\([*?\\])|([*?])|([\\^$.|+()[\]{}])/g,
    (_, escaped?: string, wild?: string, special?: string) => {
      if (wild !== undefined) return wild === '*' ? '.*' : '.';
      return `\\${escaped ?? special}`;
    },
  );
  const [begins, ends] = [
    position === 'whole' || position === 'startswith',
    position === 'whole' || position === 'endswith',
  ];
  return `${begins ? '^' : ''}${body}${ends ? '$' : ''}`;
}

/** Whether a text of Sigma stands for itself alone. */
export function isPlain(text: string): boolean {
  return !/[*?\\]/.test(text);
}

/** Throws Untranslatable for a modifier that is not known here. */
export function refuseModifiers(modifiers: readonly string[], known: readonly string[]): void {
  const [unknown] = modifiers.filter((modifier) => !known.includes(modifier));
  if (unknown !== undefined) throw new Untranslatable(`the modifier "${unknown}" has no counterpart`);
}
