import type { CompletedOption, CompletedVerb } from './completion.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The script that completes command lines in a shell. */
export function completionScript(
  shell: (typeof SHELLS)[number],
  verbs: readonly CompletedVerb[],
  common: readonly CompletedOption[],
): string {
  if (shell === 'fish') return fish(verbs, common);
  const known = knowledge(verbs, common);
  return shell === 'bash' ? bash(known) : zsh(known);
}

/** What stands before the word that is completed, for both bash and zsh: sets acts, flags, kind and where. */
function knowledge(verbs: readonly CompletedVerb[], common: readonly CompletedOption[]): string {
  const valued = [...common, ...verbs.flatMap(({ options }) => options)].filter(({ value }) => value !== null);
  const places = common.filter(({ value }) => value !== null).flatMap(({ flags }) => flags);
  const others = [...new Set(valued.flatMap(({ flags }) => flags))].filter((flag) => !places.includes(flag));
  return `  for word in "\${before[@]}"; do
    if [[ -n $skip ]]; then
      [[ $skip == where ]] && where+=("$word")
      skip=""
    else
      case "$word" in
        ${places.join('|')}) where+=("$word"); skip=where ;;
        ${others.join('|')}) skip=value ;;
        -*) ;;
        *) if [[ -z $verb ]]; then verb="$word"; elif [[ -z $act ]]; then act="$word"; fi ;;
      esac
    fi
    prev="$word"
  done
  [[ -n $skip ]] || prev=""
  case "$verb $act" in
${verbs
  .filter(({ path }) => path.length > 1)
  .map((verb) => branch(verb, common, false))
  .join('\n')}
${nounsOf(verbs)
  .map(([noun, acts]) => `    "${noun} "*) acts=(${acts.join(' ')}) ;;`)
  .join('\n')}
${verbs
  .filter(({ path }) => path.length === 1)
  .map((verb) => branch(verb, common, true))
  .join('\n')}
    *)
      acts=(${[...verbs.filter(({ path }) => path.length === 1).map(({ path }) => path[0]), ...nounsOf(verbs).map(([noun]) => noun)].join(' ')})
      flags=(${common.flatMap(({ flags }) => flags).join(' ')} --help --version)${valuesIn(common)} ;;
  esac`;
}

function nounsOf(verbs: readonly CompletedVerb[]): [noun: string, acts: string[]][] {
  const nouns = Map.groupBy(
    verbs.filter(({ path }) => path.length > 1),
    ({ path }) => path[0] ?? '',
  );
  return [...nouns].map(([noun, those]) => [noun, those.map(({ path }) => path[1] ?? '')]);
}

function branch(
  { path, acts, operands, options }: CompletedVerb,
  common: readonly CompletedOption[],
  open: boolean,
): string {
  const all = [...options, ...common];
  const pattern = open ? `"${path.join(' ')} "*` : `"${path.join(' ')}"`;
  const words = acts.length === 0 ? '' : `[[ -n $act ]] || acts=(${acts.join(' ')})\n      `;
  return `    ${pattern})
      ${words}kind=${operands}
      flags=(${all.flatMap(({ flags }) => flags).join(' ')} --help)${valuesIn(all)} ;;`;
}

/** What follows an option that takes a value. */
function valuesIn(options: readonly CompletedOption[]): string {
  const cases = options.flatMap(({ flags, value }) => {
    if (value === null) return [];
    const set = typeof value === 'string' ? `kind=${value}; acts=()` : `kind=none; acts=(${value.join(' ')})`;
    return [`        ${flags.join('|')}) ${set} ;;`];
  });
  return `
      case "$prev" in
${cases.join('\n')}
      esac`;
}

