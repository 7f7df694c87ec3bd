import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Files of a CA, and of a server that it stands for at 127.0.0.1 and localhost. */
export type Certificates = { ca: string; cert: string; key: string; dir: string };

/** Makes them in a folder, by openssl. */
export async function makeCertificates(dir: string): Promise<Certificates> {
  const openssl = (...parameters: string[]) => run('openssl', parameters, { cwd: dir });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl('req', '-x509', ...fresh, '-days', '2', '-subj', '/CN=ca', '-keyout', 'ca.key', '-out', 'ca.crt');
  await openssl('req', ...fresh, '-subj', '/CN=redis', '-keyout', 'redis.key', '-out', 'redis.csr');
  await writeFile(path.join(dir, 'names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  await openssl('x509', '-req', '-in', 'redis.csr', ...signed, '-out', 'redis.crt');
  const at = (file: string): string => path.join(dir, file);
  return { ca: at('ca.crt'), cert: at('redis.crt'), key: at('redis.key'), dir };
}
