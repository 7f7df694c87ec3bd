type Theme = 'light' | 'dark';

const NAME = 'watchfire-theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');

/** What somebody chose here, else what their system says. */
function theme(): Theme {
  const chosen = localStorage.getItem(NAME);
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return dark.matches ? 'dark' : 'light';
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
  dark.addEventListener('change', () => {
    document.documentElement.dataset.theme = theme();
  });
}

export function turnTheme(): void {
  const next = theme() === 'dark' ? 'light' : 'dark';
  localStorage.setItem(NAME, next);
  document.documentElement.dataset.theme = next;
  document.dispatchEvent(new CustomEvent('theme'));
}

/** A colour of the style sheet, for what draws on a canvas. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
