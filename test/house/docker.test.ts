import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { isAddress } from '../../src/redis/address.ts';
import { root } from './tree.ts';

type Service = {
  command?: string;
  image?: string;
  profiles?: string[];
  volumes?: string[];
  ports?: string[];
  container_name?: string;
  depends_on?: Record<string, unknown>;
};

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const { services } = parse(read('docker-compose.yml')) as {
  services: Record<'redis' | 'worker' | 'prometheus' | 'grafana', Service>;
};
const dockerfile = read('Dockerfile').split('\n');

test('the image is built from files that exist and that the build gets to see', () => {
  const copied = dockerfile
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));
  const seen = new Set(read('.dockerignore').split('\n'));
  expect(copied).toContain('lua');
  expect(copied.filter((file) => !existsSync(path.join(root, file)) || !seen.has(`!${file}`))).toEqual([]);
});

test('the image does not run as root and reports its health', () => {
  expect(dockerfile).toContain('USER node');
  expect(dockerfile.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
});

test('workers can be started in any number', () => {
  expect(services.worker.container_name).toBeUndefined();
  expect(services.worker.ports).toBeUndefined();
  expect(services.worker.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
});

test('Redis keeps what it was given and is reached from this machine only', () => {
  expect(services.redis.command).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/);
  expect(services.redis.ports).toEqual(['127.0.0.1:6390:6379']);
});

test('Prometheus and Grafana come where they are asked for, of one version each, with files that exist, for this machine only', () => {
  for (const { profiles, image, ports = [], volumes = [] } of [services.prometheus, services.grafana]) {
    expect([profiles, image]).toEqual([['metrics'], expect.stringMatching(/:v?\d+\.\d+\.\d+$/)]);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    const files = volumes.map((volume) => volume.split(':')[0] ?? '');
    expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  }
  const asked = parse(read('deploy/prometheus/prometheus.yml')) as {
    scrape_configs: { dns_sd_configs: { names: string[] }[] }[];
  };
  const names = asked.scrape_configs.flatMap(({ dns_sd_configs: configs }) => configs.flatMap((one) => one.names));
  expect(names.filter((name) => !(name in services))).toEqual([]);
});

test('the cluster to try has three primaries with a replica each, kept on disk, and workers that reach it by its nodes', () => {
  type ClusterService = {
    command?: string[];
    environment?: Record<string, string>;
    ports?: string[];
    networks?: unknown;
  };
  const file = parse(read('deploy/compose.cluster.yml'), { merge: true }) as {
    services: Record<string, ClusterService>;
  };
  const nodes = Object.entries(file.services).filter(([name]) => name.startsWith('node-'));
  expect(nodes.length).toBe(6);
  for (const [, { command = [], ports }] of nodes) {
    const of = (name: string): string | undefined => command[command.indexOf(`--${name}`) + 1];
    expect([of('cluster-enabled'), of('appendonly'), of('maxmemory-policy'), ports]).toEqual([
      'yes',
      'yes',
      'noeviction',
      undefined,
    ]);
  }
  const { init, worker } = file.services;
  expect(init?.command?.[0]).toBe('init');
  expect(isAddress(worker?.environment?.REDIS_URL ?? '')).toBe(true);
});
