/** Up to here the engine's own search takes time in proportion to the text, however it is made; it looks ahead no further. */
const SHORT = 250;

/** How many characters a search goes over: with a long part each is compared twice at most. */
export function searchedLength(text: string, part: string): number {
  return (text.length + part.length) * (part.length > SHORT ? 2 : 1);
}

/** Whether a text holds another one, in time that grows with their lengths added up, never with their product. */
export function includes(text: string, part: string): boolean {
  if (part.length <= SHORT) return text.includes(part);
  const units = new Uint16Array(part.length);
  for (let i = 0; i < part.length; i += 1) units[i] = part.charCodeAt(i);
  const repeats = repeatsOf(units);
  const first = units[0];
  let matched = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (matched === 0) {
      if (unit === first) matched = 1;
      continue;
    }
    while (matched > 0 && unit !== units[matched]) matched = repeats[matched - 1] as number;
    if (unit === units[matched]) matched += 1;
    if (matched === units.length) return true;
  }
  return false;
}

/** For each place of a text how long an end there is its beginning again (Knuth, Morris and Pratt). */
function repeatsOf(units: Uint16Array): Int32Array {
  const repeats = new Int32Array(units.length);
  let matched = 0;
  for (let i = 1; i < units.length; i += 1) {
    const unit = units[i];
    while (matched > 0 && unit !== units[matched]) matched = repeats[matched - 1] as number;
    if (unit === units[matched]) matched += 1;
    repeats[i] = matched;
  }
  return repeats;
}