function bash(known: string): string {
  return `# Completes watchfire in bash: source <(watchfire completion bash)
_watchfire() {
  local IFS=$' \\t\\n' cur="" verb="" act="" prev="" skip="" kind=none word
  local -a before=() where=() acts=() flags=() found=()
  # The words of the line by spaces alone: bash would break an address at its colons.
  read -ra before <<< "\${COMP_LINE:0:COMP_POINT}"
  before=("\${before[@]:1}")
  if [[ "\${COMP_LINE:0:COMP_POINT}" != *[[:space:]] ]]; then
    cur="\${before[\${#before[@]}-1]}"
    unset 'before[\${#before[@]}-1]'
  fi
${known}
  COMPREPLY=()
  if [[ "$cur" == -* && -z $skip ]]; then found=("\${flags[@]}")
  elif [[ \${#acts[@]} -gt 0 ]]; then found=("\${acts[@]}")
  elif [[ $kind == automations ]]; then
    while read -r word; do found+=("$word"); done < <(watchfire completion names "\${where[@]}" 2>/dev/null)
  elif [[ $kind == files ]]; then
    compopt -o filenames 2>/dev/null
    while read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
    return
  fi
  for word in "\${found[@]}"; do
    [[ "$word" == "$cur"* ]] && COMPREPLY+=("$word")
  done
  return 0
}
complete -F _watchfire watchfire`;
}

function zsh(known: string): string {
  return `#compdef watchfire
# Completes watchfire in zsh, behind compinit: source <(watchfire completion zsh)
_watchfire() {
  local cur="\${words[CURRENT]}" verb="" act="" prev="" skip="" kind=none word
  local -a before where acts flags found
  before=("\${(@)words[2,CURRENT-1]}")
${known}
  if [[ "$cur" == -* && -z $skip ]]; then compadd -- "\${flags[@]}"
  elif [[ \${#acts[@]} -gt 0 ]]; then compadd -- "\${acts[@]}"
  elif [[ $kind == automations ]]; then
    found=("\${(@f)$(watchfire completion names "\${where[@]}" 2>/dev/null)}")
    compadd -- "\${found[@]}"
  elif [[ $kind == files ]]; then _files
  fi
}
compdef _watchfire watchfire`;
}

function fish(verbs: readonly CompletedVerb[], common: readonly CompletedOption[]): string {
  const simple = verbs.filter(({ path }) => path.length === 1);
  const nouns = nounsOf(verbs);
  const first = [
    ...simple.map(({ path, summary }) => [path[0] ?? '', summary]),
    ...nouns.map(([noun]) => [noun, 'by noun']),
  ];
  return [
    '# Completes watchfire in fish: watchfire completion fish | source',
    'function __watchfire_automations',
    '  set -l where',
    '  set -l words (commandline -opc)',
    '  for at in (seq (count $words))',
    `    if contains -- $words[$at] ${common
      .filter(({ value }) => value !== null)
      .flatMap(({ flags }) => flags)
      .join(' ')}`,
    '      set -a where $words[$at] $words[(math $at + 1)]',
    '    end',
    '  end',
    '  watchfire completion names $where 2>/dev/null',
    'end',
    'complete -c watchfire -f',
    ...first.map(([name = '', summary = '']) => fishLine('__fish_use_subcommand', `-a ${name}`, summary)),
    ...common.map((option) => fishOption('', option)),
    ...nouns.map(([noun, acts]) =>
      fishLine(
        `__fish_seen_subcommand_from ${noun}; and not __fish_seen_subcommand_from ${acts.join(' ')}`,
        `-a '${acts.join(' ')}'`,
        '',
      ),
    ),
    ...verbs.flatMap(fishVerb),
  ].join('\n');
}

function fishVerb({ path, acts, operands, options }: CompletedVerb): string[] {
  const here = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
  const fresh =
    acts.length === 0
      ? []
      : [fishLine(`${here}; and not __fish_seen_subcommand_from ${acts.join(' ')}`, `-a '${acts.join(' ')}'`, '')];
  const own = operands === 'automations' ? [fishLine(here, "-a '(__watchfire_automations)'", '')] : [];
  const files = operands === 'files' ? [fishLine(here, '-F', '')] : [];
  return [...fresh, ...own, ...files, ...options.map((option) => fishOption(here, option))];
}

function fishOption(condition: string, { flags, summary, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
  if (value === null) return fishLine(condition, names, summary);
  if (value === 'files') return fishLine(condition, `${names} -r -F`, summary);
  const words = value === 'automations' ? '(__watchfire_automations)' : value === 'none' ? '' : value.join(' ');
  return fishLine(condition, `${names} -x${words === '' ? '' : ` -a '${words}'`}`, summary);
}

function fishLine(condition: string, rest: string, summary: string): string {
  const quoted = summary.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `complete -c watchfire${condition === '' ? '' : ` -n '${condition}'`} ${rest}${summary === '' ? '' : ` -d '${quoted}'`}`;
}
