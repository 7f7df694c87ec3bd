const PATHS: Readonly<Record<string, string>> = {
  overview: 'M3 12l2-2 4 4 4-9 4 7h4',
  automations: 'M4 6h10M4 12h16M4 18h7M18 4v4M10 10v4M15 16v4',
  firings: 'M12 3c1 4 5 6 5 11a5 5 0 0 1-10 0c0-2 1-3 2-4 0 2 1 2 2 2 0-3 0-6 1-9z',
  events: 'M4 7h16M4 12h16M4 17h10',
  alerts: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 20h4',
  failures: 'M4 6h16v12H4zM4 7l8 6 8-6',
  workbench: 'M8 8l-4 4 4 4M16 8l4 4-4 4M13 5l-2 14',
  queues: 'M4 5h16v4H4zM4 11h16v4H4zM4 17h10',
};

export function Icon({ name }: { name: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name] ?? ''} />
    </svg>
  );
}
