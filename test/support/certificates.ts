import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Certificates, makeCertificates } from './certificate-files.ts';

/** A CA and the certificate of a server, made for one test. */
export async function certificates(): Promise<Certificates> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-tls-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return await makeCertificates(dir);
}
