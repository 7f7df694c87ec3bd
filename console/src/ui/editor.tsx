import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'preact/hooks';
import type { DraftAnswer } from '../../../src/console/answers.ts';
import { get } from './api.ts';
import { keysAt, type Schema } from './schema.ts';

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--blue)' },
  { tag: [tags.string, tags.content], color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--text-2)' },
  { tag: [tags.punctuation, tags.separator], color: 'var(--text-2)' },
]);

const look = EditorView.theme({
  '&': { fontSize: '13px', height: '52vh', minHeight: '320px', backgroundColor: 'var(--panel)', color: 'var(--text)' },
  '.cm-content': { fontFamily: 'var(--mono)', caretColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--panel-2)', color: 'var(--text-2)', border: 'none' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--text)', border: '1px solid var(--line-2)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--blue-soft)', color: 'var(--text)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'var(--blue-soft) !important' },
  '&.cm-focused': { outline: '2px solid var(--blue)', outlineOffset: '-2px' },
});

/** Keys of the schema that may stand where the cursor is, with what they mean. */
function completing(schema: Promise<Schema>): (context: CompletionContext) => Promise<CompletionResult | null> {
  return async (context) => {
    const { state, pos } = context;
    const line = state.doc.lineAt(pos);
    const before = line.text.slice(0, pos - line.from);
    const word = /[\w]*$/.exec(before)?.[0] ?? '';
    if (!/^[\s-]*[\w]*$/.test(before) || (word === '' && !context.explicit)) return null;
    const lines = state.doc.sliceString(0, line.from).split('\n').slice(0, -1);
    const keys = keysAt(await schema, lines, before);
    const options = keys.map(({ name, type, description }) => ({
      label: name,
      type: 'property',
      detail: type,
      info: description,
      apply: `${name}: `,
    }));
    return { from: pos - word.length, options };
  };
}

type Props = { text: string; change: (text: string) => void; problems: DraftAnswer['problems'] };

export function Editor({ text, change, problems }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const tell = useRef(change);
  tell.current = change;
  useEffect(() => {
    if (place.current === null) return undefined;
    const schema = get<Schema>('/api/schema');
    // In a root of its own its styles are objects: no element of style, which the policy of the page would refuse.
    const root = place.current.shadowRoot ?? place.current.attachShadow({ mode: 'open' });
    const own = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          bracketMatching(),
          indentUnit.of('  '),
          yaml(),
          syntaxHighlighting(colours),
          look,
          lintGutter(),
          autocompletion({ override: [completing(schema)] }),
          keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
          EditorView.contentAttributes.of({ 'aria-label': 'Automations, as YAML. Escape and Tab leave the editor.' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) tell.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = own;
    return () => own.destroy();
  }, [text]);
  useEffect(() => {
    const own = view.current;
    if (own !== null)
      own.dispatch(
        setDiagnostics(
          own.state,
          problems.map((one) => diagnosticOf(own, one)),
        ),
      );
  }, [problems]);
  return <div class="editor" ref={place} />;
}

function diagnosticOf({ state: { doc } }: EditorView, problem: DraftAnswer['problems'][number]): Diagnostic {
  const { line, column, width, severity, path, message } = problem;
  const at = doc.line(Math.min(Math.max(1, line), doc.lines));
  const from = Math.min(at.from + column - 1, at.to);
  const to = Math.min(from + width, at.to);
  return { from, to, severity: severity === 'note' ? 'info' : severity, message: `${path}: ${message}` };
}
