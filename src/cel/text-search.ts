/** Up to here the engine's own search takes time in proportion to the text, however it is made; it looks ahead no further. */
const SHORT = 250;

/** Whether a text holds another one, in time that grows with their lengths added up, never with their product. */
export function includes(text: string, part: string): boolean {
  if (part.length <= SHORT) return text.includes(part);
  const repeats = repeatsOf(part);
  let matched = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    while (matched > 0 && unit !== part.charCodeAt(matched)) matched = repeats[matched - 1] ?? 0;
    if (unit === part.charCodeAt(matched)) matched += 1;
    if (matched === part.length) return true;
  }
  return false;
}

/** For each place of a text how long an end there is its beginning again (Knuth, Morris and Pratt). */
function repeatsOf(part: string): Int32Array {
  const repeats = new Int32Array(part.length);
  let matched = 0;
  for (let i = 1; i < part.length; i += 1) {
    const unit = part.charCodeAt(i);
    while (matched > 0 && unit !== part.charCodeAt(matched)) matched = repeats[matched - 1] ?? 0;
    if (unit === part.charCodeAt(matched)) matched += 1;
    repeats[i] = matched;
  }
  return repeats;
}
